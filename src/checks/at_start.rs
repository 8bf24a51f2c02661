//! Planned copies as of when they are made: what is dated, as a condition of a policy or the imported material of a key, may change
//! before that.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date> and
//! <https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys-conceptual.html>.

use super::backup_times::until_next_start;
use super::words::date;
use crate::inventory::{Copy, EncryptedWith, Facts};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Outcome, Status};

/// A planned copy, as of when it is made.
pub struct AtStart<'a> {
    /// The facts as of then.
    pub facts: Facts<'a>,
    rule: String,
    plan: String,
    /// When that is.
    by: String,
}

impl<'a> AtStart<'a> {
    /// Nothing where nothing changes until a copy is made, as far as dates tell.
    pub fn of(copy: &Copy, facts: &Facts<'a>) -> Option<Self> {
        let plan = copy.plan.as_ref()?;
        let at = facts.changes_within(|| until_next_start(copy, facts), || keys(copy, facts))?;
        Some(Self {
            facts: facts.as_planned(at)?,
            rule: plan.rule.clone(),
            plan: plan.id.clone(),
            by: date(at),
        })
    }

    /// What is found instead where the answer is another by then; `None`: it is the same. Until then people may change what the
    /// date is of.
    pub fn instead(&self, now: &Outcome, then: &Outcome) -> Option<Outcome> {
        let Self { rule, by, .. } = self;
        match (now.status, then.status) {
            (one, other) if one == other => return None,
            (Status::Fail, _) | (_, Status::Fail) => {}
            (_, _) => return Some(then.clone()),
        }
        let fails = if now.status == Status::Fail {
            now
        } else {
            then
        };
        let subject = fails
            .evidence
            .first()
            .map_or(&*self.plan, |seen| &seen.subject);
        let gap = Gap::not_told(format!("what becomes until {by}"), subject);
        let gap = match Arn::parse(subject) {
            Ok(arn) => gap.where_is(&arn),
            Err(_) => gap,
        };
        let message = format!(
            "{}; rule `{rule}` next starts its backups by {by}, and then: {}",
            now.message, then.message
        );
        let seen = now.evidence.iter().chain(&then.evidence).cloned();
        let outcome = Outcome::undecided(message, [gap]).on(Basis::Inferred);
        Some(outcome.saw(seen))
    }
}

/// The keys without which it is not made: the backup's, the destination vault's, and that of the resource.
fn keys(copy: &Copy, facts: &Facts<'_>) -> Vec<Arn> {
    let of_vault = facts.vault_key(&copy.endpoints().destination_vault);
    let resource = copy.resource.as_ref().known().and_then(Option::as_ref);
    let of_resource = resource.map(|resource| facts.resource_key(resource));
    let all = [
        copy.route().backup_key.clone().known(),
        of_vault.known().flatten(),
        of_resource.and_then(Fact::known),
    ];
    let all = all.iter().flatten();
    all.filter_map(EncryptedWith::key).cloned().collect()
}
