//! What it takes to read a whole organization and to decide its copies.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod organization;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::hint::black_box;
use std::time::Duration;

use backup_preflight::checks::decide;
use backup_preflight::inventory::{Copy, Facts, Inventory, items, read};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use organization::Organization;

fn benches(criterion: &mut Criterion) {
    let copies = 10_000;
    let mut bytes = Vec::new();
    Organization::of_copies(copies)
        .write(&mut bytes)
        .expect("memory takes everything");
    let inventory = read("organization", &bytes).expect("an inventory");
    let mut group = criterion.benchmark_group("organization");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(copies as u64));
    group.bench_function("read by serde_json", |bencher| {
        bencher
            .iter(|| serde_json::from_slice::<Inventory>(black_box(&bytes)).expect("an inventory"));
    });
    group.bench_function("read", |bencher| {
        bencher.iter(|| read("organization", black_box(&bytes)).expect("an inventory"));
    });
    group.bench_function("decided", |bencher| {
        bencher.iter(|| {
            let facts = Facts::new(black_box(&inventory));
            for entry in items(&inventory.copies) {
                black_box(decide(Copy::of_entry(entry, &facts), &facts));
            }
        });
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
