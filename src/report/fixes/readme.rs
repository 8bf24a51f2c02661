//! `README.md`: what each file does, in the order in which they are used.

use std::fmt::Write as _;

use super::item::{Action, Item};
use super::{FixFile, cloudformation, function, terraform};
use crate::quote::markdown;
use crate::report::remedy::besides;

/// The text.
pub fn text(items: &[Item<'_>], files: &[FixFile]) -> String {
    let has = |start: &str| files.iter().any(|file| file.path.starts_with(start));
    let mut text = "# What must change for the copies to succeed\n\nNothing here has been applied. The changes, in the order in which they are made:\n\n".to_owned();
    for item in items {
        let _ = writeln!(text, "- **{}**{}", item.remedy.id, change(item, items));
    }
    text.push_str(
        "\n## Make them in one of these ways\n\n\
         1. `bash apply.sh`, with the `aws` command. It shows each change and asks; it makes it only in the account that it \
         belongs to (`PROFILE_111122223333=NAME` names the profile for an account), keeps the policy that it replaces in \
         `….current.json`, and refuses where that is no longer what it was when the facts were read. It may be run again: \
         what is so already is left alone. `bash apply.sh --help` has the rest.\n",
    );
    if has("main.tf.json") {
        text.push_str(
            "2. `main.tf.json`, with Terraform: `terraform init`, `terraform plan`, with a variable `profile_…` for each \
             account. A policy there is the whole policy; where a configuration of yours has the key or the vault already, \
             put `….after.json` there instead.\n",
        );
    }
    if has("template-") {
        text.push_str(
            "3. `template-ACCOUNT-REGION.json`, with CloudFormation, in that account and Region (`--capabilities \
             CAPABILITY_IAM`). It holds only what is created: CloudFormation cannot set the policy of a key or a vault that \
             is there already and in no stack, unless it is imported into one.\n",
        );
    } else {
        text.push_str(
            "\nThere is no CloudFormation template: it cannot set the policy of a key or a vault that is there already and \
             in no stack, nor settings of an account.\n",
        );
    }
    if has(function::FOLDER) {
        let _ = write!(
            text,
            "\n## Copies in two steps\n\n\
             `{folder}/` sets up a vault in between, on a customer managed key, and a function that copies on what arrives \
             there: with CloudFormation (`bash apply.sh` and the change's name, or `template-….json`) or with Terraform \
             (`main.tf.json`, by itself). `function.py` is what runs, `role-policy-….json` all that it may do. Then let the \
             copy action of the backup plan go into the vault in between, with a short retention, instead of into the \
             destination. EventBridge hears of ended jobs on a best-effort basis: watch the destination for what is \
             missing. `….steps.sh` does it once, by hand.\n",
            folder = function::FOLDER
        );
    }
    text.push_str("\n## The files\n\n");
    if files.len() > LISTED {
        let _ = writeln!(
            text,
            "Those of a change begin with its id, as `r1-`.\n\n| file | how many | what it is |\n|---|---:|---|"
        );
        let mut kinds: Vec<(String, &str, usize)> = Vec::new();
        for file in files {
            let (name, about) = (kind(&file.path), about(&file.path));
            match kinds
                .iter_mut()
                .find(|(of, what, _)| *of == name && *what == about)
            {
                Some((.., number)) => *number = number.saturating_add(1),
                None => kinds.push((name, about, 1)),
            }
        }
        for (name, about, number) in kinds {
            let _ = writeln!(text, "| `{name}` | {number} | {about} |");
        }
        return text;
    }
    text.push_str("| file | what it is |\n|---|---|\n");
    for file in files {
        let _ = writeln!(text, "| `{}` | {} |", file.path, about(&file.path));
    }
    text
}

/// The files that are listed one by one; of more each kind is.
const LISTED: usize = 40;

/// What the files of a kind are called.
fn kind(path: &str) -> String {
    let ending = ENDS
        .iter()
        .find(|(end, _)| end.starts_with('.') && path.ends_with(end));
    match ending {
        Some((end, _)) => format!("r…{end}"),
        None if path.starts_with("template-") => "template-ACCOUNT-REGION.json".to_owned(),
        None => path.to_owned(),
    }
}

fn change(item: &Item<'_>, items: &[Item<'_>]) -> String {
    let remedy = item.remedy;
    let title: String = item
        .title()
        .chars()
        .skip(remedy.id.chars().count())
        .collect();
    let mut text = format!("{}.", markdown::text(&title));
    if let Some(account) = remedy.account {
        let _ = write!(text, " In account {account}.");
    } else {
        let _ = write!(
            text,
            " Its account is not known: set `ACCOUNT_{}`.",
            remedy.id
        );
    }
    text.push_str(match remedy.proven {
        Some(true) => " The checks pass with it.",
        Some(false) => " **The checks do not confirm it.**",
        None => " What it does cannot be shown beforehand.",
    });
    if !remedy.requires.is_empty() {
        let _ = write!(text, " After {}.", remedy.requires.join(", "));
    }
    if let Some(ids) = besides(remedy) {
        let _ = write!(text, " Only with {ids}.");
    }
    if !remedy.alternative_to.is_empty() {
        let _ = write!(
            text,
            " Instead of {}: choose one.",
            remedy.alternative_to.join(", ")
        );
    }
    if remedy.meant.is_some() {
        text.push_str(" `bash apply.sh --yes` does not make it unless it is named.");
    }
    let mut places = Vec::new();
    match item.action {
        Action::ByHand => places.push(format!("by hand, see `{}`", item.steps())),
        Action::TwoStep(_) => places.push(format!(
            "`bash apply.sh {}`, or `{}/`",
            remedy.id,
            function::FOLDER
        )),
        Action::KeyPolicy(_)
        | Action::VaultPolicy(_)
        | Action::RolePolicy(..)
        | Action::AttachedPolicies(..)
        | Action::TrustPolicy(_)
        | Action::ServiceLinkedRole
        | Action::CrossAccountBackup(_)
        | Action::Region(_)
        | Action::Vault(_) => places.push("`apply.sh`".to_owned()),
    }
    if terraform::is_ours(item) {
        places.push("`main.tf.json`".to_owned());
    }
    if let Some(path) = cloudformation::path(item, items) {
        places.push(format!("`{path}`"));
    }
    let _ = write!(text, " ({})", places.join("; "));
    text
}

/// What files are, by the end of their names.
const ENDS: [(&str, &str); 9] = [
    (".before.json", "the policy as it was read"),
    (
        ".after.json",
        "the policy as it must be: before, and what is needed",
    ),
    (".diff", "the difference"),
    (".key-policy.json", "the policy of the new key"),
    (".steps.sh", "commands to read, fill in and run by hand"),
    (
        ".source.txt",
        "what to write in the plan's or the template's source",
    ),
    ("apply.sh", "makes the changes, and asks before each"),
    (
        "function.py",
        "copies on what arrived in the vault in between",
    ),
    ("main.tf.json", "the same in Terraform's JSON syntax"),
];

fn about(path: &str) -> &'static str {
    ENDS.into_iter()
        .find(|(end, _)| path.ends_with(end))
        .map_or(
            if path.contains("role-policy") {
                "what the function may do"
            } else {
                "a CloudFormation template"
            },
            |(_, about)| about,
        )
}
