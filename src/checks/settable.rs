//! Whether people may give a resource a tag that a selection asks for: AWS takes it, and nothing that its owner says is lost.

use super::leaving::Resource;
use super::tag_policy_may_block::may_refuse;
use crate::inventory::{Facts, Tags};
use crate::known::Fact;
use crate::plans::{letters, may_be_tag};

/// The tags that a resource may have, but for those of AWS's own.
///
/// See <https://docs.aws.amazon.com/tag-editor/latest/userguide/reference.html>.
const MOST: usize = 50;

/// Whether a tag may be set. One that has another value stays as it is, but for a value that is a slip of the one asked for: the
/// owner may mean it, and other plans and policies may go by it.
pub fn may_set_tag(resource: &Resource<'_>, key: &str, value: &str, facts: &Facts<'_>) -> bool {
    let Fact::Known(now) = facts.resource_tags(&resource.arn) else {
        return false;
    };
    let other = || now.into_iter().flat_map(Tags::iter);
    let set = other().find(|(name, _)| *name == key);
    let is_kept = set.is_some_and(|(_, set)| !is_slip(set, value));
    let is_own = |name: &str| name.starts_with("aws:");
    let has_room = set.is_some() || other().filter(|(name, _)| !is_own(name)).count() < MOST;
    let policy = facts.tag_policy(resource.account);
    let is_refused = matches!(policy, Fact::Known(Some(policy))
        if may_refuse(policy, resource.arn.service(), (key, value)));
    let plain = |text: &str| text.chars().all(may_be_in_tag);
    may_be_tag(key, value) && plain(key) && plain(value) && has_room && !is_kept && !is_refused
}

/// One or two letters off, in a word of some length.
fn is_slip(set: &str, wanted: &str) -> bool {
    let off = letters(set, wanted);
    off <= 2 && off.saturating_mul(3) <= wanted.chars().count()
}

fn may_be_in_tag(c: char) -> bool {
    c.is_alphanumeric() || " _.:/=+-@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_a_letter_or_two_of_a_word() {
        for (set, wanted) in [("dialy", "daily"), ("prd", "prod"), ("monthy", "monthly")] {
            assert!(is_slip(set, wanted), "{set} {wanted}");
        }
        for (set, wanted) in [("no", "yes"), ("dev", "dr"), ("other", "b"), ("off", "on")] {
            assert!(!is_slip(set, wanted), "{set} {wanted}");
        }
    }
}
