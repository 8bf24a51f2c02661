//! `apply.sh`, run with a stand-in for the `aws` command.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::support::{Made, example};

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
const READS: [&str; 10] = [
    "sts get-caller-identity",
    "kms get-key-policy",
    "kms describe-key",
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
        std::fs::write(&aws, include_str!("aws.sh")).unwrap();
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

#[test]
fn with_yes_each_policy_is_set_and_the_old_one_kept_and_a_second_run_changes_nothing() {
    let world = World::before();
    let old = world.policy(KEY).unwrap();
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(
        ran.changes,
        [
            "kms put-key-policy",
            "backup put-backup-vault-access-policy"
        ]
    );
    assert_eq!(world.policy(KEY).unwrap(), world.file("r1-", ".after.json"));
    assert_eq!(
        world.policy(VAULT).unwrap(),
        world.file("r2-", ".after.json")
    );
    let stem = world
        .made
        .named("r1-", ".diff")
        .replace(".diff", ".current.json");
    let kept = std::fs::read_to_string(world.made.path(&stem)).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), old);

    let again = world.run(&["--yes"], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.out
    );
    assert_eq!(again.out.matches("already so").count(), 2, "{}", again.out);
    assert_eq!(
        std::fs::read_to_string(world.made.path(&stem)).unwrap(),
        kept
    );
}

#[test]
fn it_shows_the_difference_and_asks_before_each_change() {
    let world = World::before();
    let ran = world.run(&[], "n\ny\n", true);
    assert_eq!(ran.code, 3, "{}", ran.error);
    assert_eq!(ran.changes, ["backup put-backup-vault-access-policy"]);
    assert!(
        ran.out.contains("[y/N]") && ran.out.contains("+++ r1-"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("left as they are: r1"), "{}", ran.out);
    // Nobody there to answer is a no.
    let silent = World::before().run(&[], "", true);
    assert_eq!((silent.code, silent.changes), (3, Vec::new()));
}

#[test]
fn nothing_is_changed_in_another_account() {
    let world = World::before();
    world.put("account-default", "666777888999");
    let ran = world.run(&["--yes"], "", false);
    // Those of the account that it is in are made, and what is left is told.
    let own = ["backup put-backup-vault-access-policy"];
    assert_eq!(
        (ran.code, ran.changes.as_slice()),
        (1, &own.map(str::to_owned)[..]),
        "{}",
        ran.out
    );
    assert!(ran.error.contains("PROFILE_111222333444"), "{}", ran.error);
    assert!(ran.error.contains("666777888999"), "{}", ran.error);
    let last: Vec<&str> = ran.out.lines().rev().take(2).collect();
    let not_made =
        "not made, in account 111222333444: r1; set PROFILE_111222333444 to the name of a profile";
    assert_eq!(last, [not_made, "made: r2"], "{}", ran.out);
    let ran = world.run(&["--yes", "--account", "666777888999"], "", false);
    assert_eq!(
        (ran.code, ran.changes),
        (0, Vec::new()),
        "{}{}",
        ran.out,
        ran.error
    );
    // Signed in nowhere.
    std::fs::remove_file(world.state("account-default")).unwrap();
    let ran = world.run(&["--yes"], "", false);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
}

#[test]
fn a_policy_that_is_no_longer_what_it_was_is_left_alone_unless_forced() {
    let world = World::before();
    let other = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Somebody else's"}]});
    world.put(KEY, &other.to_string());
    world.put(VAULT, &other.to_string());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert!(ran.error.contains("no longer what it was"), "{}", ran.error);
    assert_eq!(world.policy(KEY), Some(other.clone()));
    let forced = world.run(&["--yes", "--force"], "", true);
    assert_eq!(
        (forced.code, forced.changes.len()),
        (0, 2),
        "{}",
        forced.error
    );
    for id in ["r1-", "r2-"] {
        let stem = world
            .made
            .named(id, ".diff")
            .replace(".diff", ".current.json");
        let kept = std::fs::read_to_string(world.made.path(&stem)).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), other, "{id}");
    }
}

#[test]
fn a_policy_that_cannot_be_read_is_not_taken_for_none() {
    let world = World::before();
    std::fs::remove_file(world.state(KEY)).unwrap();
    let ran = world.run(&["--yes", "--force"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert!(ran.error.contains("AccessDeniedException"), "{}", ran.error);
}

#[test]
fn names_leave_the_others_out_and_a_stranger_is_refused() {
    let world = World::before();
    let ran = world.run(&["--yes", "r2"], "", true);
    assert_eq!(ran.changes, ["backup put-backup-vault-access-policy"]);
    let ran = world.run(&["--yes", "r9"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert!(ran.error.contains("r1 r2"), "{}", ran.error);
    assert_eq!(world.run(&["--what"], "", true).code, 2);
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

#[test]
fn roles_settings_and_vaults_are_made_once_in_their_order() {
    let world = World::of(&bare());
    world.put("unready", "");
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(
        ran.changes,
        [
            "iam create-service-linked-role",
            "backup update-global-settings",
            // The role was not known to KMS yet the first time.
            "kms put-key-policy",
            "kms put-key-policy",
            "kms create-key",
            "kms create-alias",
            "backup create-backup-vault",
            "backup put-backup-vault-access-policy",
        ]
    );
    let again = world.run(&["--yes"], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.error
    );
}

#[test]
fn an_account_that_is_not_known_must_be_named() {
    let mut estate = bare();
    for account in estate["accounts"].as_array_mut().unwrap() {
        let organization = account["organization"].as_object_mut().unwrap();
        organization.remove("MasterAccountId");
    }
    let world = World::of(&estate);
    let id = world.made.id("enable-cross-account-backup");
    let ran = world.run(&["--yes", id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    let variable = format!("ACCOUNT_{id}");
    assert!(ran.error.contains(&variable), "{}", ran.error);
    let named = world.run_with(&["--yes", id], "", true, &[(&variable, "999988887777")]);
    assert_eq!(
        named.changes,
        ["backup update-global-settings"],
        "{}",
        named.error
    );
}

/// Whatever has the alias of a vault's key is not taken for the key that the script makes.
#[test]
fn a_vault_is_created_on_no_key_but_its_own() {
    let world = World::of(&bare());
    let id = world.made.id("create-vault").to_owned();
    let other = "arn:aws:kms:us-east-1:666777888999:key/other";
    world.put(
        "alias-alias_targetbackupvault",
        &format!("Enabled\t{other}\n"),
    );
    world.put(
        "key-arn_aws_kms_us_east_1_666777888999_key_other",
        r#"{"Statement": []}"#,
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()), "{}", ran.out);
    assert!(ran.error.contains("is taken by"), "{}", ran.error);
    // That of a run that was interrupted is gone on with.
    let stem = world.made.named("", ".key-policy.json");
    world.put(
        "key-arn_aws_kms_us_east_1_666777888999_key_other",
        world.made.text(stem),
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!(ran.code, 0, "{}", ran.error);
    assert_eq!(
        ran.changes.first().map(String::as_str),
        Some("backup create-backup-vault")
    );
    // And not if it cannot be used.
    let world = World::of(&bare());
    world.put(
        "alias-alias_targetbackupvault",
        &format!("Disabled\t{other}\n"),
    );
    world.put(
        "key-arn_aws_kms_us_east_1_666777888999_key_other",
        world.made.text(world.made.named("", ".key-policy.json")),
    );
    let ran = world.run(&["--yes", &id], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()), "{}", ran.out);
}

/// A call of AWS Backup, KMS or CloudFormation is a Region's, and there may be no default Region. Those of STS, IAM and the
/// account are not.
#[test]
fn every_call_of_a_region_names_it() {
    let world = World::of(&bare());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    let calls = std::fs::read_to_string(world.state("calls")).unwrap();
    let mut of_regions = 0;
    for call in calls.lines() {
        let words: Vec<&str> = call.split(' ').collect();
        let service = words
            .iter()
            .find(|word| !word.starts_with('p') && !word.starts_with("--"));
        if matches!(*service.unwrap(), "sts" | "iam" | "account") {
            continue;
        }
        assert!(call.contains("--region"), "{call}");
        of_regions += 1;
    }
    assert!(of_regions > 8, "{calls}");
    assert!(
        calls.contains("backup update-global-settings --region us-east-1"),
        "{calls}"
    );
}

/// The steps of what is done by hand go no further where one is signed in elsewhere.
#[test]
fn steps_by_hand_stop_in_another_account() {
    let text = example("opstree-two-step")
        .to_string()
        .replace("111122223333", "111222333444");
    let world = World::of(&serde_json::from_str(&text).unwrap());
    let id = world.made.id("re-encrypt").to_owned();
    let steps = world.made.named(&format!("{id}-"), ".steps.sh").to_owned();
    let run = |account: Option<&str>| {
        let _ = std::fs::remove_file(world.state("calls"));
        match account {
            Some(account) => world.put("account-default", account),
            None => drop(std::fs::remove_file(world.state("account-default"))),
        }
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("bash")
            .arg(world.made.path(&steps))
            .env("PATH", format!("{}:{path}", world.state("bin").display()))
            .env("STATE", world.state.path())
            .env_remove("AWS_PROFILE")
            .output()
            .unwrap();
        let calls = std::fs::read_to_string(world.state("calls")).unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), calls.lines().count(), error)
    };
    for account in [Some("666777888999"), None] {
        let (code, calls, error) = run(account);
        assert_eq!((code, calls), (1, 1), "{error}");
        assert!(error.contains("PROFILE_111222333444"), "{error}");
    }
    let (_, calls, error) = run(Some("111222333444"));
    assert!(calls > 1, "{error}");
}

/// Pasted into a shell, they leave it open, and nothing is called in the account that one is in instead.
#[test]
fn steps_that_are_pasted_do_not_close_the_shell() {
    let text = example("opstree-two-step")
        .to_string()
        .replace("111122223333", "111222333444");
    let world = World::of(&serde_json::from_str(&text).unwrap());
    let id = world.made.id("re-encrypt").to_owned();
    let steps = world.made.named(&format!("{id}-"), ".steps.sh").to_owned();
    world.put("account-default", "666777888999");
    let paste = |more: &str| {
        let _ = std::fs::remove_file(world.state("calls"));
        let path = std::env::var("PATH").unwrap();
        let mut shell = Command::new("bash")
            .args(["--norc", "--noprofile", "-i"])
            .env("PATH", format!("{}:{path}", world.state("bin").display()))
            .env("STATE", world.state.path())
            .env_remove("AWS_PROFILE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let text = format!("{}\n{more}\necho still here\n", world.made.text(&steps));
        let mut stdin = shell.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let output = shell.wait_with_output().unwrap();
        let calls = std::fs::read_to_string(world.state("calls")).unwrap();
        let calls: Vec<String> = calls.lines().map(str::to_owned).collect();
        (String::from_utf8(output.stdout).unwrap(), calls)
    };
    let (out, calls) = paste("");
    assert!(out.contains("still here"), "{out}");
    assert_eq!(calls.len(), 1, "{calls:?}");
    // Once it is the right account, everything is called again.
    let (out, calls) = paste(
        "echo 111222333444 >\"$STATE/account-default\"\nin_account 111222333444\naws iam get-role --role-name x",
    );
    assert!(out.contains("still here"), "{out}");
    assert_eq!(calls.len(), 3, "{calls:?}");
}

/// A template that is too large for CloudFormation as a file goes by way of a bucket, or is left.
#[test]
fn a_large_template_needs_a_bucket() {
    let many = |number: usize| {
        let text = example("opstree-two-step")
            .to_string()
            .replace("111122223333", "111222333444");
        let mut estate: Value = serde_json::from_str(&text).unwrap();
        let name = "orders-aws-managed-key";
        let is_of = |value: &Value, field: &str| {
            value[field].as_str().is_some_and(|arn| arn.ends_with(name))
        };
        let resources = estate["accounts"][0]["regions"][0]["resources"].clone();
        let mut resources = resources.as_array().unwrap().iter();
        let resource = resources
            .find(|one| is_of(one, "ResourceArn"))
            .unwrap()
            .clone();
        let copies = estate["copies"].as_array().unwrap();
        let copy = copies
            .iter()
            .find(|one| one["id"] == "aws-managed-key-direct");
        let copy = copy.unwrap().clone();
        let named = |value: &Value, number: usize| -> Value {
            let text = value.to_string().replace(name, &format!("{name}-{number}"));
            serde_json::from_str(&text.replace("key-direct", &format!("key-direct-{number}")))
                .unwrap()
        };
        for number in 0..number {
            let all = estate["accounts"][0]["regions"][0]["resources"].as_array_mut();
            all.unwrap().push(named(&resource, number));
            estate["copies"]
                .as_array_mut()
                .unwrap()
                .push(named(&copy, number));
        }
        World::of(&estate)
    };
    let deploys = |world: &World, variables: &[(&str, &str)]| {
        let id = world.made.id("two-step-copy").to_owned();
        let ran = world.run_with(&["--yes", &id], "", true, variables);
        let calls = std::fs::read_to_string(world.state("calls")).unwrap();
        let deploy = calls
            .lines()
            .find(|call| call.contains("cloudformation deploy"));
        (ran.code, ran.out, deploy.map(str::to_owned))
    };
    // Two hundred find room in a file.
    let (code, out, call) = deploys(&many(200), &[]);
    assert_eq!(code, 0, "{out}");
    assert!(!call.unwrap().contains("--s3-bucket"), "{out}");
    let large = many(900);
    let (code, out, call) = deploys(&large, &[]);
    assert_eq!((code, call), (3, None), "{out}");
    assert!(out.contains("set S3_BUCKET to one in ap-south-1"), "{out}");
    assert!(large.made.text("README.md").contains("set S3_BUCKET"));
    let (code, out, call) = deploys(&large, &[("S3_BUCKET", "mine")]);
    assert_eq!(code, 0, "{out}");
    assert!(call.unwrap().contains("--s3-bucket mine"), "{out}");
    // They are one stack, which is told once.
    let ids = large
        .made
        .remedies
        .iter()
        .filter(|remedy| remedy.stack().is_some());
    let ids: Vec<&str> = ids.map(|remedy| remedy.id.as_str()).collect();
    let readme = large.made.text("README.md");
    let line = readme
        .lines()
        .find(|line| line.contains(&format!("**{}**", ids[0])));
    assert!(
        line.unwrap().contains(&format!("**{}**", ids[800])),
        "{line:?}"
    );
}

#[test]
fn what_needs_a_change_that_was_left_is_left_too() {
    let world = World::of(&bare());
    let role = world.made.id("create-service-linked-role").to_owned();
    let key = world.made.id("key-policy").to_owned();
    let ran = world.run(&[&role, &key], "n\ny\n", true);
    assert_eq!((ran.code, ran.changes), (3, Vec::new()), "{}", ran.error);
    assert!(ran.out.contains(&format!("it needs {role}")), "{}", ran.out);
}

#[test]
fn of_several_ways_none_is_gone_unless_it_is_named() {
    let text = example("opstree-two-step")
        .to_string()
        .replace("111122223333", "111222333444");
    let world = World::of(&serde_json::from_str(&text).unwrap());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes), (0, Vec::new()), "{}", ran.error);
    let two_step = world.made.id("two-step-copy");
    let re_encrypt = world.made.id("re-encrypt");
    let script = world.made.text("apply.sh");
    assert!(
        script.contains(&format!("One of {two_step}, {re_encrypt} will do")),
        "{script}"
    );
    let ran = world.run(&["--yes", two_step], "", true);
    assert_eq!(
        (ran.code, ran.changes.as_slice()),
        (0, ["cloudformation deploy".to_owned()].as_slice())
    );
    let ran = world.run(&["--yes", re_encrypt], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    let by_hand = format!("{re_encrypt} is done by hand: see {re_encrypt}-re-encrypt");
    assert!(ran.error.contains(&by_hand), "{}", ran.error);
}

/// What the script leaves is told at its end, where the eye is.
#[test]
fn what_is_left_to_be_made_is_told_last() {
    let text = example("opstree-two-step")
        .to_string()
        .replace("111122223333", "111222333444");
    let world = World::of(&serde_json::from_str(&text).unwrap());
    let two_step = world.made.id("two-step-copy");
    let re_encrypt = world.made.id("re-encrypt");
    let ran = world.run(&["--yes"], "", true);
    let last = ran.out.lines().last().unwrap();
    assert!(last.starts_with("not made by itself: "), "{}", ran.out);
    for part in [
        &format!("{two_step} or {re_encrypt}"),
        &format!("{re_encrypt} or {two_step}"),
    ] {
        if last.contains(part) {
            assert!(last.contains("(1 copy)"), "{last}");
            assert!(
                last.contains(&format!("bash apply.sh {two_step}")),
                "{last}"
            );
            assert!(last.contains("by hand, see "), "{last}");
            let ran = world.run(&["--yes", two_step], "", true);
            let last = ran.out.lines().last().unwrap();
            assert_eq!(last, format!("made: {two_step}"), "{}", ran.out);
            return;
        }
    }
    panic!("{last}");
}

#[test]
fn a_vault_whose_name_may_be_a_slip_is_made_only_if_it_is_meant() {
    let mut estate = example("field-notes-rds");
    for account in estate["accounts"].as_array_mut().unwrap() {
        account["regions"][0]["vaults_complete"] = json!(true);
    }
    let to = estate["copies"][0]["destination_vault"].as_str().unwrap();
    estate["copies"][0]["destination_vault"] = json!(format!("{to}l"));
    let world = World::of(&estate);
    let vault = world.made.id("create-vault");
    let readme = world.made.text("README.md");
    assert!(
        readme.contains(&format!(
            "`bash apply.sh --yes` does not create the other unless {vault} is named"
        )),
        "{readme}"
    );
    // Nor does anything that does not ask; and how the other one is named is written down.
    let files: Vec<&str> = world.made.files.iter().map(|file| &*file.path).collect();
    for of in ["main.tf.json", "template-"] {
        let made = world
            .made
            .files
            .iter()
            .filter(|file| file.path.starts_with(of));
        assert!(
            !made
                .into_iter()
                .any(|file| file.text.contains("targetbackupvaultl")),
            "{files:?}"
        );
    }
    let steps = world
        .made
        .text(world.made.named(&format!("{vault}-"), ".steps.sh"));
    assert!(steps.contains("in_account 111222333444\n"), "{steps}");
    assert!(
        steps.contains(":backup-vault:targetbackupvault\n"),
        "{steps}"
    );
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(
        (ran.code, ran.changes),
        (3, Vec::new()),
        "{}{}",
        ran.out,
        ran.error
    );
    assert!(
        ran.out.contains("the vault targetbackupvault is there"),
        "{}",
        ran.out
    );
    let ran = world.run(&[], "n\n", true);
    assert!(
        ran.out.contains(
            "name the vault `targetbackupvault`, which is there, if that is meant; else create"
        ),
        "{}",
        ran.out
    );
    let ran = world.run(&["--yes", vault], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert!(
        ran.changes
            .contains(&"backup create-backup-vault".to_owned())
    );
    assert!(
        ran.out.contains("there was no policy before"),
        "{}",
        ran.out
    );
    assert_eq!(ran.out.lines().last(), Some(&*format!("made: {vault}")));
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes), (0, Vec::new()), "{}", ran.out);
    assert_eq!(
        ran.out.lines().last(),
        Some(&*format!("{vault}: already so"))
    );
}

#[test]
fn a_name_that_a_shell_would_obey_is_a_name() {
    let mut estate = example("field-notes-rds-before");
    for key in estate["accounts"][0]["regions"][0]["keys"]
        .as_array_mut()
        .unwrap()
    {
        key["Aliases"] = json!([
            "alias/x'; touch \"$STATE/evil\"; $(touch $STATE/evil) `touch $STATE/evil`\n touch $STATE/evil"
        ]);
    }
    let world = World::of(&estate);
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes.len()), (0, 2), "{}", ran.error);
    assert!(!world.state("evil").exists());
}

#[test]
fn a_role_gets_its_trust_and_its_permission_once() {
    let mut estate = example("field-notes-rds");
    let role = &mut estate["accounts"][0]["roles"][0];
    assert!(
        role["Arn"]
            .as_str()
            .unwrap()
            .ends_with("/AWSBackupDefaultServiceRole")
    );
    let trust = json!({"Version": "2012-10-17", "Statement": []});
    role["AssumeRolePolicyDocument"] = trust.clone();
    role["AttachedPolicies"] = json!([]);
    role["InlinePolicies"] = json!([]);
    let world = World::of(&estate);
    world.put("role-AWSBackupDefaultServiceRole", &trust.to_string());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    assert_eq!(
        ran.changes,
        ["iam attach-role-policy", "iam update-assume-role-policy"]
    );
    assert!(
        world
            .policy("role-AWSBackupDefaultServiceRole")
            .unwrap()
            .to_string()
            .contains("backup.amazonaws.com")
    );
    let again = world.run(&["--yes"], "", true);
    assert_eq!(
        (again.code, again.changes),
        (0, Vec::new()),
        "{}",
        again.error
    );
}

/// A vault alone moves no copy: who runs the script is told what is left to do.
#[test]
fn the_copies_that_go_into_a_new_vault_are_still_to_be_sent_there() {
    let mut estate = example("field-notes-rds-before");
    for account in estate["accounts"].as_array_mut().unwrap() {
        for key in account["regions"][0]["keys"].as_array_mut().unwrap() {
            if key["Arn"].as_str().unwrap().contains(":666777888999:") {
                key["KeyManager"] = json!("AWS");
            }
        }
    }
    let world = World::of(&estate);
    let (created, sent) = (
        world.made.id("create-vault"),
        world.made.id("change-destination"),
    );
    let steps = world
        .made
        .named(&format!("{sent}-change-destination-"), ".steps.sh");
    let text = world.made.text(steps);
    assert!(text.contains("--destination-backup-vault-arn"), "{text}");
    assert!(
        text.contains("backup-vault:targetbackupvault-cmk"),
        "{text}"
    );
    let readme = world.made.text("README.md");
    assert!(readme.contains(&format!("- **{sent}**")), "{readme}");
    let ran = world.run(&["--yes", created], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    let ran = world.run(&["--yes"], "", true);
    let left = format!("not made by itself: {sent} (1 copy): by hand, see {steps}");
    assert!(ran.out.contains(&left), "{}{}", ran.out, ran.error);
}
