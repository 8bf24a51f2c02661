//! What a service-linked role cannot be: its policies, its trust and its boundary are AWS's to change alone.

use crate::inventory::Facts;
use crate::known::{Arn, ByHand, Fact, Gap};

use super::trust::may_assume;

/// AWS Backup's role, and the policy that it has.
const OF_BACKUP: &str = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";
const ITS_POLICY: &str = "AWSBackupServiceLinkedRolePolicyForBackup";

/// The gap that a service-linked role leaves of which something is told that it cannot be.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/using-service-linked-roles-AWSServiceRoleForBackup.html>.
pub fn not_of_its_service(facts: &Facts<'_>, role: &Arn) -> Option<Gap> {
    if !role.is_service_linked_role() || facts.role_exists(role) != Fact::Known(true) {
        return None;
    }
    let is_of_backup = role.resource() == OF_BACKUP;
    let policies = facts.role_policies(role).known().flatten();
    let attached = facts.attached_to_role(role);
    let one = if facts.has_boundary(role) {
        "its permissions boundary".to_owned()
    } else if policies.is_some_and(|all| all.identity.is_empty()) {
        "its policies, of which there is none".to_owned()
    } else if is_of_backup && !facts.role_inline_policies(role).is_empty() {
        "its inline policies".to_owned()
    } else if is_of_backup && attached.is_some_and(|all| !all.contains(&ITS_POLICY)) {
        format!("its `AttachedPolicies`, which lack {ITS_POLICY}")
    } else if is_of_backup && is_foreign(facts, role) {
        "its trust policy, which does not let AWS Backup in".to_owned()
    } else {
        return None;
    };
    let says = format!(
        "say which is right: {one}, or that the role is {}, of which AWS alone changes anything",
        role.name()
    );
    Some(Gap::by_hand(ByHand::Contradiction, says, role.as_str()).where_is(role))
}

/// Whether the trust policy of AWS Backup's role keeps AWS Backup out.
fn is_foreign(facts: &Facts<'_>, role: &Arn) -> bool {
    let ruling = role.account().map(|own| may_assume(facts, role, own));
    matches!(ruling, Some(Fact::Known(Some(ruling))) if ruling.stops())
}
