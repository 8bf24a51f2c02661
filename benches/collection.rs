//! What it takes to read a whole organization from a server that answers each call after 50 ms: no call more than needed, and
//! the time beside that of so many calls, so many at once. And one copy that is named, at 30 ms a call.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    dead_code,
    unused_imports,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::string_slice,
    missing_docs,
    reason = "most of the tests' server and of its organizations is of no interest here"
)]

#[path = "../tests/suite/aws/mod.rs"]
mod aws;
#[path = "../tests/suite/live/organization.rs"]
mod organization;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws::{Fault, Server};
use backup_preflight::app::{asks_of_check, asks_of_everything};
use backup_preflight::cli::{Check, Cli, Command};
use backup_preflight::inventory::Timestamp;
use backup_preflight::known::{Arn, Region};
use backup_preflight::sources::live::{
    Accounts, CallSettings, Choice, Credentials, Entry, NamedCopy, Scope, Sides, collect, survey,
};
use clap::Parser as _;
use criterion::{Criterion, criterion_group, criterion_main};
use organization::{MANAGEMENT, Made, ROLE_NAME, fewest, organization};

const LATENCY: Duration = Duration::from_millis(50);
const LATENCY_OF_COPY: Duration = Duration::from_millis(30);
const REGIONS: &[&str] = &["us-east-2", "eu-west-1", "us-west-2", "ap-south-1"];

/// Credentials of accounts, each under its own name, and settings that take them.
fn settings(
    server: &Server,
    accounts: &[&str],
    concurrency: usize,
) -> (tempfile::TempDir, CallSettings) {
    let home = tempfile::tempdir().expect("a folder");
    let keys = accounts.iter().map(|account| {
        let (id, secret) = Server::account_keys(account);
        format!("[{account}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
    });
    let (config, credentials) = (home.path().join("config"), home.path().join("credentials"));
    std::fs::write(&credentials, keys.collect::<String>()).expect("a file");
    std::fs::write(&config, "").expect("a file");
    let settings = CallSettings {
        concurrency,
        timeout: Duration::from_secs(60),
        deadline: None,
        attempts: 4,
        config_file: Some(config),
        credentials_file: Some(credentials),
        endpoint_url: Some(server.url()),
        progress: false,
    };
    (home, settings)
}

/// The credentials under a name.
fn profile(name: &str) -> Credentials {
    Credentials {
        profile: Some(name.to_owned()),
        ..Credentials::default()
    }
}

/// When the facts are read.
fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").expect("a time")
}

/// Reads all of it; how long that took, and how many calls it made.
fn read(made: &Made, concurrency: usize) -> (Duration, usize) {
    let server = Server::start(made.world.clone());
    server.fault(Fault::slow(LATENCY));
    let (_home, settings) = settings(&server, &[MANAGEMENT], concurrency);
    let scope = Scope {
        accounts: Accounts::Organization(Entry {
            choice: Choice::default(),
            role_name: ROLE_NAME.to_owned(),
            external_id: None,
        }),
        regions: Some(made.regions.iter().map(|name| Region::new(name)).collect()),
        shard: None,
        plans: true,
        aggregator: None,
        copy_jobs: true,
        points_of_jobs: false,
        coverage: false,
        entries: BTreeMap::new(),
    };
    let sides = Sides {
        source: profile(MANAGEMENT),
        ..Sides::default()
    };
    let start = Instant::now();
    let asks = asks_of_everything();
    let found = survey(scope, &sides, &settings, None, now(), &asks).expect("an organization");
    let time = start.elapsed();
    assert!(found.accounts.is_present());
    (time, server.finish().len())
}

/// Reads what decides a copy of a database into another account and Region; how long that took, and how many calls it made.
fn read_copy() -> (Duration, usize) {
    let world = include_str!("../tests/suite/live/rds.json");
    let server = Server::start(serde_json::from_str(world).expect("a world"));
    server.fault(Fault::slow(LATENCY_OF_COPY));
    let [from, to] = ["111122223333", "444455556666"];
    server.delegate(from);
    server.delegate(to);
    let (_home, settings) = settings(&server, &[from, to], 8);
    let sides = Sides {
        source: profile(from),
        destination: Some(profile(to)),
        management: None,
    };
    let arn = |text: &str| Arn::parse(text).expect("an ARN");
    let copy = NamedCopy {
        resource: Some(arn("arn:aws:rds:us-east-2:111122223333:db:orders")),
        recovery_point: None,
        source_vault: Some(arn(
            "arn:aws:backup:us-east-2:111122223333:backup-vault:prod",
        )),
        destination_vault: arn("arn:aws:backup:eu-west-1:444455556666:backup-vault:central"),
        role: None,
    };
    let asked = Cli::try_parse_from(["backup-preflight", "check"]).expect("a command");
    let Command::Check(check) = asked.command else {
        panic!("it is a check");
    };
    let check = Check {
        resource: copy.resource.clone(),
        source_vault: copy.source_vault.clone(),
        to: Some(copy.destination_vault.clone()),
        ..*check
    };
    let start = Instant::now();
    let found = collect(&copy, &sides, &settings, now(), &asks_of_check(&check)).expect("a copy");
    let time = start.elapsed();
    assert!(found.accounts.is_present());
    (time, server.finish().len())
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("collection");
    group.sample_size(10);
    println!("accounts  at once   calls   wall s   ratio");
    for (accounts, concurrency) in [(10, 8), (30, 8), (30, 16)] {
        let made = organization(accounts, REGIONS);
        let least: usize = fewest(&made).values().sum();
        let (time, calls) = read(&made, concurrency);
        assert_eq!(calls, least, "calls that need not be made");
        let ideal = LATENCY.mul_f64(calls as f64 / concurrency as f64);
        let (wall, ratio) = (time.as_secs_f64(), time.as_secs_f64() / ideal.as_secs_f64());
        println!("{accounts:>8} {concurrency:>8} {calls:>7} {wall:>8.2} {ratio:>7.2}");
    }
    let made = organization(3, REGIONS);
    group.bench_function("3 accounts, 4 Regions, 8 calls at once", |bencher| {
        bencher.iter(|| read(&made, 8));
    });
    let (time, calls) = read_copy();
    println!("a named copy: {calls} calls, {:.2} s", time.as_secs_f64());
    group.bench_function("a named copy, 30 ms a call", |bencher| {
        bencher.iter(read_copy);
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
