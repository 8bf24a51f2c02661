//! `README.md`: what each file does, in the order in which they are used.

use std::fmt::Write as _;

use super::item::{Action, Item, grouped};
use super::unwritten::Unwritten;
use super::{FixFile, cloudformation, function, script, terraform};
use crate::quote::markdown;
use crate::report::remedy::besides;
use crate::report::table::words::few;

/// The text.
pub fn text(items: &[Item<'_>], files: &[FixFile], unwritten: &[Unwritten]) -> String {
    let has = |start: &str| files.iter().any(|file| file.path.starts_with(start));
    let mut text = "# What must change for the copies to succeed\n\nNothing here has been applied. The changes, in the order in which they are made:\n\n".to_owned();
    for alike in grouped(items) {
        let ids = alike.iter().map(|item| format!("**{}**", item.remedy.id));
        let ids: Vec<String> = ids.collect();
        let _ = writeln!(text, "- {}{}", ids.join(", "), change(&alike, items));
    }
    if !unwritten.is_empty() {
        text.push_str("\n## What no change here fixes\n\n");
        for one in unwritten {
            let (lead, what) = (markdown::text(&one.lead), markdown::text(&one.text));
            let _ = writeln!(text, "- **{lead}**: {what}");
        }
    }
    text.push_str(&ways(&has, items, files));
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
        let rooms = files
            .iter()
            .filter(|file| file.path.starts_with(function::FOLDER));
        let rooms = rooms.filter(|file| file.path.contains("template-"));
        for file in rooms {
            if let Some(needs) = cloudformation::Room::of(file.text.len()).needs(None) {
                let _ = writeln!(
                    text,
                    "\n`{}` has {} bytes; {needs}.",
                    file.path,
                    file.text.len()
                );
            }
        }
    }
    text.push_str(
        "\n## The files\n\n`backup-preflight.sha256` lists them all: with it, `fix --force` removes those of a former run that \
         nobody has changed.\n\n",
    );
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

/// The ways in which the changes can be made, as far as there are files for them.
fn ways(has: &impl Fn(&str) -> bool, items: &[Item<'_>], files: &[FixFile]) -> String {
    let (by_script, terraform, template) =
        (has(script::NAME), has("main.tf.json"), has("template-"));
    if !by_script && !terraform && !template {
        let kinds = [
            (
                ".source.txt",
                "`….source.txt` says what to write in the source of a plan or a template",
            ),
            (".steps.sh", "`….steps.sh` has commands to read and fill in"),
        ];
        let there = kinds
            .iter()
            .filter(|(end, _)| files.iter().any(|file| file.path.ends_with(end)));
        let says: Vec<&str> = there.map(|(_, says)| *says).collect();
        return format!("\nAll of them are made by hand: {}.\n", says.join(", "));
    }
    let mut all = items.iter();
    let changes_what_is_there = all.any(|item| {
        matches!(
            item.action,
            Action::KeyPolicy(_)
                | Action::VaultPolicy(_)
                | Action::ControlPolicy(_)
                | Action::EnableKey(..)
                | Action::CrossAccountBackup(_)
                | Action::Region(_)
        )
    });
    let mut text = "\n## Make them in one of these ways\n\n".to_owned();
    let all = [
        (by_script, SCRIPT_SAYS),
        (terraform, TERRAFORM_SAYS),
        (template, TEMPLATE_SAYS),
    ];
    let there = all.into_iter().filter(|(is_there, _)| *is_there);
    for (number, (_, says)) in there.enumerate() {
        let _ = writeln!(text, "{}. {says}", number.saturating_add(1));
    }
    if !template && changes_what_is_there {
        text.push_str(
            "\nThere is no CloudFormation template: it cannot set the policy of a key or a vault that is there already and \
             in no stack, nor the state of a key, a policy of the organization, or settings of an account.\n",
        );
    }
    text
}

const SCRIPT_SAYS: &str = "`bash apply.sh`, with the `aws` command. It shows each change, of a stack all that it makes, and asks; it makes it only in the account \
    that it belongs to (`PROFILE_111122223333=NAME` names the profile for an account, `--account` leaves the others out), keeps \
    the policy that it replaces in `….current.json`, and refuses where that is no longer what it was when the facts were read. \
    An account that cannot be entered is left out, and told at the end. It may be run again: what is so already is left alone. \
    `bash apply.sh --help` has the rest.";

const TERRAFORM_SAYS: &str = "`main.tf.json`, with Terraform: `terraform init`, `terraform plan`, with a variable `profile_…` for \
    each account. A policy there is the whole policy; where a configuration of yours has the key or the vault already, put \
    `….after.json` there instead. Its state is this folder's: what a later run writes here instead, Terraform takes back, so \
    write that into a folder of its own.";

const TEMPLATE_SAYS: &str = "`template-ACCOUNT-REGION.json`, with CloudFormation, in that account and Region (`--capabilities \
    CAPABILITY_IAM`), as a stack of its own: one that another folder's template made would lose what is in that. It holds only what is created: CloudFormation cannot set the policy of a key or a vault that is there \
    already and in no stack, unless it is imported into one.";

/// The ids of other ways that are named.
const OTHERS: usize = 8;

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

/// What changes that are one stack do; or what one does.
fn change(alike: &[&Item<'_>], items: &[Item<'_>]) -> String {
    let Some(item) = alike.first() else {
        return String::new();
    };
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
        Some(true) => " Verified: the failing checks pass with it.",
        Some(false) => " **Not verified: the failing checks do not pass with it.**",
        None => " Its effect cannot be verified in advance.",
    });
    if !remedy.requires.is_empty() {
        let _ = write!(text, " After {}.", remedy.requires.join(", "));
    }
    if let Some(ids) = besides(remedy) {
        let _ = write!(text, " Only with {ids}.");
    }
    let mut others: Vec<String> = Vec::new();
    for other in alike.iter().flat_map(|item| &item.remedy.alternative_to) {
        if !others.contains(other) {
            others.push(other.clone());
        }
    }
    match (others.is_empty(), alike.len()) {
        (true, 0 | 1) => {}
        (true, _) => text.push_str(" One stack does it for all of them."),
        (false, 0 | 1) => {
            let others = few(&others, OTHERS);
            let _ = write!(text, " Instead of {others}: choose one.");
        }
        (false, _) => {
            let _ = write!(
                text,
                " One stack does it for all of them, instead of {}: choose.",
                few(&others, OTHERS)
            );
        }
    }
    let mut places = Vec::new();
    match item.action {
        Action::ByHand => places.push(format!("by hand, see `{}`", item.steps())),
        Action::TwoStep(_) => places.push(format!(
            "`bash apply.sh {}`, or `{}/`",
            remedy.id,
            function::FOLDER
        )),
        Action::EnableKey(..) => places.push(
            "`apply.sh`; somebody has disabled it or let it be deleted, and may know why"
                .to_owned(),
        ),
        Action::KeyPolicy(_)
        | Action::VaultPolicy(_)
        | Action::RolePolicy(..)
        | Action::AttachedPolicies(..)
        | Action::TrustPolicy(_)
        | Action::ControlPolicy(_)
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
    (
        "main.tf.json",
        "the changes that Terraform can make, in its JSON syntax",
    ),
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
