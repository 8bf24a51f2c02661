//! How long a policy may be: one that would not fit is no remedy.

use serde_json::Value;

use super::draft::Draft;

/// A policy that AWS limits.
#[derive(Clone, Copy, Debug)]
pub enum Limited {
    /// A key's: <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>.
    Key,
    /// A role's own, all together and without white space:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
    Inline,
    /// A role's trust policy, without white space, unless the quota was raised.
    Trust,
}

impl Limited {
    const fn longest(self) -> usize {
        match self {
            Self::Key => 32 * 1024,
            Self::Inline => 10_240,
            Self::Trust => 2_048,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Key => "a key policy",
            Self::Inline => "all policies that a role has of its own",
            Self::Trust => "a trust policy",
        }
    }
}

/// Takes the change out of a draft whose policy would not fit, and says so; `others` is how long those are that count with
/// it.
pub fn fit(draft: &mut Draft, limited: Limited, policy: &Value, others: usize) {
    let long = policy.to_string().len().saturating_add(others);
    let most = limited.longest();
    if long <= most {
        return;
    }
    let says = format!(
        "it would have {long} characters, and {} may have {most}: take out or join statements first",
        limited.name()
    );
    draft.remedy.title = format!("{} ({says})", draft.remedy.title);
    draft.remedy.commands = vec![format!("# not as the policy is: {says}")];
    draft.remedy.before = None;
    draft.remedy.after = None;
    draft.change = None;
}
