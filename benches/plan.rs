//! What it takes to read a Terraform plan, beside what serde_json alone takes to read its file into a `Value`: at most three
//! times as much is wanted. The sizes are in resources.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use backup_preflight::known::AccountId;
use backup_preflight::sources::terraform;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 2] = [1_000, 10_000];

/// A first apply: databases on keys of their own, roles with policies, and as many things that no check reads.
fn plan(resources: usize) -> Vec<u8> {
    let mut changes = Vec::new();
    let mut blocks = Vec::new();
    let mut add = |kind: &str, name: &str, after: Value, unknown: Value, expressions: Value| {
        changes.push(json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name,
            "provider_name": "registry.terraform.io/hashicorp/aws", "change": {"actions": ["create"], "before": null,
            "after": after, "after_unknown": unknown, "before_sensitive": false, "after_sensitive": {}}}));
        blocks.push(
            json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name,
            "provider_config_key": "aws", "expressions": expressions, "schema_version": 1}),
        );
    };
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*", "Resource": "*"}]})
    .to_string();
    for at in 0..resources / 6 {
        let name = format!("n{at}");
        let tags = json!({"team": "payments", "environment": "production", "cost-centre": name});
        let ids = json!({"arn": true, "id": true, "key_id": true, "tags_all": {}});
        add(
            "aws_kms_key",
            &name,
            json!({"description": name, "policy": policy, "is_enabled": true, "key_usage": "ENCRYPT_DECRYPT", "tags": tags, "tags_all": tags}),
            ids.clone(),
            json!({"description": {"constant_value": name}, "policy": {"constant_value": policy}}),
        );
        add(
            "aws_db_instance",
            &name,
            json!({"identifier": name, "engine": "postgres", "engine_version": "16.3", "storage_encrypted": true, "instance_class": "db.t3.micro",
                   "allocated_storage": 20, "backup_retention_period": 7, "multi_az": true, "tags": tags, "tags_all": tags}),
            json!({"arn": true, "id": true, "kms_key_id": true, "endpoint": true, "tags_all": {}}),
            json!({"identifier": {"constant_value": name}, "kms_key_id": {"references": [format!("aws_kms_key.{name}.arn"), format!("aws_kms_key.{name}")]}}),
        );
        add(
            "aws_iam_role",
            &name,
            json!({"name": name, "assume_role_policy": policy, "path": "/", "tags": tags, "tags_all": tags}),
            ids,
            json!({"name": {"constant_value": name}}),
        );
        add(
            "aws_iam_role_policy_attachment",
            &name,
            json!({"role": name, "policy_arn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"}),
            json!({"id": true}),
            json!({"role": {"references": [format!("aws_iam_role.{name}.name"), format!("aws_iam_role.{name}")]}}),
        );
        for kind in ["aws_security_group", "aws_instance_profile"] {
            add(
                kind,
                &name,
                json!({"name": name, "description": "what no check reads", "ingress": [{"from_port": 443, "to_port": 443, "protocol": "tcp",
                       "cidr_blocks": ["10.0.0.0/8"], "description": "", "self": false}], "tags": tags, "tags_all": tags}),
                json!({"arn": true, "id": true}),
                json!({"name": {"constant_value": name}}),
            );
        }
    }
    json!({"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": blocks}}})
    .to_string()
    .into_bytes()
}

/// The quickest of some runs.
fn quickest(mut run: impl FnMut()) -> Duration {
    let each = (0..10).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    each.min().unwrap_or_default()
}

fn benches(criterion: &mut Criterion) {
    let account = AccountId::parse("111122223333").expect("an account");
    let accounts = BTreeMap::from([("aws".to_owned(), account)]);
    let mut group = criterion.benchmark_group("terraform plan");
    group.sample_size(10);
    for resources in SIZES {
        let bytes = plan(resources);
        let value = || {
            drop(black_box(
                serde_json::from_slice::<Value>(&bytes).expect("JSON"),
            ))
        };
        let read = || {
            drop(black_box(
                terraform::read("plan.json", &bytes, &accounts, None).expect("a plan"),
            ))
        };
        let (alone, ours) = (quickest(value), quickest(read));
        println!(
            "{resources} resources, {} bytes: serde_json {alone:?}, read {ours:?}: {:.2} times",
            bytes.len(),
            ours.as_secs_f64() / alone.as_secs_f64(),
        );
        group.bench_function(
            BenchmarkId::new("serde_json into a Value", resources),
            |bencher| bencher.iter(value),
        );
        group.bench_function(BenchmarkId::new("read", resources), |bencher| {
            bencher.iter(read)
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
