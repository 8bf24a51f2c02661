//! A change in the language of the plan or the template that makes the thing: what to write there, and where.

use serde_json::{Value, json};

use crate::quote::{json::printable, terminal, terraform};
use crate::remedy::{Parts, Remedy, RemedyKind, SourcePlace};

use super::fault::PlaceOfChange;
use super::kept_in_source::kept;
use super::line::pretty;

/// Makes a remedy one of the source, where something of a plan or a template says what its subject is: commands would be
/// undone by the next deployment, and the thing may not be there yet.
pub fn into_source(remedy: &mut Remedy, said: &[PlaceOfChange]) {
    let places: Vec<SourcePlace> = said
        .iter()
        .map(|PlaceOfChange { location, .. }| SourcePlace {
            address: location.address.clone(),
            file: location.file.clone(),
            line: location.line,
        })
        .collect();
    // What is nothing but the policy comes first, and what holds it beside other arguments before one that is yet to be written;
    // unless it is the one that the change takes away: it has no line any more.
    let has_lines = places.iter().any(|place| place.line.is_some());
    let mut all: Vec<(u8, &SourcePlace, String)> = places
        .iter()
        .zip(said)
        .filter_map(|(place, of)| {
            let text = written(remedy, place, of)?;
            let is_beside = text.starts_with("resource ");
            let is_gone = has_lines && place.line.is_none();
            let rank = match is_beside || is_gone {
                true => 2,
                false => u8::from(!kind_of(&place.address).ends_with("_policy")),
            };
            Some((rank, place, text))
        })
        .collect();
    all.sort_by_key(|(rank, ..)| *rank);
    let written = all.into_iter().next();
    let written = written.map(|(_, place, text)| (place.clone(), text));
    let (place, text) = match (written, places.first()) {
        (Some((place, text)), _) => (place, text),
        (None, Some(place)) => (place.clone(), String::new()),
        (None, None) => return,
    };
    let head = format!(
        "# {}: {}",
        terminal::line(&place.words()),
        terminal::line(&remedy.title)
    );
    let command = printable(if text.is_empty() {
        head
    } else {
        format!("{head}\n{text}")
    });
    remedy.set_commands(vec![command.into()]);
    let mut all = vec![place];
    for other in places {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    remedy.places = all;
}

/// What to write: arguments of the resource, a resource beside it, or properties.
fn written(remedy: &Remedy, place: &SourcePlace, said: &PlaceOfChange) -> Option<String> {
    let address = place.address.as_str();
    let is_terraform = address.contains('.');
    if let Parts::Kept(wanted) = &remedy.parts {
        let is_plan = ["aws_backup_plan", "AWS::Backup::BackupPlan"].contains(&&*said.kind);
        let (file, plan) = (place.file.as_deref(), said.written.as_ref());
        return is_plan
            .then(|| kept(wanted, is_terraform, file, plan))
            .flatten();
    }
    if !is_terraform {
        return property(remedy).map(|(name, value)| format!("{name}: {}", pretty(&value)));
    }
    let local = local(address);
    let (kind, name) = local.rsplit_once('.')?;
    let name = name.split('[').next().unwrap_or(name);
    let policy = || remedy.policy_after().as_ref().map(expression);
    let argument = |name: &str| Some(format!("{name} = jsonencode({})", policy()?));
    let beside =
        |of: &str, body: String| Some(format!("resource \"{of}\" \"{name}\" {{\n{body}}}"));
    match (remedy.kind, kind) {
        (
            RemedyKind::KeyPolicy,
            "aws_kms_key" | "aws_kms_replica_key" | "aws_kms_external_key" | "aws_kms_key_policy",
        )
        | (RemedyKind::VaultPolicy, "aws_backup_vault_policy")
        | (RemedyKind::RolePolicy, "aws_iam_role_policy") => argument("policy"),
        (RemedyKind::TrustPolicy, "aws_iam_role") => argument("assume_role_policy"),
        (RemedyKind::VaultPolicy, "aws_backup_vault" | "aws_backup_logically_air_gapped_vault") => {
            beside(
                "aws_backup_vault_policy",
                format!(
                    "  backup_vault_name = {local}.name\n  policy            = jsonencode({})\n",
                    policy()?
                ),
            )
        }
        (RemedyKind::RolePolicy, "aws_iam_role") => {
            let Parts::RolePolicy { name: policy_name } = &remedy.parts else {
                return None;
            };
            beside(
                "aws_iam_role_policy",
                format!(
                    "  name   = {}\n  role   = {local}.name\n  policy = jsonencode({})\n",
                    expression(&json!(policy_name)),
                    policy()?
                ),
            )
        }
        (RemedyKind::AttachRolePolicy, "aws_iam_role") => {
            let Parts::AttachedPolicies { policies } = &remedy.parts else {
                return None;
            };
            let all: Vec<&str> = policies.iter().map(|policy| policy.as_str()).collect();
            beside(
                "aws_iam_role_policy_attachment",
                format!(
                    "  for_each   = toset({})\n  role       = {local}.name\n  policy_arn = each.value\n",
                    expression(&json!(all))
                ),
            )
        }
        _ => None,
    }
}

/// The property of a template's resource.
fn property(remedy: &Remedy) -> Option<(&'static str, Value)> {
    let after = || remedy.policy_after();
    match (remedy.kind, &remedy.parts) {
        (RemedyKind::KeyPolicy, _) => Some(("KeyPolicy", after()?)),
        (RemedyKind::VaultPolicy, _) => Some(("AccessPolicy", after()?)),
        (RemedyKind::TrustPolicy, _) => Some(("AssumeRolePolicyDocument", after()?)),
        (RemedyKind::RolePolicy, Parts::RolePolicy { name }) => {
            let policy = json!([{"PolicyName": name, "PolicyDocument": after()?}]);
            Some(("Policies", policy))
        }
        (RemedyKind::AttachRolePolicy, Parts::AttachedPolicies { policies }) => {
            Some(("ManagedPolicyArns", json!(policies)))
        }
        _ => None,
    }
}

/// A value as an expression of Terraform's language, which takes JSON where its strings are nothing but text.
fn expression(value: &Value) -> String {
    pretty(&terraform::literal(value))
}

/// The type of the resource at an address of a plan.
pub(super) fn kind_of(address: &str) -> &str {
    local(address).split('.').next().unwrap_or_default()
}

/// An address as its own module knows it.
fn local(address: &str) -> &str {
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        // An instance's key may hold dots, in quotes.
        let mut quoted = false;
        let end = after.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '.' && !quoted
        });
        let Some(next) = end.and_then(|(at, _)| after.get(at.saturating_add(1)..)) else {
            break;
        };
        rest = next;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_its_own_module() {
        for (address, own) in [
            ("aws_kms_key.db", "aws_kms_key.db"),
            ("module.a.aws_kms_key.db", "aws_kms_key.db"),
            (
                "module.a[\"x.y\"].module.b[0].aws_backup_vault.v[\"k.l\"]",
                "aws_backup_vault.v[\"k.l\"]",
            ),
        ] {
            assert_eq!(local(address), own);
        }
    }
}
