//! The policy of what is backed up itself, which may deny the backup that a copy waits for.

use crate::authorization::{against_backup, denied_by, list};
use crate::inventory::{Copy, Facts};
use crate::known::{Arn, Gap};
use crate::verdict::{Basis, Outcome};

/// Why the backup is not made, or may not be: the resource's own policy denies it to the role.
///
/// See <https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html> and
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticfilesystem.html>.
pub fn denied_by_its_policy(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let rulings = against_backup(copy, resource, facts)?;
    let asked: Vec<_> = rulings.each().map(|(action, _)| action).collect();
    let action = list(&asked);
    let role = copy.endpoints().role.as_ref().known()?.name();
    let by_whom = || {
        let what = format!(
            "whether another role than `{role}`, which the resource denies {action}, makes the backup"
        );
        Gap::not_told(what, resource.as_str()).where_is(resource)
    };
    let outcome = match rulings.denied() {
        Some((.., by)) => {
            let message = format!(
                "the policy of the resource denies {action} to the role `{role}`{}",
                denied_by(&by)
            );
            if copy.is_backed_up_by_its_role() {
                Outcome::fail(message)
                    .by_hand("take each Deny out of that policy, or leave the role out of it")
                    .on(Basis::Inferred)
                    .saw(by)
            } else {
                Outcome::undecided(message, [by_whom()]).saw(by)
            }
        }
        None => {
            let (gaps, _, seen) = rulings.open()?;
            Outcome::undecided(
                format!("whether the policy of the resource denies {action} to the role `{role}` is not known"),
                gaps,
            )
            .saw(seen)
        }
    };
    Some(outcome)
}
