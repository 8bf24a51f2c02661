//! The program itself on files of 10,000, 100,000 and 1,000,000 copies of an organization in which little is shared: the
//! processor time and the most memory of each command and format, beside the size of the file and of what is written.
//! Linux tells both (`/proc`). Numbers among the arguments are sizes and names are runs: `scale -- 10000 table audit`;
//! `seed=2` is another organization, `shared` the one whose accounts share what they have.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::string_slice,
    missing_docs
)]

mod organization;

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use organization::{OfTheirOwn, Organization};

const SIZES: [usize; 2] = [10_000, 100_000];
/// The largest is run as JSON lines alone.
const LARGEST: usize = 1_000_000;
/// Each run is made so many times: the median is told.
const TIMES: usize = 3;

const RUNS: [(&str, &[&str]); 5] = [
    ("table", &["check"]),
    ("ndjson", &["check", "--format", "ndjson"]),
    ("json", &["check", "--format", "json"]),
    ("audit", &["audit"]),
    ("fix", &["fix", "--force", "--dir"]),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let seed = words
        .iter()
        .find_map(|word| word.strip_prefix("seed=")?.parse().ok());
    let seed = seed.unwrap_or(1);
    let shared = words.iter().any(|word| word == "shared");
    let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let is_run = |name: &str| words.iter().any(|word| word == name);
    let named = RUNS.iter().any(|(name, _)| is_run(name));
    let sizes = match sizes.as_slice() {
        [] => [&SIZES[..], &[LARGEST]].concat(),
        _ => sizes,
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    println!("seed {seed}{}", if shared { ", shared" } else { "" });
    println!("   copies run      file MB    cpu s  us/copy  peak MB  peak/file   out MB  exit");
    for copies in sizes {
        let path = written(folder, copies, seed, shared);
        let megabytes = fs::metadata(&path).expect("a file").len() as f64 / 1e6;
        for (name, arguments) in RUNS {
            if named && !is_run(name) || !named && copies == LARGEST && name != "ndjson" {
                continue;
            }
            let mut runs: Vec<Run> = (0..TIMES)
                .map(|_| run(arguments, &path, &folder.join("fixes")))
                .collect();
            runs.sort_by_key(|run| run.processor);
            let cpu = runs[TIMES / 2].processor.as_secs_f64();
            runs.sort_by(|one, other| one.peak.total_cmp(&other.peak));
            let run = &runs[TIMES / 2];
            println!(
                "{copies:>9} {name:<7} {megabytes:>9.1} {cpu:>8.2} {:>8.1} {:>8.1} {:>10.2} {:>8.1} {:>5}",
                cpu * 1e6 / copies as f64,
                run.peak,
                run.peak / megabytes,
                run.written,
                run.code,
            );
        }
    }
}

/// The file of an organization, written once.
fn written(folder: &Path, copies: usize, seed: u64, shared: bool) -> PathBuf {
    let kind = if shared { "shared" } else { "own" };
    let path = folder.join(format!("organization-{kind}-{copies}-{seed}.json"));
    if !path.exists() {
        let mut out = BufWriter::new(File::create(&path).expect("a file"));
        let done = if shared {
            Organization {
                seed,
                ..Organization::of_copies(copies)
            }
            .write(&mut out)
        } else {
            OfTheirOwn { copies, seed }.write(&mut out)
        };
        done.and_then(|()| out.flush()).expect("room on the disk");
    }
    path
}

struct Run {
    processor: Duration,
    /// In megabytes.
    peak: f64,
    /// In megabytes.
    written: f64,
    code: i32,
}

fn run(arguments: &[&str], path: &Path, fixes: &Path) -> Run {
    let program =
        std::env::var("PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_backup-preflight").into());
    let out = fixes.with_extension("out");
    let mut command = Command::new(program);
    command.args(arguments);
    if arguments.last() == Some(&"--dir") {
        command.arg(fixes);
    }
    let mut child = command
        .arg("--inventory")
        .arg(path)
        .stdout(Stdio::from(File::create(&out).expect("a file")))
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let mut run = Run {
        processor: Duration::ZERO,
        peak: 0.0,
        written: 0.0,
        code: -1,
    };
    loop {
        run.note(&child);
        if let Some(status) = child.try_wait().expect("a child") {
            run.code = status.code().unwrap_or(-1);
            break;
        }
        sleep(Duration::from_millis(2));
    }
    run.written = fs::metadata(&out).map_or(0.0, |file| file.len() as f64 / 1e6);
    run
}

impl Run {
    /// What the kernel says of the child so far; nothing more once it has ended.
    fn note(&mut self, child: &Child) {
        let of = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", child.id()));
        if let (Ok(status), Ok(stat)) = (of("status"), of("stat")) {
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = peak.and_then(|text| text.trim().strip_suffix(" kB")?.parse().ok());
            self.peak = kilobytes.map_or(self.peak, |kilobytes: f64| kilobytes * 1024.0 / 1e6);
            let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
            let ticks = fields.split(' ').skip(11).take(2);
            let ticks: u64 = ticks.filter_map(|text| text.parse::<u64>().ok()).sum();
            self.processor = Duration::from_millis(ticks * 10);
        }
    }
}
