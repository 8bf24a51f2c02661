//! The program itself on files of 10,000, 100,000 and 1,000,000 copies: processor time for each copy, and the most memory
//! that it held, beside the size of the file. Linux tells both (`/proc`). A size, such as `1000000`, runs that one alone.

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
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use organization::Organization;

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let sizes = if asked.is_empty() { &SIZES[..] } else { &asked };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    println!("   copies   file MB   wall s    cpu s  us/copy  peak MB  peak/file");
    for &copies in sizes {
        let path = folder.join(format!("organization-{copies}.json"));
        let megabytes = written(&path, copies);
        let run = run(&path);
        println!(
            "{copies:>9} {megabytes:>9.1} {:>8.2} {:>8.2} {:>8.1} {:>8.1} {:>10.2}",
            run.wall.as_secs_f64(),
            run.processor.as_secs_f64(),
            run.processor.as_secs_f64() * 1e6 / copies as f64,
            run.peak,
            run.peak / megabytes,
        );
    }
}

/// The file of an organization, written once; its size.
fn written(path: &Path, copies: usize) -> f64 {
    if !path.exists() {
        let mut out = BufWriter::new(File::create(path).expect("a file"));
        Organization::of_copies(copies)
            .write(&mut out)
            .and_then(|()| out.flush())
            .expect("room on the disk");
    }
    fs::metadata(path).expect("a file").len() as f64 / 1e6
}

struct Run {
    wall: Duration,
    processor: Duration,
    /// In megabytes.
    peak: f64,
}

fn run(path: &Path) -> Run {
    let program =
        std::env::var("PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_backup-preflight").into());
    let start = Instant::now();
    let mut child = Command::new(program)
        .args(["check", "--format", "ndjson", "--inventory"])
        .arg(path)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program");
    let mut run = Run {
        wall: Duration::ZERO,
        processor: Duration::ZERO,
        peak: 0.0,
    };
    while child.try_wait().expect("a child").is_none() {
        run.note(&child);
        sleep(Duration::from_millis(2));
    }
    run.wall = start.elapsed();
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
