//! What IAM, KMS and AWS Backup refuse of a policy document, whatever it means.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>,
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html> and
//! <https://repost.aws/knowledge-center/kms-policy-error-invalid-principals>.

use std::collections::BTreeSet;

use super::document::{Document, Element, Statement};
use super::operator::is_operator;

/// How many characters policies may have. A trust policy's quota can be raised; a key policy's are counted as it is written, and IAM
/// leaves white space out.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> and
/// <https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>.
pub const LONGEST_KEY_POLICY: usize = 32 * 1024;
/// Of a role.
pub const LONGEST_TRUST_POLICY: usize = 2_048;
/// All that a role has of its own together.
pub const LONGEST_INLINE_POLICIES: usize = 10_240;
/// A managed policy of a customer.
pub const LONGEST_MANAGED_POLICY: usize = 6_144;

/// What a document is the policy of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyOf {
    /// A key.
    Key,
    /// A backup vault.
    Vault,
    /// Whoever may assume a role.
    Trust,
    /// A role itself.
    Inline,
    /// Whichever roles it is attached to.
    Managed,
}

impl PolicyOf {
    const fn is_identity(self) -> bool {
        matches!(self, Self::Inline | Self::Managed)
    }

    const fn is_of_iam(self) -> bool {
        self.is_identity() || matches!(self, Self::Trust)
    }

    /// How many characters it may have by itself. No page says how many a vault's may have.
    const fn longest(self) -> Option<usize> {
        match self {
            Self::Key => Some(LONGEST_KEY_POLICY),
            Self::Vault => None,
            Self::Trust => Some(LONGEST_TRUST_POLICY),
            Self::Inline => Some(LONGEST_INLINE_POLICIES),
            Self::Managed => Some(LONGEST_MANAGED_POLICY),
        }
    }
}

impl Document {
    /// Why AWS refuses it as such a policy, if it does. `text`: the document without white space.
    #[must_use]
    pub fn refused(&self, of: PolicyOf, text: &str) -> Option<String> {
        let mut sids = BTreeSet::new();
        let mut statements = self.statements().iter();
        statements
            .find_map(|one| {
                let sid = one.sid().filter(|sid| !sid.is_empty());
                let twice = sid.filter(|sid| !sids.insert(*sid));
                let twice = twice.map(|sid| format!("two statements with the Sid `{sid}`"));
                twice.or_else(|| one.refused(of))
            })
            .or_else(|| has_odd_letter(of, text))
            .or_else(|| {
                let (long, most) = (text.chars().count(), of.longest()?);
                (long > most).then(|| format!("more than {most} characters"))
            })
            .map(|what| format!("AWS refuses a policy with {what}"))
    }
}

impl Statement {
    fn refused(&self, of: PolicyOf) -> Option<String> {
        let is_both = self.principals == Element::Both
            || self.actions == Element::Both
            || self.resources == Element::Both;
        if is_both {
            return Some("an element and its opposite in one statement".to_owned());
        }
        let sid = self.sid().unwrap_or_default();
        if of.is_of_iam() && !sid.chars().all(|letter| letter.is_ascii_alphanumeric()) {
            return Some(format!(
                "the Sid `{sid}`, which has other than letters and digits"
            ));
        }
        let mut operators = self.conditions().iter().map(super::Condition::operator);
        if let Some(odd) = operators.find(|name| !is_operator(name)) {
            return Some(format!(
                "the condition operator `{odd}`, which there is none of"
            ));
        }
        if of.is_identity() && self.principals != Element::Absent {
            return Some("`Principal`, where it is a role's own".to_owned());
        }
        if of != PolicyOf::Trust {
            return None;
        }
        if self.resources != Element::Absent {
            return Some("`Resource`, where it says who may assume a role".to_owned());
        }
        let is_of_sts = |action: &&str| {
            let service = action.split(':').next().unwrap_or_default();
            service == "*" || service.eq_ignore_ascii_case("sts")
        };
        let other = self.actions().find(|action| !is_of_sts(action))?;
        Some(format!("`{other}`, where it says who may assume a role"))
    }
}

/// A character that policies of IAM and of keys may not have.
fn has_odd_letter(of: PolicyOf, text: &str) -> Option<String> {
    let is_taken = |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}');
    let odd = text.chars().find(|letter| !is_taken(*letter))?;
    (of != PolicyOf::Vault).then(|| format!("the character U+{:04X}", u32::from(odd)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(of: PolicyOf, statements: &Value) -> Option<String> {
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        Document::parse(&text).unwrap().refused(of, &text)
    }

    /// A statement of each that AWS takes, with these elements beside or in place of its own.
    fn statement(of: PolicyOf, more: &Value) -> Value {
        let mut one = match of {
            PolicyOf::Key | PolicyOf::Vault => {
                json!({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*"})
            }
            PolicyOf::Trust => {
                json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
            }
            PolicyOf::Inline | PolicyOf::Managed => {
                json!({"Effect": "Allow", "Action": "backup:*", "Resource": "*"})
            }
        };
        let fields = one.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        one
    }

    const ALL: [PolicyOf; 5] = [
        PolicyOf::Key,
        PolicyOf::Vault,
        PolicyOf::Trust,
        PolicyOf::Inline,
        PolicyOf::Managed,
    ];

    #[test]
    fn a_document_is_refused_for_what_it_may_not_have() {
        use PolicyOf::{Inline, Key, Managed, Trust, Vault};
        let everywhere = &ALL[..];
        let of_iam = &[Trust, Inline, Managed][..];
        let odd = json!({"Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-1"}}});
        let known =
            json!({"Condition": {"ForAnyValue:stringLikeIfExists": {"aws:PrincipalOrgID": "o-1"}}});
        for (more, by) in [
            (json!({}), &[][..]),
            (json!({"Sid": "Share1"}), &[]),
            (known, &[]),
            (json!({"Sid": "Share it"}), of_iam),
            (odd, everywhere),
            (json!({"NotAction": "iam:*"}), everywhere),
            (json!({"Principal": "*"}), &[Inline, Managed]),
            (json!({"Resource": "*"}), &[Trust]),
            (
                json!({"Action": ["sts:AssumeRole", "s3:GetObject"]}),
                &[Trust],
            ),
            (json!({"Action": ["sts:AssumeRole", "STS:TagSession"]}), &[]),
            (
                json!({"Action": "sts:\u{2013}"}),
                &[Key, Trust, Inline, Managed],
            ),
            (json!({"Action": "sts:é"}), &[]),
            (
                json!({"Action": format!("sts:{}", "x".repeat(2_000))}),
                &[Trust],
            ),
            (
                json!({"Action": format!("sts:{}", "x".repeat(6_100))}),
                &[Trust, Managed],
            ),
            (
                json!({"Action": format!("sts:{}", "x".repeat(10_200))}),
                of_iam,
            ),
            (
                json!({"Action": format!("sts:{}", "x".repeat(32_700))}),
                &[Key, Trust, Inline, Managed],
            ),
        ] {
            for of in ALL {
                let found = refused(of, &json!([statement(of, &more)]));
                assert_eq!(found.is_some(), by.contains(&of), "{of:?} {found:?}");
            }
        }
        assert_eq!(refused(Vault, &json!([])), None);
    }

    #[test]
    fn a_sid_stands_once() {
        for of in ALL {
            let with = |sid: &str| statement(of, &json!({ "Sid": sid }));
            let two = |one: &str, other: &str| refused(of, &json!([with(one), with(other)]));
            assert!(two("a", "a").is_some(), "{of:?}");
            assert_eq!(two("a", "A"), None, "{of:?}");
            assert_eq!(two("", ""), None, "{of:?}");
        }
    }
}
