//! What of a plan was not read, or is not as AWS prints it.

use serde_json::Value;

use crate::inventory::Facts;
use crate::known::{AccountId, ApiCall, ByHand, Gap, Region};

/// A plan that is being read, and what of it was not understood.
pub struct Reading<'a> {
    facts: &'a Facts<'a>,
    /// The plan's id.
    plan: &'a str,
    pub account: AccountId,
    pub region: &'a Region,
    /// What was not understood so far.
    pub unread: Vec<Gap>,
}

impl<'a> Reading<'a> {
    pub const fn of(
        plan: &'a str,
        account: AccountId,
        region: &'a Region,
        facts: &'a Facts<'a>,
    ) -> Self {
        Self {
            facts,
            plan,
            account,
            region,
            unread: Vec::new(),
        }
    }

    /// The answer of a call is not there, or is not as AWS prints it.
    pub fn misses(&mut self, call: ApiCall) -> Gap {
        let gap = self
            .facts
            .gap(call, self.plan, Some(self.account), Some(self.region));
        self.unread.push(gap.clone());
        gap
    }

    /// What stands in a place is not understood.
    pub fn not_understood(&mut self, what: String, pointer: &str) {
        let subject = format!("{}{pointer}", self.plan);
        self.unread.push(
            Gap::by_hand(ByHand::NotUnderstood, what, subject)
                .within(Some(self.account), Some(self.region)),
        );
    }

    /// The members of an object that are not among those known: what they say is open.
    pub fn strange(&mut self, of: &Value, pointer: &str, known: &[&str]) -> Vec<String> {
        let members = of.as_object().into_iter().flatten();
        let strange: Vec<String> = members
            .map(|(name, _)| name.clone())
            .filter(|name| !known.contains(&name.as_str()))
            .collect();
        for name in &strange {
            let subject = format!("{}{pointer}/{name}", self.plan);
            self.unread.push(
                Gap::by_hand(ByHand::NotUnderstood, format!("the key `{name}`"), subject)
                    .within(Some(self.account), Some(self.region)),
            );
        }
        strange
    }
}
