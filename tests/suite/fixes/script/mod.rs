//! `apply.sh`, run with a stand-in for the `aws` command.

mod changes;
mod left;
mod steps;

use crate::fixes::support::{Made, example};
use serde_json::{Value, json};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const KEY: &str = "key-arn_aws_kms_us_east_1_111222333444_key_00000001_1111_2222_3333_111222333444";

const VAULT: &str = "vault-targetbackupvault";

/// Those of the example: source, destination, management; and one that is named by hand.
const ACCOUNTS: [&str; 4] = [
    "111222333444",
    "666777888999",
    "123456789012",
    "999988887777",
];

/// The calls that only read.
const READS: [&str; 12] = [
    "sts get-caller-identity",
    "kms get-key-policy",
    "kms describe-key",
    "kms list-aliases",
    "organizations describe-policy",
    "backup list-backup-vaults",
    "iam list-attached-role-policies",
    "backup get-backup-vault-access-policy",
    "backup describe-global-settings",
    "iam get-role ",
    "iam get-role-policy",
    "account get-region-opt-status",
];

/// An AWS that the script talks to.
struct World {
    made: Made,
    state: tempfile::TempDir,
}

/// How a run of the script went.
struct Ran {
    code: i32,
    out: String,
    error: String,
    /// The calls that change something, in order.
    changes: Vec<String>,
}

impl World {
    /// AWS as the inventory says, with a profile for each account.
    fn of(inventory: &Value) -> Self {
        let world = Self {
            made: Made::of(inventory),
            state: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir(world.state("bin")).unwrap();
        let aws = world.state("bin/aws");
        std::fs::write(&aws, include_str!("../aws.sh")).unwrap();
        std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
        for account in ACCOUNTS {
            world.put(&format!("account-p{account}"), account);
        }
        for file in &world.made.files {
            if file.path.contains("key-policy") && file.path.ends_with(".before.json") {
                // As AWS gives it back: on one line.
                let policy: Value = serde_json::from_str(&file.text).unwrap();
                world.put(KEY, &policy.to_string());
            }
        }
        world
    }

    /// The example whose copy goes in two steps, in an account that there is a profile for.
    fn opstree() -> Value {
        let text = example("opstree-two-step").to_string();
        serde_json::from_str(&text.replace("111122223333", "111222333444")).unwrap()
    }

    fn of_opstree() -> Self {
        Self::of(&Self::opstree())
    }

    fn before() -> Self {
        Self::of(&example("field-notes-rds-before"))
    }

    fn state(&self, name: &str) -> PathBuf {
        self.state.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.state(name), text).unwrap();
    }

    fn policy(&self, name: &str) -> Option<Value> {
        let text = std::fs::read_to_string(self.state(name)).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    }

    fn run(&self, arguments: &[&str], answers: &str, profiles: bool) -> Ran {
        self.run_with(arguments, answers, profiles, &[])
    }

    fn run_with(
        &self,
        arguments: &[&str],
        answers: &str,
        profiles: bool,
        variables: &[(&str, &str)],
    ) -> Ran {
        let _ = std::fs::remove_file(self.state("calls"));
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command
            .arg(self.made.path("apply.sh"))
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.state("bin").display()))
            .env("STATE", self.state.path())
            .env("WAIT", "0")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if profiles {
            for account in ACCOUNTS {
                command.env(format!("PROFILE_{account}"), format!("p{account}"));
            }
        }
        let mut child = command.spawn().unwrap();
        // A script that never asks closes its end.
        let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
        let output = child.wait_with_output().unwrap();
        let calls = std::fs::read_to_string(self.state("calls")).unwrap_or_default();
        let changes = calls
            .lines()
            .map(|line| match line.strip_prefix("--profile ") {
                Some(rest) => rest.split_once(' ').unwrap().1,
                None => line,
            })
            .filter(|line| READS.iter().all(|read| !line.starts_with(read)))
            .map(|line| {
                line.split_whitespace()
                    .take(2)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
            changes,
        }
    }

    /// The policy of the one file that begins and ends so.
    fn file(&self, start: &str, end: &str) -> Value {
        let name = self.made.named(start, end).to_owned();
        self.made.json(&name)
    }
}

/// The field notes without service-linked role, switch, and destination vault.
fn bare() -> Value {
    let mut estate = example("field-notes-rds-before");
    for account in estate["accounts"].as_array_mut().unwrap() {
        account["cross_account_backup"] = json!(false);
        if account["account"] == "666777888999" {
            account["roles"] = json!([]);
            account["roles_complete"] = json!(true);
            account["regions"][0]["vaults"] = json!([]);
            account["regions"][0]["vaults_complete"] = json!(true);
        }
    }
    estate
}
