//! The program on inventories that were changed at random: it ends with an exit code of its own, and soon. A number, such as
//! `50000`, is how many; 2,000 without one. Each goes through check, audit, fix and backtest, in this process. The reports go
//! to standard output, which is best nowhere: `cargo bench --no-default-features --bench mutations -- 50000 >/dev/null`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::string_slice,
    missing_docs
)]

use std::collections::BTreeMap;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../tests/fuzz/mutate.rs"]
mod mutate;
#[path = "../tests/suite/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

use backup_preflight::app;
use backup_preflight::cli::Cli;
use clap::Parser as _;
use mutate::{Dice, Pool, mutated};
use serde_json::Value;
use support::scenario::{Scenario, scenarios};

/// The longest that a command may take.
const LONGEST: Duration = Duration::from_secs(2);

/// xorshift64*: the same changes each time.
struct Xorshift(u64);

impl Dice for Xorshift {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        number as usize % end.max(1)
    }
}

fn main() {
    let wanted = std::env::args().find_map(|word| word.parse().ok());
    let wanted: usize = wanted.unwrap_or(2_000);
    let bases: Vec<Value> = scenarios().iter().map(Scenario::value).collect();
    let pool = Pool::of(&bases);
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mutations-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let mut dice = Xorshift(0x9e37_79b9_7f4a_7c15);
    let mut codes: BTreeMap<(&str, u8), usize> = BTreeMap::new();
    let (mut slowest, mut wrong) = (Duration::ZERO, 0);
    for number in 0..wanted {
        let inventory = mutated(&bases, &pool, &mut dice);
        let mut text = inventory.to_string().into_bytes();
        if dice.below(50) == 0 {
            let place = dice.below(text.len());
            text[place] = u8::try_from(dice.below(256)).unwrap_or_default();
        }
        let file = folder.join("inventory.json");
        fs::write(&file, &text).expect("room on the disk");
        for command in ["check", "audit", "fix", "backtest"] {
            let start = Instant::now();
            let code = run(command, &file, &folder);
            let took = start.elapsed();
            slowest = slowest.max(took);
            let is_of_contract = code.is_some_and(|code| code <= 3);
            if !is_of_contract || took > LONGEST {
                wrong += 1;
                let kept = std::env::temp_dir().join(format!("mutation-{number}.json"));
                fs::write(&kept, &text).expect("room on the disk");
                eprintln!("{command} of {}: {code:?} in {took:?}", kept.display());
            }
            *codes.entry((command, code.unwrap_or(134))).or_default() += 1;
        }
    }
    let _ = fs::remove_dir_all(&folder);
    eprintln!("{wanted} inventories, slowest {slowest:?}, {wrong} wrong");
    for ((command, code), times) in codes {
        eprintln!("{command:>9} {code:>4} {times:>7}");
    }
    if wrong > 0 {
        std::process::exit(1);
    }
}

/// The exit code; `None` where it panicked.
fn run(command: &str, file: &Path, folder: &Path) -> Option<u8> {
    let mut words = vec!["backup-preflight", command, "--quiet", "--inventory"];
    words.push(file.to_str().expect("UTF-8"));
    let fixes = folder.join("fixes");
    if command == "fix" {
        words.extend(["--force", "--dir", fixes.to_str().expect("UTF-8")]);
    } else {
        words.push("-v");
        words.retain(|word| *word != "--quiet");
    }
    let cli = Cli::try_parse_from(words).expect("a command line");
    catch_unwind(|| app::code(&cli)).ok()
}
