//! `apply.sh`: makes the changes, one after another, and asks before each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::FixFile;
use super::calls::{account, body};
use super::item::{Action, Item};
use super::stack;
use super::unwritten::Unwritten;
use crate::known::HashMap;
use crate::quote::shell::{comment, word};
use crate::remedy::Remedy;
use crate::report::table::words::{copies, few};
use crate::report::ways::choices;

/// What it is called.
pub const NAME: &str = "apply.sh";
/// Whether a file is one in which the script has kept a policy as it was: `r1-….current.json`, and `….current.2.json`.
#[must_use]
pub fn is_kept(name: &str) -> bool {
    let of_change = name.strip_prefix('r').and_then(|rest| rest.split_once('-'));
    let is_numbered = of_change.is_some_and(|(number, _)| number.parse::<usize>().is_ok());
    let end = name.rsplit_once(".current.").map(|(_, end)| end);
    let is_current = end.is_some_and(|end| {
        let number = end.strip_suffix(".json");
        end == "json" || number.is_some_and(|number| number.parse::<usize>().is_ok())
    });
    is_numbered && is_current
}

/// What the script does whatever the changes are.
const FRAME: &str = include_str!("apply.sh");

/// The script.
pub fn text(items: &[Item<'_>], files: &[FixFile], unwritten: &[Unwritten]) -> String {
    let mut text = head(items);
    text.push_str(&by_others(items, unwritten));
    text.push_str(FRAME);
    text.push_str(&stack::functions(items, files));
    for item in items {
        if let Some(body) = body(item, items) {
            let _ = write!(
                text,
                "\n# {}\n{}() {{\n{body}}}\n",
                comment(&item.title()),
                item.remedy.id
            );
        }
    }
    text.push('\n');
    for item in items {
        text.push_str(&call(item));
    }
    text.push_str(END);
    text
}

/// The exit code, after all is summed up.
const END: &str = r#"
ended=1
if [ -n "$outside" ]; then
  exit 1
fi
if [ -n "$left" ]; then
  exit 3
fi
"#;

/// What tells that which is left to people once the script ends.
fn by_others(items: &[Item<'_>], unwritten: &[Unwritten]) -> String {
    let mut text = "by_others() {\n".to_owned();
    let tell = |line: String| format!("say {}", word(&line));
    let by_people = unwritten.iter().map(|one| tell(one.line())).collect();
    let all = [
        shown(rest(items), "not made by themselves"),
        shown(stack::then(items), "left to do by hand"),
        shown(by_people, "not in any file"),
    ];
    for line in all.iter().flatten() {
        let _ = writeln!(text, "  {line}");
    }
    text + "  :\n}\n\n"
}

/// So many lines that a screen has room for them.
fn shown(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(TOLD);
    if more > 0 {
        lines.truncate(TOLD);
        let says = format!("and {more} more that are {what}: see README.md");
        lines.push(format!("say {}", word(&says)));
    }
    lines
}

/// The changes that are told one by one of those that the script leaves; more are counted.
const TOLD: usize = 8;
/// The files of a way that are named.
const NAMED: usize = 2;
/// The ids of other ways, or of what is named together, that are told.
const OTHERS: usize = 8;

/// What tells the changes that are made by hand, or only if they are named, in a line each; of several ways one line tells all. What
/// a way leaves to people is told once the rest of it is made.
fn rest(items: &[Item<'_>]) -> Vec<String> {
    let is_left = |item: &&Item<'_>| matches!(item.action, Action::ByHand) || item.only_if_named();
    let left = items.iter().filter(is_left);
    let left: HashMap<&str, &Item<'_>> = left.map(|item| (&*item.remedy.id, item)).collect();
    let of = |changes: &[&Remedy]| -> Vec<&Item<'_>> {
        let each = changes.iter();
        each.filter_map(|remedy| left.get(&*remedy.id).copied())
            .collect()
    };
    let line = |ids: &str, number: usize, ways: &[Vec<&Item<'_>>]| {
        let copies = match number {
            0 => String::new(),
            number => format!(" ({})", copies(number)),
        };
        let how: Vec<String> = ways.iter().map(|way| how(way)).collect();
        let says = format!("not made by itself: {ids}{copies}: {}", how.join("; or "));
        let made = ways.iter().map(|way| by_script(way).join(" "));
        let made: Vec<String> = made.filter(|ids| !ids.is_empty()).collect();
        let made = made.iter().map(|ids| format!("{} ", word(ids)));
        format!("unless_made {}{}", made.collect::<String>(), word(&says))
    };
    let mut lines = Vec::new();
    for choice in choices(left.values().map(|item| item.remedy)) {
        let ways: Vec<Vec<&Item<'_>>> = choice.ways.iter().map(|way| of(&way.changes)).collect();
        if let [way] = ways.as_slice() {
            let each = way.iter();
            lines.extend(each.map(|item| {
                let remedy = item.remedy;
                line(&remedy.id, remedy.copies.len(), &[vec![item]])
            }));
            continue;
        }
        lines.push(line(&choice.ids(), choice.copies, &ways));
        for way in &ways {
            let by_hand = way.iter();
            let by_hand = by_hand.filter(|item| matches!(item.action, Action::ByHand));
            let steps: Vec<String> = by_hand.map(|item| item.steps()).collect();
            if let (Some(last), false) = (by_script(way).last(), steps.is_empty()) {
                let says = format!("left to do by hand: see {}", few(&steps, NAMED));
                lines.push(format!("once_made {last} {}", word(&says)));
            }
        }
    }
    lines
}

/// The ids of those changes of a way that the script makes, of one stack the first.
fn by_script<'i>(way: &[&'i Item<'_>]) -> Vec<&'i str> {
    let mut stacks = BTreeSet::new();
    let made = way.iter().filter(|item| match &item.action {
        Action::ByHand => false,
        Action::TwoStep(step) => stacks.insert(&step.between),
        Action::KeyPolicy(_)
        | Action::VaultPolicy(_)
        | Action::RolePolicy(..)
        | Action::AttachedPolicies(..)
        | Action::TrustPolicy(_)
        | Action::ControlPolicy(_)
        | Action::ServiceLinkedRole
        | Action::CrossAccountBackup(_)
        | Action::Region(_)
        | Action::EnableKey(..)
        | Action::Vault(_) => true,
    });
    made.map(|item| item.remedy.id.as_str()).collect()
}

/// How changes that the script does not make by itself are made together.
fn how(items: &[&Item<'_>]) -> String {
    let (by_hand, by_name): (Vec<&Item<'_>>, Vec<&Item<'_>>) = items
        .iter()
        .partition(|item| matches!(item.action, Action::ByHand));
    let mut parts = Vec::new();
    if !by_hand.is_empty() {
        let steps: Vec<String> = by_hand.iter().map(|item| item.steps()).collect();
        parts.push(format!("by hand, see {}", few(&steps, NAMED)));
    }
    let ids = by_script(items);
    if !ids.is_empty() {
        let is_refuted = by_name.iter().any(|item| item.remedy.proven == Some(false));
        let doubt = if is_refuted {
            ", with which the failing checks do not pass"
        } else {
            ""
        };
        let named = ids.iter().take(OTHERS).copied().collect::<Vec<_>>();
        let more = if ids.len() > OTHERS { " …" } else { "" };
        parts.push(format!("bash apply.sh {}{more}{doubt}", named.join(" ")));
    }
    parts.join(", then ")
}

fn head(items: &[Item<'_>]) -> String {
    let made: String = items
        .iter()
        .filter(|item| !matches!(item.action, Action::ByHand))
        .map(|item| format!(" {}", item.remedy.id))
        .collect();
    let unasked = items.iter();
    let unasked = unasked.filter(|it| !matches!(it.action, Action::ByHand) && !it.only_if_named());
    let unasked: String = unasked.map(|it| format!(" {}", it.remedy.id)).collect();
    let mut accounts = String::new();
    for item in items
        .iter()
        .filter(|item| !matches!(item.action, Action::ByHand))
    {
        let _ = writeln!(
            accounts,
            "    {}) account={} ;;",
            item.remedy.id,
            account(item)
        );
    }
    let mut by_hand = String::new();
    for item in items
        .iter()
        .filter(|item| matches!(item.action, Action::ByHand))
    {
        let _ = writeln!(
            by_hand,
            "    {}) echo {} ;;",
            item.remedy.id,
            word(&item.steps())
        );
    }
    let mut requires = String::new();
    for item in items.iter().filter(|item| !item.remedy.requires.is_empty()) {
        let _ = writeln!(
            requires,
            "    {}) echo {} ;;",
            item.remedy.id,
            item.remedy.requires.join(" ")
        );
    }
    format!(
        "#!/usr/bin/env bash\n\
         # Makes the changes that let the copies succeed, as backup-preflight found them. README.md says what each file is.\n\
         # shellcheck disable=SC2016,SC2329\n\n\
         usage() {{\n  cat <<'USAGE'\n\
         bash apply.sh [--yes] [--force] [--account=ID] [r1 r2 ...]\n\n\
         Asks before each change, and shows it; --yes, or YES=1, does not ask. Names of\n\
         changes leave the others out, and so does --account, which may be repeated; a\n\
         change that is one of several ways is made only if it is named. A policy that\n\
         is no longer what it was when the facts were read is not changed, unless\n\
         --force, or FORCE=1, is given.\n\n\
         PROFILE_111122223333=NAME sets the profile for an account; each change is made\n\
         in its own account or not at all. An account that cannot be entered is left out,\n\
         and told at the end. S3_BUCKET=NAME is where a template goes that is too large\n\
         for CloudFormation as a file.\n\n\
         Ends with 0 where every change that it makes is made or was made before, and\n\
         says which are left to be made by hand; with 3 where one was left as it is\n\
         (nobody answers where there is no keyboard), with 1 where one could not be made,\n\
         and with 2 where no change belongs to what was asked for.\n\
         USAGE\n}}\n\n\
         all='{made}'\n\
         # Those that nobody has to name.\n\
         unasked='{unasked}'\n\n\
         account_of() {{\n  case $1 in\n{accounts}    *) account=\"\" ;;\n  esac\n}}\n\n\
         by_hand() {{\n  case $1 in\n{by_hand}    *) ;;\n  esac\n}}\n\n\
         requires() {{\n  case $1 in\n{requires}    *) ;;\n  esac\n}}\n\n"
    )
}

fn call(item: &Item<'_>) -> String {
    let id = &item.remedy.id;
    if matches!(item.action, Action::ByHand) {
        return format!("# {id} is done by hand: see {}\n", item.steps());
    }
    if !item.only_if_named() {
        return format!("run {id}\n");
    }
    let mut why = if item.remedy.alternative_to.is_empty() {
        String::new()
    } else {
        format!(
            "# In place of {}. To choose {id}: bash apply.sh {id}\n",
            few(&item.remedy.alternative_to, OTHERS)
        )
    };
    if item.remedy.proven == Some(false) {
        let _ = writeln!(
            why,
            "# The failing checks do not pass with {id}. To make it all the same: bash apply.sh {id}"
        );
    } else if why.is_empty() {
        let _ = writeln!(
            why,
            "# {id} sets a function up. To choose it: bash apply.sh {id}"
        );
    }
    format!("{why}if_named {id}\n")
}
