//! What of a plan was not read, or is not as AWS prints it.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::{Facts, unknown_within};
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
    /// What leaves open which rules it has, and which selections.
    pub lost: Lost,
}

/// The rules and selections of a plan that could not be read, each with its name where that could.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    pub rules: Vec<(Option<String>, Gap)>,
    pub selections: Vec<Gap>,
}

/// Whether a change leaves a value unknown as a whole.
fn is_unknown(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 1)
        && value.get("unknown").is_some_and(Value::is_string)
}

impl<'a> Reading<'a> {
    pub fn of(plan: &'a str, account: AccountId, region: &'a Region, facts: &'a Facts<'a>) -> Self {
        Self {
            facts,
            plan,
            account,
            region,
            unread: Vec::new(),
            lost: Lost::default(),
        }
    }

    /// The answers of these calls are not there: the first of them that was recorded, else the first.
    pub fn misses(&mut self, calls: &[ApiCall; 2]) -> Gap {
        let [first, second] = calls.map(|call| self.gap_of(call));
        let gap = match self.facts.is_recorded(&second) && !self.facts.is_recorded(&first) {
            true => second,
            false => first,
        };
        self.unread.push(gap.clone());
        gap
    }

    fn gap_of(&self, call: ApiCall) -> Gap {
        self.facts
            .gap_of_plan(call, self.plan, self.account, self.region)
    }

    /// The same, where what stands there may be what a change leaves unknown: then that is what is waited for.
    pub fn misses_in(&mut self, call: ApiCall, value: Option<&Value>) -> Gap {
        let gap = self.gap_in(call, value);
        self.unread.push(gap.clone());
        gap
    }

    /// What is not known where something stands that is not as AWS prints it.
    pub fn gap_in(&self, call: ApiCall, value: Option<&Value>) -> Gap {
        let of_call = |call| self.gap_of(call);
        let Some(why) = value.and_then(unknown_within) else {
            return of_call(call);
        };
        let calls = [
            api_call!("backup:GetBackupPlan"),
            api_call!("backup:ListBackupSelections"),
        ];
        let planned = calls.map(of_call);
        let mut planned = planned
            .iter()
            .filter(|gap| gap.hand() == Some(ByHand::Planned));
        let says_so = |gap: &&Gap| gap.subject.ends_with(why);
        match (planned.clone().find(says_so), planned.next()) {
            (Some(gap), _) => gap.clone(),
            // One reason is recorded of a plan, and this is another.
            (None, Some(gap)) => Gap::by_hand(ByHand::Planned, gap.operation(), why)
                .within(Some(self.account), Some(self.region)),
            (None, None) => of_call(call),
        }
    }

    /// What stands in a place is not understood.
    pub fn not_understood(&mut self, what: String, pointer: &str) {
        let gap = self.by_hand(ByHand::NotUnderstood, what, pointer);
        self.unread.push(gap);
    }

    /// AWS refuses what stands in a place.
    pub fn refused(&mut self, what: String, pointer: &str) -> Gap {
        let gap = self.by_hand(ByHand::Refused, what, pointer);
        self.unread.push(gap.clone());
        gap
    }

    fn by_hand(&self, kind: ByHand, what: String, pointer: &str) -> Gap {
        let subject = format!("{}{pointer}", self.plan);
        Gap::by_hand(kind, what, subject).within(Some(self.account), Some(self.region))
    }

    /// The members of an object that are not among those known: what they say is open.
    pub fn strange(&mut self, of: &Value, pointer: &str, known: &[&str]) -> Vec<String> {
        let members = of.as_object().into_iter().flatten();
        // What a change leaves unknown says so where it is read.
        let members = members.filter(|_| !is_unknown(of));
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
