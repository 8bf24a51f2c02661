//! The program, whole, on an inventory, a plan, its configuration or a template that the fuzzer's bytes change: each byte is
//! a choice.

#![allow(dead_code, reason = "each target runs a part")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use backup_preflight::app;
use backup_preflight::cli::Cli;
use backup_preflight::sources::examples::EXAMPLES;
use clap::Parser as _;
use serde_json::Value;

#[path = "mutate.rs"]
mod mutate;

use mutate::{Dice, Pool, mutated};

struct Bytes<'a>(&'a [u8]);

impl Dice for Bytes<'_> {
    fn below(&mut self, end: usize) -> usize {
        let taken = self.0.len().min(2);
        let (now, rest) = self.0.split_at(taken);
        self.0 = rest;
        now.iter()
            .fold(0, |sum, byte| sum * 256 + usize::from(*byte))
            % end.max(1)
    }
}

static BASES: LazyLock<(Vec<Value>, Pool)> = LazyLock::new(|| {
    let bases: Vec<Value> = EXAMPLES
        .iter()
        .map(|example| serde_json::from_str(example.text).unwrap())
        .collect();
    let pool = Pool::of(&bases);
    (bases, pool)
});

/// Plans and the configuration behind them, and templates: those of the suite.
pub const PLANS: [(&str, &str); 3] = [
    (
        include_str!("../suite/gate/terraform/two-accounts/plan.json"),
        include_str!("../suite/gate/terraform/two-accounts/main.tf"),
    ),
    (
        include_str!("../suite/gate/terraform/for-each/plan.json"),
        include_str!("../suite/gate/terraform/for-each/main.tf"),
    ),
    (
        include_str!("../suite/gate/terraform/narrowed-key/plan.json"),
        include_str!("../suite/gate/terraform/narrowed-key/main.tf"),
    ),
];
pub const TEMPLATES: [&str; 2] = [
    include_str!("../suite/gate/cloudformation/source.yaml"),
    include_str!("../suite/gate/cloudformation/central.json"),
];

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = Path::new("/dev/shm");
    let root = if shared.is_dir() {
        shared.to_owned()
    } else {
        std::env::temp_dir()
    };
    let folder = root.join(format!("backup-preflight-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
});

/// Runs commands on an inventory, each with files to write in a folder; their exit codes are those of the contract.
pub fn run(bytes: &[u8], commands: &[&[&str]]) {
    let (bases, pool) = &*BASES;
    let inventory = mutated(bases, pool, &mut Bytes(bytes));
    write("inventory.json", &inventory.to_string());
    for words in commands {
        let mut words = words.to_vec();
        words.extend(["--inventory", "DIR/inventory.json"]);
        ends_well(&words);
    }
}

/// Runs `check` on a plan that the bytes change, JSON by JSON.
pub fn run_plan(bytes: &[u8]) {
    static PARSED: LazyLock<(Vec<Value>, Pool)> = LazyLock::new(|| {
        let plans = PLANS
            .map(|(plan, _)| serde_json::from_str(plan).unwrap())
            .to_vec();
        let pool = Pool::of(&plans);
        (plans, pool)
    });
    let (plans, pool) = &*PARSED;
    let plan = mutated(plans, pool, &mut Bytes(bytes));
    write("plan.json", &plan.to_string());
    ends_well(&[
        "check",
        "--terraform-plan",
        "DIR/plan.json",
        "--account",
        "111122223333",
        "--format",
        "json=DIR/report",
    ]);
}

/// Runs `check` on a plan whose configuration the bytes change.
pub fn run_source(bytes: &[u8]) {
    let mut dice = Bytes(bytes);
    let (plan, source) = PLANS[dice.below(PLANS.len())];
    std::fs::create_dir_all(FOLDER.join("source")).unwrap();
    write("source/main.tf", &respelt(source, &mut dice));
    write("plan.json", plan);
    ends_well(&[
        "check",
        "--terraform-plan",
        "DIR/plan.json",
        "--terraform-source",
        "DIR/source",
        "--account",
        "111122223333",
        "--format",
        "json=DIR/report",
    ]);
}

/// Runs `check` on a template that the bytes change.
pub fn run_template(bytes: &[u8]) {
    let mut dice = Bytes(bytes);
    let template = TEMPLATES[dice.below(TEMPLATES.len())];
    write("template", &respelt(template, &mut dice));
    ends_well(&[
        "check",
        "--cloudformation",
        "DIR/template",
        "--account",
        "111122223333",
        "--template-region",
        "eu-west-1",
        "--format",
        "json=DIR/report",
    ]);
}

/// A text in which lines are left out, doubled or moved, and characters put in.
fn respelt(text: &str, dice: &mut Bytes<'_>) -> String {
    const PIECES: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        "${",
        "%{",
        ":",
        "- ",
        "&a ",
        "*a",
        "!Sub ",
        "!If ",
        "<<: ",
        "  ",
        "\t",
        "#",
        "//",
        "null",
        "for_each = ",
        "dynamic ",
        "e9999",
        "\u{e9}",
        "\0",
    ];
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(6) {
        let at = dice.below(lines.len());
        match dice.below(4) {
            0 => drop(lines.remove(at)),
            1 => {
                let line = lines[at].clone();
                lines.insert(dice.below(lines.len()), line);
            }
            2 => {
                let other = dice.below(lines.len());
                lines.swap(at, other);
            }
            _ => {
                let piece = PIECES[dice.below(PIECES.len())];
                let line = &mut lines[at];
                let places: Vec<usize> = (0..=line.len())
                    .filter(|at| line.is_char_boundary(*at))
                    .collect();
                line.insert_str(places[dice.below(places.len())], piece);
            }
        }
    }
    lines.join("\n")
}

fn write(name: &str, text: &str) {
    std::fs::write(FOLDER.join(name), text).unwrap();
}

fn ends_well(words: &[&str]) {
    let own = words
        .iter()
        .map(|word| word.replace("DIR", FOLDER.to_str().unwrap()));
    let all: Vec<String> = ["backup-preflight".to_owned(), "--quiet".to_owned()]
        .into_iter()
        .chain(own)
        .collect();
    let code = app::code(&Cli::try_parse_from(all).unwrap());
    assert!(code <= 3, "{words:?} ended with {code}");
}
