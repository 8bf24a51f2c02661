//! The second step of a copy in two steps: a function that carries on what arrived in the vault in between, with
//! everything around it.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::item::{Action, Item, slug};
use super::terraform::{Configuration, add_vault, policy};
use super::{FixFile, cloudformation};
use crate::known::{AccountId, Arn, Region};
use crate::quote::json::printable;
use crate::remedy::{TwoStep, own_key_policy};

/// What the function, its stack and its rule are called: by their vault, so that none is put in the place of another's.
pub fn name(between: &Arn) -> String {
    format!("backup-preflight-{}", between.name())
}

/// The folder that all of it is in.
pub const FOLDER: &str = "two-step";

const SOURCE: &str = include_str!("function.py");
const RUNTIME: &str = "python3.13";

/// The vaults in between, each with the copies that go through it.
type Vaults<'a> = BTreeMap<&'a Arn, Vec<&'a TwoStep>>;

/// The template that holds a copy's vault in between.
pub fn template(step: &TwoStep) -> String {
    format!("{FOLDER}/template-{}.json", place_name(&step.between))
}

/// The function, its role's policies, and both ways to set it up.
pub fn files(items: &[Item<'_>]) -> Vec<FixFile> {
    let mut vaults: Vaults<'_> = BTreeMap::new();
    for item in items {
        if let Action::TwoStep(step) = item.action {
            vaults.entry(&step.between).or_default().push(step);
        }
    }
    if vaults.is_empty() {
        return Vec::new();
    }
    let mut files = vec![FixFile::new(
        format!("{FOLDER}/function.py"),
        source(&vaults),
    )];
    let mut terraform = Configuration::default();
    for (between, steps) in &vaults {
        let Some(place) = VaultBetween::of(between) else {
            continue;
        };
        let role_policy = role_policy(&place, steps);
        files.push(FixFile::json(
            format!("{FOLDER}/role-policy-{}.json", place_name(between)),
            &role_policy,
        ));
        let shares: BTreeSet<&Arn> = steps
            .iter()
            .filter_map(|step| step.share_with.as_ref())
            .collect();
        let key_policy = own_key_policy(between, shares);
        // A stack hears of its own vault alone, and a template has little room.
        let source = source(&Vaults::from([(*between, steps.clone())]));
        files.push(FixFile::json(
            format!("{FOLDER}/template-{}.json", place_name(between)),
            &cloudformation::template(
                "Copies in two steps: a vault in between, and what carries copies on from it",
                stack(between, &source, &role_policy, &key_policy),
            ),
        ));
        add(&mut terraform, &place, &role_policy, &key_policy);
    }
    files.extend(terraform.file(&format!("{FOLDER}/main.tf.json")));
    files
}

/// Where a vault in between is.
struct VaultBetween<'a> {
    between: &'a Arn,
    account: AccountId,
    region: Region,
}

impl<'a> VaultBetween<'a> {
    fn of(between: &'a Arn) -> Option<Self> {
        Some(Self {
            between,
            account: between.account()?,
            region: between.region()?,
        })
    }
}

fn place_name(vault: &Arn) -> String {
    let account = vault.account().map(|account| account.to_string());
    let region = vault.region().map(|region| region.to_string());
    slug(
        &[account, region]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("-"),
    )
}

/// The function with its routes in it.
fn source(vaults: &Vaults<'_>) -> String {
    let routes: Map<String, Value> = vaults
        .iter()
        .map(|(between, steps)| (between.to_string(), routes(steps)))
        .collect();
    // In a raw string of Python nothing but the quote itself could end it.
    let text = printable(Value::Object(routes).to_string()).replace('\'', "\\u0027");
    SOURCE.replace("@ROUTES@", &text)
}

/// The ways on from a vault, each with all that goes it: a template has little room.
fn routes(steps: &[&TwoStep]) -> Value {
    let mut ways: BTreeMap<String, (Value, BTreeSet<&Arn>, BTreeSet<&Arn>)> = BTreeMap::new();
    for step in steps {
        let way = json!({
            "destination": step.destination,
            "role": step.role,
            "lifecycle": lifecycle(step),
        });
        let (_, resources, points) = ways
            .entry(way.to_string())
            .or_insert_with(|| (way, BTreeSet::new(), BTreeSet::new()));
        // Every backup of a resource goes its way; only where none is known, the one recovery point does.
        match (&step.resource, &step.recovery_point) {
            (Some(resource), _) => drop(resources.insert(resource)),
            (None, Some(point)) => drop(points.insert(point)),
            (None, None) => {}
        }
    }
    let each = ways.into_values().map(|(mut way, resources, points)| {
        if let Some(way) = way.as_object_mut() {
            way.insert("resources".to_owned(), json!(resources));
            way.insert("recovery_points".to_owned(), json!(points));
        }
        way
    });
    each.collect()
}

fn lifecycle(step: &TwoStep) -> Value {
    let kept = step
        .lifecycle
        .as_ref()
        .and_then(Option::as_ref)
        .map(|kept| {
            let days = [
                ("DeleteAfterDays", &kept.delete_after_days),
                (
                    "MoveToColdStorageAfterDays",
                    &kept.move_to_cold_storage_after_days,
                ),
            ];
            days.into_iter()
                .filter_map(|(name, days)| Some((name.to_owned(), json!(days.value()?))))
                .collect::<Map<_, _>>()
        });
    json!(kept)
}

/// What the function may do: see the job that called it, start copies, hand AWS Backup the copy role, and write its log.
fn role_policy(place: &VaultBetween<'_>, steps: &[&TwoStep]) -> Value {
    let points: BTreeSet<&String> = steps.iter().flat_map(|step| &step.points).collect();
    let roles: BTreeSet<&Arn> = steps.iter().filter_map(|step| step.role.as_ref()).collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "backup:DescribeCopyJob", "Resource": "*"},
            {"Effect": "Allow", "Action": "backup:StartCopyJob", "Resource": points},
            {
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": roles,
                "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
            },
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": format!(
                    "arn:{}:logs:{}:{}:log-group:/aws/lambda/{}:*",
                    place.between.partition(),
                    place.region,
                    place.account,
                    name(place.between)
                ),
            },
        ],
    })
}

fn trust() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }],
    })
}

/// The jobs that call the function: those that ended well in the vault in between.
fn pattern(between: &Arn) -> Value {
    json!({
        "source": ["aws.backup"],
        "detail-type": ["Copy Job State Change"],
        "detail": {"state": ["COMPLETED"], "destinationBackupVaultArn": [between]},
    })
}

fn stack(
    between: &Arn,
    source: &str,
    role_policy: &Value,
    key_policy: &Value,
) -> Map<String, Value> {
    let mut all = cloudformation::vault("Between", between.name(), key_policy, None);
    let name = name(between);
    let resource = |kind: &str, properties: Value| json!({"Type": kind, "Properties": properties});
    let arn = |of: &str| json!({"Fn::GetAtt": [of, "Arn"]});
    all.extend([
        (
            "Log".to_owned(),
            json!({
                "Type": "AWS::Logs::LogGroup",
                "DeletionPolicy": "Delete",
                "UpdateReplacePolicy": "Delete",
                "Properties": {"LogGroupName": format!("/aws/lambda/{name}"), "RetentionInDays": 90},
            }),
        ),
        (
            "Role".to_owned(),
            resource(
                "AWS::IAM::Role",
                json!({
                    "AssumeRolePolicyDocument": trust(),
                    "Policies": [{"PolicyName": name, "PolicyDocument": role_policy}],
                }),
            ),
        ),
        (
            "Function".to_owned(),
            json!({
                "Type": "AWS::Lambda::Function",
                "DependsOn": "Log",
                "Properties": {
                    "FunctionName": name,
                    "Description": "Copies backups on from a vault in between",
                    "Runtime": RUNTIME,
                    "Handler": "index.handler",
                    "Timeout": 60,
                    "Role": arn("Role"),
                    "Code": {"ZipFile": source},
                },
            }),
        ),
        (
            "Rule".to_owned(),
            resource(
                "AWS::Events::Rule",
                json!({
                    "Name": name,
                    "EventPattern": pattern(between),
                    "Targets": [{"Id": "function", "Arn": arn("Function")}],
                }),
            ),
        ),
        (
            "Permission".to_owned(),
            resource(
                "AWS::Lambda::Permission",
                json!({
                    "Action": "lambda:InvokeFunction",
                    "FunctionName": {"Ref": "Function"},
                    "Principal": "events.amazonaws.com",
                    "SourceArn": arn("Rule"),
                }),
            ),
        ),
    ]);
    all
}

fn add(
    made: &mut Configuration,
    place: &VaultBetween<'_>,
    role_policy: &Value,
    key_policy: &Value,
) {
    let provider = made.provider(Some(place.account), &place.region);
    let name = provider.clone();
    let called = self::name(place.between);
    add_vault(made, &provider, &name, place.between.name(), key_policy);
    made.data(
        "archive_file",
        "function",
        json!({
            "type": "zip",
            "source_file": "${path.module}/function.py",
            "output_path": "${path.module}/function.zip",
        }),
    );
    let after = [
        format!("aws_cloudwatch_log_group.{name}"),
        format!("aws_iam_role_policy.{name}"),
    ];
    let mut resource = |kind: &str, arguments: Value, references: &[(&str, String)]| {
        let after = if kind == "aws_lambda_function" {
            after.as_slice()
        } else {
            &[]
        };
        made.resource(&provider, kind, &name, &arguments, references, after);
    };
    let of = |what: &str| format!("{what}.{name}");
    let role = of("aws_iam_role");
    let function = of("aws_lambda_function");
    let rule = of("aws_cloudwatch_event_rule");
    resource(
        "aws_cloudwatch_log_group",
        json!({"name": format!("/aws/lambda/{called}"), "retention_in_days": 90}),
        &[],
    );
    resource(
        "aws_iam_role",
        json!({"name": called, "assume_role_policy": policy(&trust())}),
        &[],
    );
    resource(
        "aws_iam_role_policy",
        json!({"name": called, "policy": policy(role_policy)}),
        &[("role", format!("{role}.id"))],
    );
    resource(
        "aws_lambda_function",
        json!({
            "function_name": called,
            "description": "Copies backups on from a vault in between",
            "runtime": RUNTIME,
            "handler": "function.handler",
            "timeout": 60,
        }),
        &[
            ("role", format!("{role}.arn")),
            (
                "filename",
                "data.archive_file.function.output_path".to_owned(),
            ),
            (
                "source_code_hash",
                "data.archive_file.function.output_base64sha256".to_owned(),
            ),
        ],
    );
    resource(
        "aws_cloudwatch_event_rule",
        json!({"name": called, "event_pattern": pattern(place.between).to_string()}),
        &[],
    );
    resource(
        "aws_cloudwatch_event_target",
        json!({}),
        &[
            ("rule", format!("{rule}.name")),
            ("arn", format!("{function}.arn")),
        ],
    );
    resource(
        "aws_lambda_permission",
        json!({"action": "lambda:InvokeFunction", "principal": "events.amazonaws.com"}),
        &[
            ("function_name", format!("{function}.function_name")),
            ("source_arn", format!("{rule}.arn")),
        ],
    );
}
