//! What it takes to decide all copies of an organization, beside what serde_json alone takes to read its file into the same
//! types. The sizes are in copies, a hundred an account.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::string_slice,
    missing_docs
)]

mod organization;

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Duration;

use backup_preflight::checks::decide;
use backup_preflight::inventory::{Copy, CopyEntry, Facts, Inventory, items, read};
use backup_preflight::known::in_order;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use organization::Organization;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 2] = [10_000, 100_000];

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("organization");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10));
    for copies in SIZES {
        let mut bytes = Vec::new();
        Organization::of_copies(copies)
            .write(&mut bytes)
            .expect("memory takes everything");
        let inventory = read("organization", &bytes).expect("an inventory");
        let entries: Vec<&CopyEntry> = items(&inventory.copies).iter().collect();
        let decided = |entries: &[&CopyEntry], facts: &Facts<'_>| {
            for entry in entries {
                black_box(decide(Copy::of_entry(entry, facts), facts));
            }
        };
        group.throughput(Throughput::Elements(copies as u64));
        group.bench_function(BenchmarkId::new("read by serde_json", copies), |bencher| {
            bencher.iter_with_large_drop(|| {
                serde_json::from_slice::<Inventory>(black_box(&bytes)).expect("an inventory")
            });
        });
        group.bench_function(BenchmarkId::new("read", copies), |bencher| {
            bencher.iter_with_large_drop(|| {
                read("organization", black_box(&bytes)).expect("an inventory")
            });
        });
        group.bench_function(BenchmarkId::new("decided", copies), |bencher| {
            bencher.iter(|| {
                let facts = Facts::new(black_box(&inventory));
                let each = |facts: &Facts<'_>, piece: &[&CopyEntry]| decided(piece, facts);
                let Ok(()) = in_order(&entries, || facts.clone(), each, Ok::<(), Infallible>);
            });
        });
        group.bench_function(
            BenchmarkId::new("decided on one processor", copies),
            |bencher| {
                bencher.iter(|| decided(&entries, &Facts::new(black_box(&inventory))));
            },
        );
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
