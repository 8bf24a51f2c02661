//! `apply.sh`: makes the changes, one after another, and asks before each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::FixFile;
use super::cloudformation::Room;
use super::item::{Action, Item};
use super::policy::policies;
use super::unwritten::Unwritten;
use crate::known::{Arn, HashMap, Region};
use crate::quote::shell::{comment, option, word};
use crate::remedy::{Parts, Remedy, TwoStep};
use crate::report::remedy::besides;
use crate::report::table::words::{copies, few};
use crate::report::ways::choices;

/// What it is called.
pub const NAME: &str = "apply.sh";
/// What the script does whatever the changes are.
const FRAME: &str = include_str!("apply.sh");

/// The script.
pub fn text(items: &[Item<'_>], files: &[FixFile], unwritten: &[Unwritten]) -> String {
    let mut text = head(items);
    text.push_str(&by_others(items, unwritten));
    text.push_str(FRAME);
    for item in items {
        if let Some(body) = body(item, files) {
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

/// What tells that which the script does not make by itself.
fn by_others(items: &[Item<'_>], unwritten: &[Unwritten]) -> String {
    let mut text = "by_others() {\n".to_owned();
    let by_people = unwritten.iter().map(Unwritten::line);
    let lines = shown(rest(items), "not made by themselves");
    let lines = lines
        .into_iter()
        .chain(shown(by_people.collect(), "not in any file"));
    for line in lines {
        let _ = writeln!(text, "  say {}", word(&line));
    }
    text + "  :\n}\n\n"
}

/// So many lines that a screen has room for them.
fn shown(mut lines: Vec<String>, what: &str) -> Vec<String> {
    let more = lines.len().saturating_sub(TOLD);
    if more > 0 {
        lines.truncate(TOLD);
        lines.push(format!("and {more} more that are {what}: see README.md"));
    }
    lines
}

/// The changes that are told one by one of those that the script leaves; more are counted.
const TOLD: usize = 8;
/// The files of a way that are named.
const NAMED: usize = 2;
/// The ids of other ways, or of what is named together, that are told.
const OTHERS: usize = 8;

/// The changes that are made by hand, or only if they are named, in a line each; of several ways one line tells all.
fn rest(items: &[Item<'_>]) -> Vec<String> {
    let is_left = |item: &&Item<'_>| matches!(item.action, Action::ByHand) || item.only_if_named();
    let left = items.iter().filter(is_left);
    let left: HashMap<&str, &Item<'_>> = left.map(|item| (&*item.remedy.id, item)).collect();
    let of = |changes: &[&Remedy]| -> Vec<&Item<'_>> {
        let each = changes.iter();
        each.filter_map(|remedy| left.get(&*remedy.id).copied())
            .collect()
    };
    let line = |ids: &str, number: usize, how: &str| {
        let copies = match number {
            0 => String::new(),
            number => format!(" ({})", copies(number)),
        };
        format!("not made by itself: {ids}{copies}: {how}")
    };
    let mut lines = Vec::new();
    for choice in choices(left.values().map(|item| item.remedy)) {
        if let [way] = choice.ways.as_slice() {
            let each = of(&way.changes).into_iter();
            lines.extend(
                each.map(|item| line(&item.remedy.id, item.remedy.copies.len(), &how(&[item]))),
            );
        } else {
            let ways = choice.ways.iter();
            let how: Vec<String> = ways.map(|way| how(&of(&way.changes))).collect();
            lines.push(line(&choice.ids(), choice.copies, &how.join("; or ")));
        }
    }
    lines
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
    // Those of one stack are made at once.
    let mut stacks = BTreeSet::new();
    let mut ids: Vec<&str> = Vec::new();
    for item in &by_name {
        let is_first = if let Action::TwoStep(step) = &item.action {
            stacks.insert(&step.between)
        } else {
            true
        };
        if is_first {
            ids.push(&item.remedy.id);
        }
    }
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
         bash apply.sh [--yes] [--force] [--account ID] [r1 r2 ...]\n\n\
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
         (nobody answers where there is no keyboard), with 1 where one could not be made.\n\
         USAGE\n}}\n\n\
         all='{made}'\n\n\
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

/// What makes the change; `None` for what is done by hand.
fn body(item: &Item<'_>, files: &[FixFile]) -> Option<String> {
    let id = &item.remedy.id;
    let account = item.remedy.account.map_or_else(
        || format!("\"${{ACCOUNT_{id}:-}}\""),
        |account| account.to_string(),
    );
    let mut body = format!("  in_account {account} {id} || return 0\n");
    let what = word(&format!("{}{}", item.title(), proof(item)));
    let stem = &item.stem;
    let mut policy = |read: &str, write: &str| {
        format!(
            "  read_now() {{ call {read}; }}\n  write_now() {{ call {write} \"file://$1\"; }}\n  policy {id} {stem} {what}\n"
        )
    };
    let rest = match &item.action {
        Action::ByHand => return None,
        Action::KeyPolicy(key) => {
            let of = format!(
                "{} {} --policy-name default",
                flag(key),
                option("--key-id", key.as_str())
            );
            policy(
                &format!("kms get-key-policy{of} --query Policy --output text"),
                &format!("kms put-key-policy{of} --policy"),
            )
        }
        Action::VaultPolicy(vault) => vault_policy(vault, &mut policy),
        Action::RolePolicy(role, name) => {
            let of = format!(
                " {} {}",
                option("--role-name", role.name()),
                option("--policy-name", name)
            );
            policy(
                &format!("iam get-role-policy{of} --query PolicyDocument --output json"),
                &format!("iam put-role-policy{of} --policy-document"),
            )
        }
        Action::AttachedPolicies(role, policies) => {
            let of = format!(" {}", option("--role-name", role.name()));
            let arns = policies.iter().map(|policy| word(policy.as_str()));
            let arns = arns.collect::<Vec<_>>().join(" ");
            let attach: Vec<String> = policies
                .iter()
                .map(|policy| option("--policy-arn", policy.as_str()))
                .map(|policy| format!("call iam attach-role-policy{of} {policy}"))
                .collect();
            once(
                id,
                &what,
                &format!(
                    "attached=$(call iam list-attached-role-policies{of} --query 'AttachedPolicies[].PolicyArn' --output text) && \
                     attached=$(printf '%s' \"$attached\" | tr '\\t\\n' '  ') && for arn in {arns}; do case \" $attached \" in \
                     *\" $arn \"*) ;; *) echo \"$arn\" ;; esac; done"
                ),
                "''",
                &attach.join("\n    "),
            )
        }
        Action::TrustPolicy(role) => {
            let of = format!(" {}", option("--role-name", role.name()));
            policy(
                &format!("iam get-role{of} --query Role.AssumeRolePolicyDocument --output json"),
                &format!("iam update-assume-role-policy{of} --policy-document"),
            )
        }
        Action::ServiceLinkedRole => once(
            id,
            &what,
            "if_there call iam get-role --role-name AWSServiceRoleForBackup --query Role.Arn --output text",
            "?*",
            "call iam create-service-linked-role --aws-service-name backup.amazonaws.com >/dev/null",
        ),
        Action::CrossAccountBackup(region) => {
            let at = region_flag(Some(region));
            once(
                id,
                &what,
                &format!(
                    "call backup describe-global-settings{at} --query GlobalSettings.isCrossAccountBackupEnabled --output text"
                ),
                "true | True",
                &format!(
                    "call backup update-global-settings{at} --global-settings isCrossAccountBackupEnabled=true"
                ),
            )
        }
        Action::Region(region) => once(
            id,
            &what,
            &format!(
                "call account get-region-opt-status {} --query RegionOptStatus --output text",
                option("--region-name", region.as_str())
            ),
            "ENABLED | ENABLING | ENABLED_BY_DEFAULT",
            &format!(
                "call account enable-region {}",
                option("--region-name", region.as_str())
            ),
        ),
        Action::Vault(vault) => {
            let region = vault.region().map(|region| region.to_string());
            let make = format!(
                "  vault {id} {stem} {what} {} {}\n",
                word(&region.unwrap_or_default()),
                word(vault.name())
            );
            match policies(item) {
                (_, Some(_)) => format!(
                    "{make}  case \" $left \" in\n    *\" {id} \"*) return 0 ;;\n  esac\n{}",
                    vault_policy(vault, &mut policy)
                ),
                (_, None) => make,
            }
        }
        Action::TwoStep(step) => {
            let stack = super::function::template(step);
            let what = format!(
                "{}{}; all of the stack {stack} is made",
                item.title(),
                proof(item)
            );
            deploy(id, step, &word(&what), files)
        }
    };
    body.push_str(&rest);
    Some(body)
}

fn vault_policy(vault: &Arn, policy: &mut impl FnMut(&str, &str) -> String) -> String {
    let of = format!(
        "{} {}",
        flag(vault),
        option("--backup-vault-name", vault.name())
    );
    policy(
        &format!("backup get-backup-vault-access-policy{of} --query Policy --output text"),
        &format!("backup put-backup-vault-access-policy{of} --policy"),
    )
}

/// A stack. A template that is too large for a file goes by way of a bucket.
fn deploy(id: &str, step: &TwoStep, what: &str, files: &[FixFile]) -> String {
    let region = step.between.region();
    let file = super::function::template(step);
    let made = files.iter().find(|made| made.path == file);
    let bytes = made.map_or(0, |made| made.text.len());
    let room = Room::of(bytes);
    let left = room.needs(region.as_ref()).map(|needs| {
        let says = format!("{id}: left as it is: {file} has {bytes} bytes; {needs}");
        format!("    say {}\n    left=\"$left {id}\"\n", word(&says))
    });
    let left = left.unwrap_or_default();
    let (bucket, otherwise) = match room {
        Room::File => ("", String::new()),
        Room::Bucket => (
            " --s3-bucket \"$S3_BUCKET\"",
            format!("  if [ -z \"${{S3_BUCKET:-}}\" ]; then\n{left}    return 0\n  fi\n"),
        ),
        Room::Nowhere => return left,
    };
    format!(
        "{otherwise}  if agreed {what}; then\n    call cloudformation deploy{} --stack-name {} --template-file {file} \\\n      \
         --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset{bucket}\n    is_made {id}\n  else\n    left=\"$left {id}\"\n  fi\n",
        region_flag(region.as_ref()),
        super::function::NAME,
    )
}

/// A setting: nothing is done where what `read` prints shows that it is so.
fn once(id: &str, what: &str, read: &str, is: &str, make: &str) -> String {
    format!(
        "  found=$({read}) || fail \"how it is could not be read, {id} was not made\"\n  case $found in\n    {is})\n      \
         say '{id}: already so'\n      return 0\n      ;;\n  esac\n  if agreed {what}; then\n    {make}\n    \
         say '{id}: done'\n    is_made {id}\n  else\n    left=\"$left {id}\"\n  fi\n"
    )
}

fn proof(item: &Item<'_>) -> String {
    let proof = match (item.remedy.proven, &item.remedy.parts) {
        (Some(true), _) => {
            return match besides(item.remedy) {
                Some(ids) => format!(" (verified: the failing checks pass with it and {ids})"),
                None => " (verified: the failing checks pass with it)".to_owned(),
            };
        }
        (Some(false), _) => " (the failing checks do not pass with it)",
        (
            None,
            Parts::None
            | Parts::From(_)
            | Parts::RolePolicy { .. }
            | Parts::AttachedPolicies { .. }
            | Parts::Vault(_)
            | Parts::Between(_)
            | Parts::Kept(_)
            | Parts::TwoStep(_),
        ) => " (its effect cannot be verified in advance)",
    };
    proof.to_owned()
}

fn flag(arn: &Arn) -> String {
    region_flag(arn.region().as_ref())
}

fn region_flag(region: Option<&Region>) -> String {
    region
        .map(|region| format!(" {}", option("--region", region.as_str())))
        .unwrap_or_default()
}
