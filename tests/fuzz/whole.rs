//! The program, whole, on an inventory that the fuzzer's bytes change: each byte is a choice.

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
        now.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)) % end.max(1)
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

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let shared = Path::new("/dev/shm");
    let root = if shared.is_dir() { shared.to_owned() } else { std::env::temp_dir() };
    let folder = root.join(format!("backup-preflight-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
});

/// Runs commands on an inventory, each with files to write in a folder; their exit codes are those of the contract.
pub fn run(bytes: &[u8], commands: &[&[&str]]) {
    let (bases, pool) = &*BASES;
    let inventory = mutated(bases, pool, &mut Bytes(bytes));
    let file = FOLDER.join("inventory.json");
    std::fs::write(&file, inventory.to_string()).unwrap();
    for words in commands {
        let own = words.iter().map(|word| word.replace("DIR", FOLDER.to_str().unwrap()));
        let mut all: Vec<String> = vec!["backup-preflight".to_owned()];
        all.extend(own);
        all.extend(["--quiet".to_owned(), "--inventory".to_owned()]);
        all.push(file.to_str().unwrap().to_owned());
        let code = app::code(&Cli::try_parse_from(all).unwrap());
        assert!(code <= 3, "{words:?} ended with {code}");
    }
}
