//! How fast a key policy of about 2 KB is read and asked.

#![allow(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::string_slice,
    missing_docs
)]

use std::hint::black_box;

use backup_preflight::policy::{
    Context, Document, Entry, Policies, Principal, Request, Resource, Rest, decide_resource,
    evaluate,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const KEY_POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Id": "orders-key",
  "Statement": [
    {
      "Sid": "EnableIAMUserPermissions", "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"
    },
    {
      "Sid": "AllowAdministration", "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::111122223333:role/KeyAdministrators"},
      "Action": ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*",
        "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"],
      "Resource": "*"
    },
    {
      "Sid": "AllowUseOfTheKey", "Effect": "Allow",
      "Principal": {"AWS": [
        "arn:aws:iam::111122223333:role/Orders",
        "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
      ]},
      "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
      "Resource": "*",
      "Condition": {"StringLike": {"kms:ViaService": ["rds.*.amazonaws.com", "ec2.*.amazonaws.com"]}}
    },
    {
      "Sid": "AllowAttachmentOfPersistentResources", "Effect": "Allow",
      "Principal": {"AWS": "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"},
      "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
      "Resource": "*",
      "Condition": {
        "Bool": {"kms:GrantIsForAWSResource": "true"},
        "StringLike": {"kms:ViaService": "rds.*.amazonaws.com"},
        "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}
      }
    },
    {
      "Sid": "DenyOutsideTheOrganization", "Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
      "Condition": {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}
      }
    }
  ]
}"#;

const BACKUP_ROLE: &str =
    "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";

fn request() -> Request {
    let one = |value: &str| Entry::One(value.into());
    let paths = vec!["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/".into()];
    let context = Context::new(Rest::Unknown)
        .with("aws:PrincipalArn", one(BACKUP_ROLE))
        .with("aws:PrincipalAccount", one("444455556666"))
        .with("aws:PrincipalOrgID", one("o-a1b2c3d4e5"))
        .with("aws:PrincipalOrgPaths", Entry::Many(paths))
        .with("aws:PrincipalIsAWSService", one("false"))
        .with("aws:SecureTransport", one("true"))
        .with("aws:RequestedRegion", one("us-east-2"))
        .with("kms:CallerAccount", one("444455556666"))
        .with("kms:GrantIsForAWSResource", one("true"))
        .with("kms:ViaService", one("rds.us-east-2.amazonaws.com"));
    let principal = Principal::parse(BACKUP_ROLE).expect("an ARN");
    let key = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    Request::new(principal, "kms:CreateGrant", Resource::exact(key), context)
}

fn policy(criterion: &mut Criterion) {
    let request = request();
    let key_policy = Document::parse(KEY_POLICY).expect("a policy");
    let role_policy = r#"{"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}"#;
    let role_policy = Document::parse(role_policy).expect("a policy");
    let mut group = criterion.benchmark_group("key policy");
    group.throughput(Throughput::Elements(1));
    group.bench_function("read and asked", |bencher| {
        bencher.iter(|| {
            let key_policy = Document::parse(black_box(KEY_POLICY)).expect("a policy");
            decide_resource(black_box(&request), Some(&key_policy))
        });
    });
    group.bench_function("asked", |bencher| {
        bencher.iter(|| decide_resource(black_box(&request), Some(black_box(&key_policy))));
    });
    group.bench_function("asked with the role's policies", |bencher| {
        let policies = Policies {
            resource: Some(&key_policy),
            identity: &[&role_policy],
            ..Policies::default()
        };
        bencher.iter(|| evaluate(black_box(&request), black_box(&policies)));
    });
    group.finish();
}

criterion_group!(benches, policy);
criterion_main!(benches);
