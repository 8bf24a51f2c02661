//! Steps by hand, and templates.

use std::io::Write as _;
use std::process::{Command, Stdio};

use backup_preflight::remedy::RemedyKind;
use serde_json::Value;

use super::World;
use crate::fixes::support::example;

/// The steps of what is done by hand go no further where one is signed in elsewhere.
#[test]
fn steps_by_hand_stop_in_another_account() {
    let world = World::of_opstree();
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
    let world = World::of_opstree();
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
        .filter(|remedy| remedy.kind == RemedyKind::TwoStepCopy);
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

/// A key is made where there is none, and not where that could not be read; and what is made is rotated.
#[test]
fn steps_make_a_key_or_a_vault_only_where_there_is_none() {
    let world = World::of_opstree();
    world.put("account-default", "111222333444");
    for (kind, list, makes) in [
        ("create-key", "aliases", "kms create-alias"),
        ("create-vault", "vaults", "backup create-backup-vault"),
    ] {
        let id = world.made.id(kind);
        let steps = world.made.named(&format!("{id}-"), ".steps.sh");
        let run = || {
            let _ = std::fs::remove_file(world.state("calls"));
            let path = std::env::var("PATH").unwrap();
            let output = Command::new("bash")
                .arg(world.made.path(steps))
                .env("PATH", format!("{}:{path}", world.state("bin").display()))
                .env("STATE", world.state.path())
                .env_remove("AWS_PROFILE")
                .output()
                .unwrap();
            let calls = std::fs::read_to_string(world.state("calls")).unwrap();
            (output.status.success(), calls)
        };
        world.put(&format!("refused-{list}"), "");
        let (well, calls) = run();
        assert!(!well && !calls.contains(" create-"), "{kind}: {calls}");
        std::fs::remove_file(world.state(&format!("refused-{list}"))).unwrap();
        world.put(list, "");
        let (well, calls) = run();
        assert!(well && calls.contains(makes), "{kind}: {calls}");
        assert!(calls.contains("kms enable-key-rotation"), "{calls}");
        world.put(list, "there");
        let (well, calls) = run();
        assert!(well && !calls.contains(" create-"), "{kind}: {calls}");
    }
}
