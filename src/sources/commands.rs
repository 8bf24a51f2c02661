//! What a command or a program does that may change what copies depend on, as far as its text tells: the calls of the AWS CLI, those of
//! the SDKs, and whether it names AWS Backup or KMS.
//!
//! See <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-commandstructure.html>.

use serde_json::Value;

use super::service_calls::{is_near, matters};

/// What stands in a text in place of what is not known.
pub const NOT_KNOWN: char = '\u{fffd}';

/// What a text has in it that matters, where it is no call of the AWS CLI.
const WORDS: &[&str] = &["backup", "kms"];

/// Options of the AWS CLI without a value.
#[rustfmt::skip]
const SWITCHES: &[&str] = &[
    "--cli-auto-prompt", "--debug", "--no-cli-auto-prompt", "--no-cli-pager", "--no-paginate", "--no-sign-request", "--no-verify-ssl",
];

/// Calls that run something else, which the rest of the command names.
#[rustfmt::skip]
const RUNNERS: &[(&str, &str)] = &[
    ("codebuild", "start-build"), ("events", "put-events"), ("lambda", "invoke"), ("ssm", "create-association"), ("ssm", "send-command"),
    ("ssm", "start-automation-execution"), ("stepfunctions", "start-execution"),
];

/// How the names of methods begin that change something.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "add", "associate", "attach", "copy", "create", "delete", "deregister", "detach", "disable", "disassociate", "enable", "execute",
    "import", "modify", "move", "promote", "put", "remove", "replace", "replicate", "reset", "restore", "retire", "revoke", "schedule",
    "tag", "untag", "update",
];

/// What a text does, in words; `None`: nothing that it tells.
pub fn changes(text: &str) -> Option<String> {
    let text = text.replace("\\\n", " ").replace("$(", "\n");
    let mut others = Vec::new();
    for command in text.split(['\n', ';', '|', '&', '`']) {
        if let Some(does) = of_command(command, &mut others) {
            return Some(does);
        }
    }
    let others = others.join(" ");
    let lower = others.to_lowercase();
    if let Some(word) = WORDS.iter().find(|word| lower.contains(*word)) {
        return Some(format!("names {word}"));
    }
    of_program(&others)
}

/// All texts of a value, names of fields among them; what is not known has a mark.
pub fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(texts).collect::<Vec<_>>().join(" "),
        Value::Object(fields) if fields.contains_key("unknown") => NOT_KNOWN.to_string(),
        Value::Object(fields) => {
            let each = fields
                .iter()
                .map(|(name, value)| format!("{name} {}", texts(value)));
            each.collect::<Vec<_>>().join("\n")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}

/// The name of the script that a text runs, where it is one, without what stands around it.
pub fn script(text: &str) -> Option<&str> {
    const ENDINGS: &[&str] = &["bash", "js", "pl", "ps1", "py", "rb", "sh"];
    let words = text.split(|one: char| one.is_whitespace() || "\"';&|()".contains(one));
    // What an address or an option holds may be a secret.
    let mut files = words.filter(|word| !word.contains([':', '=', '@', '?', NOT_KNOWN]));
    files.find_map(|word| {
        let name = word.rsplit('/').next().unwrap_or_default();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        let is_script = word.starts_with("./") || ending.is_some_and(|one| ENDINGS.contains(&one));
        (is_script && !name.is_empty()).then_some(name)
    })
}

/// What a command does; what is no call of the AWS CLI is left to `others`.
fn of_command<'c>(command: &'c str, others: &mut Vec<&'c str>) -> Option<String> {
    let words = command.split_whitespace();
    let words: Vec<&str> = words
        .map(|word| word.trim_matches(|one: char| "\"'()[]{},".contains(one)))
        .collect();
    let is_variable = |word: &&&str| word.contains('=') && !word.starts_with(NOT_KNOWN);
    let first = words.iter().find(|word| !is_variable(word));
    if first.is_some_and(|first| first.starts_with(NOT_KNOWN)) {
        return Some("runs what is not known".to_owned());
    }
    let mut rest = words.as_slice();
    let mut is_told = false;
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        if is_cli(word)
            && let Some((service, action, arguments)) = call(after)
        {
            let is_open = |word: &str| word.contains([NOT_KNOWN, '$']);
            if is_open(service) || (is_open(action) && is_near(service)) {
                return Some("calls what is not known by the AWS CLI".to_owned());
            }
            let bucket = match (service, action) {
                ("s3", "mb") => Some("create-bucket"),
                ("s3", "rb") => Some("delete-bucket"),
                _ => None,
            };
            if matters(service, bucket.unwrap_or(action)) {
                return Some(format!("calls {action} of {service}"));
            }
            rest = arguments;
            is_told = !RUNNERS.contains(&(service, action));
        } else if !is_told {
            // An ARN is data, and not what is called.
            others.push(word.split("arn:").next().unwrap_or_default());
        }
    }
    None
}

fn is_cli(word: &str) -> bool {
    matches!(word, "aws" | "aws.exe" | "aws.cmd") || word.ends_with("bin/aws")
}

/// The service, the action and what follows them.
fn call<'w, 'c>(words: &'w [&'c str]) -> Option<(&'c str, &'c str, &'w [&'c str])> {
    let is_name = |word: &&str| {
        let is_letter = |one: char| {
            one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-' || one == NOT_KNOWN
        };
        !word.is_empty() && (word.chars().all(is_letter) || word.starts_with('$'))
    };
    let (service, after) = without_options(words).split_first()?;
    let (action, arguments) = without_options(after).split_first()?;
    (is_name(service) && is_name(action)).then_some((service, action, arguments))
}

/// What follows the options that words begin with.
fn without_options<'w, 'c>(mut words: &'w [&'c str]) -> &'w [&'c str] {
    while let Some((option, rest)) = words.split_first() {
        if !option.starts_with("--") {
            break;
        }
        let has_value = !option.contains('=') && !SWITCHES.contains(option);
        words = rest.get(usize::from(has_value)..).unwrap_or_default();
    }
    words
}

/// The first call of an SDK: a service and a method of it that a program names.
fn of_program(text: &str) -> Option<String> {
    let is_part = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
    let names: Vec<&str> = text.split(|one| !is_part(one)).collect();
    let services = names
        .iter()
        .map(|name| name.strip_prefix("client-").unwrap_or(name));
    let services: Vec<&str> = services.filter(|name| is_near(name)).collect();
    let mut methods = names.iter().filter(|name| is_method(name));
    methods.find_map(|method| {
        let mut services = services.iter();
        let service = services.find(|service| matters(service, method))?;
        Some(format!("calls {method} of {service}"))
    })
}

/// Whether a name is that of a method that changes something: `put_role_policy`, `putRolePolicy`, `PutRolePolicyCommand`.
fn is_method(name: &str) -> bool {
    let lower = name.to_lowercase();
    VERBS.iter().any(|verb| {
        let after = lower.strip_prefix(verb).and(name.get(verb.len()..));
        after.is_some_and(|after| {
            after.starts_with(|one: char| matches!(one, '_' | '-') || one.is_uppercase())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_by_what_it_calls() {
        for (text, does) in [
            (
                "aws kms disable-key --key-id k",
                Some("calls disable-key of kms"),
            ),
            (
                "set -e\nif ! aws --profile x --no-cli-pager backup \\\n  put-backup-vault-access-policy --policy file://p.json; then exit 1; fi",
                Some("calls put-backup-vault-access-policy of backup"),
            ),
            (
                "bash -c 'aws organizations attach-policy --policy-id p-1'",
                Some("calls attach-policy of organizations"),
            ),
            (
                "KEY=$(aws kms describe-key --key-id k) && aws iam put-role-policy --role-name r",
                Some("calls put-role-policy of iam"),
            ),
            ("aws s3 mb s3://x", Some("calls mb of s3")),
            (
                "aws $SERVICE put-it",
                Some("calls what is not known by the AWS CLI"),
            ),
            (
                "aws lambda invoke --function-name backup-setup out.json",
                Some("names backup"),
            ),
            (
                "aws ssm send-command --parameters commands=\"aws kms disable-key\"",
                Some("names kms"),
            ),
            ("./backup-setup.sh", Some("names backup")),
            (
                "python3 -c 'import boto3; boto3.client(\"kms\")'",
                Some("names kms"),
            ),
            (
                "python3 -c \"boto3.client('organizations').attach_policy(PolicyId='p')\"",
                Some("calls attach_policy of organizations"),
            ),
            ("\u{fffd} --flag", Some("runs what is not known")),
            (
                "A=\u{fffd} aws \u{fffd} x",
                Some("calls what is not known by the AWS CLI"),
            ),
            ("aws kms list-keys --output text", None),
            (
                "aws backup describe-backup-vault --backup-vault-name \u{fffd}",
                None,
            ),
            ("aws eks update-kubeconfig --name prod", None),
            ("aws eks wait cluster-active --name prod", None),
            ("aws s3 cp dump s3://my-backups/", None),
            ("aws sts get-caller-identity", None),
            ("echo arn:aws:kms:eu-west-1:111122223333:key/k > key", None),
            ("./deploy.sh && kubectl apply -f x.yaml", None),
            ("cd /opt/aws && sleep 30", None),
        ] {
            assert_eq!(changes(text).as_deref(), does, "{text}");
        }
    }

    #[test]
    fn a_program_is_told_by_a_service_and_a_method_of_it() {
        for (text, does) in [
            (
                "const { IAMClient, PutRolePolicyCommand } = require('@aws-sdk/client-iam')",
                Some("calls PutRolePolicyCommand of iam"),
            ),
            (
                "new AWS.Organizations().attachPolicy({})",
                Some("calls attachPolicy of Organizations"),
            ),
            (
                "boto3.client('ec2').enable_ebs_encryption_by_default()",
                Some("calls enable_ebs_encryption_by_default of ec2"),
            ),
            (
                "boto3.client('s3').put_bucket_notification_configuration()",
                None,
            ),
            (
                "s3 = boto3.resource('s3')\nbucket.object_versions.delete()",
                None,
            ),
            (
                "cfnresponse.send(event, context, cfnresponse.SUCCESS, {})",
                None,
            ),
            ("boto3.client('rds').describe_db_instances()", None),
            (
                "subprocess.run([\"aws\",\"iam\",\"put-role-policy\"])",
                Some("calls put-role-policy of iam"),
            ),
        ] {
            assert_eq!(changes(text).as_deref(), does, "{text}");
        }
    }

    #[test]
    fn a_script_is_told_by_its_name() {
        for (text, is) in [
            ("./setup", Some("setup")),
            ("bash -e \"scripts/setup.sh\" x", Some("setup.sh")),
            ("curl https://user:secret@example.com/x.sh", None),
            ("./", None),
            ("kubectl apply -f x.yaml", None),
        ] {
            assert_eq!(script(text), is, "{text}");
        }
    }
}
