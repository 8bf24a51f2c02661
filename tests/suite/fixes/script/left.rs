//! What is left to others, and said.

use serde_json::json;

use super::{World, bare};
use crate::fixes::support::{Made, example};

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
    let world = World::of_opstree();
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes), (0, Vec::new()), "{}", ran.error);
    let two_step = world.made.id("two-step-copy");
    let re_encrypt = world.made.id("re-encrypt");
    let key = world.made.id("create-key");
    let script = world.made.text("apply.sh");
    assert!(
        script.contains(&format!(
            "# In place of {key}, {re_encrypt}. To choose {two_step}:"
        )),
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
    let world = World::of_opstree();
    let two_step = world.made.id("two-step-copy");
    let re_encrypt = world.made.id("re-encrypt");
    let ran = world.run(&["--yes"], "", true);
    let last = ran.out.lines().last().unwrap();
    assert!(last.starts_with("not made by itself: "), "{}", ran.out);
    let (key, vault) = (world.made.id("create-key"), world.made.id("create-vault"));
    let steps = |id: &str| world.made.named(&format!("{id}-"), ".steps.sh");
    let says = format!(
        "not made by itself: {vault} and {two_step}, or {key} and {re_encrypt} (1 copy): \
         bash apply.sh {vault}; or by hand, see {}, {}",
        steps(key),
        steps(re_encrypt)
    );
    assert_eq!(last, says);
    // The stack has the vault in it: either makes all of it.
    for id in [vault, two_step] {
        let ran = world.run(&["--yes", id], "", true);
        assert_eq!(ran.changes, ["cloudformation deploy"]);
        let last: Vec<&str> = ran.out.lines().rev().take(3).collect();
        let made = format!("made: {id}");
        assert_eq!((last[0], last[2]), (COLLECT, &*made), "{}", ran.out);
        let then = "left to do by hand: start the copies into `re-encryption-";
        assert!(last[1].starts_with(then), "{}", ran.out);
    }
    // It is asked for once, and made once.
    let ran = world.run(&[vault, two_step], "y\n", true);
    assert_eq!(ran.changes, ["cloudformation deploy"], "{}", ran.out);
    assert_eq!(ran.out.matches("[y/N]").count(), 1, "{}", ran.out);
    let made = format!("made: {vault} {two_step}");
    assert!(ran.out.lines().any(|line| line == made), "{}", ran.out);
    let ran = world.run(&[vault, two_step], "n\n", true);
    assert_eq!((ran.code, ran.changes), (3, Vec::new()), "{}", ran.out);
}

/// What is agreed to is all that is made: the stack is told whole before the question.
#[test]
fn a_stack_is_told_whole_before_it_is_asked_for() {
    let world = World::of_opstree();
    let two_step = world.made.id("two-step-copy");
    let ran = world.run(&[two_step], "n\n", true);
    let (told, _) = ran.out.split_once("[y/N]").unwrap();
    let template = world
        .made
        .json(world.made.named("two-step/template-", ".json"));
    let resources = template["Resources"].as_object().unwrap();
    assert!(resources.len() > 7, "{resources:?}");
    for resource in resources.values() {
        let kind = resource["Type"].as_str().unwrap();
        assert!(told.contains(kind), "{kind}: {told}");
    }
    for says in [
        "may do iam:PassRole on arn:aws:iam::111222333444:role/",
        "lets arn:aws:iam::444455556666:role/aws-service-role/",
        ": all of the stack, in account 111222333444, ap-south-1, with the profile p111222333444 ",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
}

/// A rule copies as before until somebody changes it, whatever was named.
#[test]
fn the_rule_that_is_to_copy_into_the_vault_in_between_is_told_at_the_end() {
    let mut estate = World::opstree();
    let copies = estate["copies"].as_array_mut().unwrap();
    copies.retain(|copy| copy["id"] == "aws-managed-key-direct");
    copies[0]["plan"] = json!({"id": "nightly-plan", "rule": "nightly", "selection": "all"});
    let world = World::of(&estate);
    let id = world.made.id("two-step-copy");
    let ran = world.run(&["--yes", id], "", true);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.error);
    let steps = world.made.named(&format!("{id}-"), ".steps.sh");
    let told = "left to do by hand: let the rule `nightly` of the plan `nightly-plan` copy into `re-encryption-";
    let line = ran.out.lines().find(|line| line.starts_with(told));
    let end = format!("`: until then it copies as before (see {steps})");
    assert!(line.is_some_and(|line| line.ends_with(&end)), "{}", ran.out);
}

/// Once one is made, the others are of facts that are older.
const COLLECT: &str =
    "the facts are older than this: collect them again, and run backup-preflight check";

/// What comes after a failure was not tried, which is no less to be known.
#[test]
fn what_was_not_tried_is_told() {
    let world = World::before();
    let other = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Somebody else's"}]});
    world.put(super::KEY, &other.to_string());
    let ran = world.run(&["--yes"], "", true);
    assert_eq!((ran.code, ran.changes), (1, Vec::new()));
    assert_eq!(ran.out.lines().last(), Some("not tried: r2"), "{}", ran.out);
    let ran = world.run(&["--yes", "--account", "111222333444"], "", true);
    assert!(!ran.out.contains("not tried"), "{}", ran.out);
}

/// What is done by hand says what comes before it, and where that is.
#[test]
fn steps_say_what_comes_before_them() {
    let made = Made::of_example("opstree-two-step");
    let steps = |kind: &str| {
        let name = made.named(&format!("{}-", made.id(kind)), ".steps.sh");
        (name.to_owned(), made.text(name).to_owned())
    };
    for (first, then, look_up) in [
        ("create-key", "re-encrypt", "KEY=$(aws kms describe-key "),
        ("create-vault", "two-step-copy", "POINT=$("),
    ] {
        let ((name, _), (_, then)) = (steps(first), steps(then));
        let says = format!("\n# After {} ({name}).\n", made.id(first));
        assert!(then.contains(&says), "{then}");
        assert!(then.contains(&format!("\n{look_up}")), "{then}");
        assert!(!then.contains("kms create-key"), "{then}");
    }
    let readme = made.text("README.md");
    let at = |kind: &str| readme.find(&format!("**{}**", made.id(kind))).unwrap();
    assert!(at("create-key") < at("re-encrypt"), "{readme}");
    assert!(at("create-vault") < at("two-step-copy"), "{readme}");
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
    let named = world.made.id("change-destination");
    let readme = world.made.text("README.md");
    assert!(
        readme.contains(&format!("Instead of {named}: choose one")),
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
        .text(world.made.named(&format!("{named}-"), ".steps.sh"));
    assert!(steps.contains("111222333444}\"\n"), "{steps}");
    assert!(
        steps.contains(":backup-vault:targetbackupvault\n"),
        "{steps}"
    );
    for asked in [&["--yes"][..], &[]] {
        let ran = world.run(asked, "y\ny\n", true);
        assert_eq!(ran.changes, Vec::<String>::new(), "{}", ran.out);
    }
    let ran = world.run(&[vault], "n\n", true);
    assert!(
        ran.out.contains(
            "create the vault `targetbackupvaultl` on a customer managed key, unless `targetbackupvault` is meant, which is there"
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
    let made = format!("made: {vault}");
    assert!(ran.out.lines().any(|line| line == made), "{}", ran.out);
    // What the second question asks is not what the first one has asked.
    let asked = world.run(&[vault], "", true);
    assert_eq!(asked.changes, Vec::<String>::new(), "{}", asked.out);
    let ran = world.run(&["--yes", vault], "", true);
    assert_eq!((ran.code, ran.changes), (0, Vec::new()), "{}", ran.out);
    assert_eq!(
        ran.out.lines().last(),
        Some(&*format!("{vault}: already so"))
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
