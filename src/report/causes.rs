//! What is at fault, most copies first: one key policy may block the copies of many plans, and one missing permission leave
//! many checks open.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr;

use crate::checks::CHECKS;
use crate::known::{Count as _, Gap, HashMap};
use crate::remedy::Remedy;
use crate::verdict::{Outcome, Status, Verdict};

use super::gap::Gaps;
use super::links::{Found, Links, by_number};
use super::reading::Reading;
use super::same_cause::SameCause;
use super::summed::Summed;

/// The copies that a cause names.
const EXAMPLES: usize = 3;
/// The words of a cause that are kept: of more than three it is told that there are others.
const MESSAGES: usize = 4;

/// One thing at fault, with how much it stops.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Cause {
    /// The check that it fails; of several that it leaves open, the first.
    pub check: &'static str,
    /// `fail`: it blocks the copies; `undecided`: a fact that was not read leaves them open.
    pub outcome: Status,
    /// The thing at fault, an ARN or an id; null where it is each copy itself, or several things were not read.
    pub subject: Option<String>,
    /// What is wrong, in the words of the first copy; or what was not read.
    pub message: String,
    /// How many copies.
    pub copies: usize,
    /// The ids of the first of them.
    pub examples: Vec<String>,
    /// All checks that it fails, or leaves open.
    pub checks: Vec<&'static str>,
    /// The ids of the remedies that fix it.
    pub remedies: Vec<String>,
    /// The ids of the gaps that leave it open.
    pub gaps: Vec<String>,
    /// What a check found of the first copy.
    #[serde(skip)]
    pub first: Option<(SmolStr, Found)>,
    /// What kind of thing is missing.
    #[serde(skip)]
    pub missing: Option<&'static str>,
    /// The gap that says most of it.
    #[serde(skip)]
    pub gap: Option<Gap>,
    /// What it has in common with causes in other accounts.
    #[serde(skip)]
    pub anywhere: Option<Anywhere>,
    /// Of how many of the copies its check is waived.
    #[serde(skip)]
    pub waived: usize,
    /// What is wrong, in each of the words that it is said in, with the first copy that it is said of: the first of them.
    #[serde(skip)]
    pub messages: Vec<(SmolStr, SmolStr)>,
    /// What becomes of the copies that wait for it.
    #[serde(skip)]
    pub waiting: Waiting,
}

/// What becomes of the copies that wait for something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Those that are blocked, whatever it is.
    pub blocked: usize,
    /// Those that it leaves undecided, now or once all remedies are made.
    pub undecided: usize,
}

impl Waiting {
    fn add(&mut self, copy: &Summed<'_>) {
        self.blocked.one_more_if(copy.verdict == Verdict::Blocked);
        let after = copy.with_remedies.unwrap_or(copy.verdict);
        let is_open = [copy.verdict, after].contains(&Verdict::Undecided);
        self.undecided.one_more_if(is_open);
    }
}

impl Cause {
    /// Whether it is waived of all copies.
    #[must_use]
    pub const fn is_waived(&self) -> bool {
        self.waived > 0 && self.waived >= self.copies
    }
}

/// What is missing in whichever account, and how many copies wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anywhere {
    /// What is missing.
    pub cause: SameCause,
    /// All copies that wait for it, each once.
    pub copies: usize,
    /// What becomes of them.
    pub waiting: Waiting,
}

/// A cause of something that was found: the check, and the thing that is at fault.
type Fault = (Status, usize, Option<SmolStr>);

/// The causes, added up copy by copy in the order of the report.
#[derive(Debug, Default)]
pub struct Causes {
    groups: Vec<Group>,
    faults: HashMap<Fault, usize>,
    unknowns: HashMap<SameCause, usize>,
    by_gap: HashMap<Gap, usize>,
    anywhere: Vec<Everywhere>,
    anywhere_by: HashMap<SameCause, usize>,
}

/// The copies that wait for something in whichever account.
#[derive(Debug)]
struct Everywhere {
    cause: SameCause,
    copies: usize,
    waiting: Waiting,
    last: usize,
}

#[derive(Debug)]
struct Group {
    outcome: Status,
    subject: Option<SmolStr>,
    /// Their places in [`CHECKS`].
    checks: BTreeSet<usize>,
    copies: usize,
    last: usize,
    examples: Vec<SmolStr>,
    remedies: BTreeSet<(usize, String)>,
    gaps: BTreeSet<Gap>,
    cause: Option<SameCause>,
    /// The place of what is missing in whichever account.
    anywhere: Option<usize>,
    message: SmolStr,
    messages: Vec<(SmolStr, SmolStr)>,
    waiting: Waiting,
    first: (SmolStr, Found),
}

/// What each remedy changes, by its id.
pub fn subjects(remedies: &[Remedy]) -> HashMap<&str, &str> {
    let remedies = remedies.iter();
    remedies
        .map(|remedy| (&*remedy.id, &*remedy.subject))
        .collect()
}

impl Causes {
    /// Adds what stops the `number`th copy, leaves it open, or warns of it.
    pub fn add(
        &mut self,
        number: usize,
        copy: &Summed<'_>,
        links: &Links<'_>,
        subjects: &HashMap<&str, &str>,
        reading: &Reading,
    ) {
        for (check, outcome) in copy.found {
            let place = CHECKS.iter().position(|known| known.id == check.id);
            let place = place.unwrap_or(CHECKS.len());
            let found = || (SmolStr::new(copy.id), (*check, outcome.clone()));
            match outcome.status {
                Status::Fail | Status::Warn => {
                    let remedies = links.fixes(copy.id, check.id);
                    let fixed = remedies.iter().filter_map(|id| subjects.get(&**id));
                    let subject = fault(copy, outcome).or_else(|| {
                        let mut fixed = fixed.copied().filter(|thing| !copy.is_own(thing));
                        fixed.next().map(SmolStr::new)
                    });
                    let key = (outcome.status, place, subject);
                    let groups = &mut self.groups;
                    let at = *self.faults.entry(key).or_insert_with_key(|key| {
                        let next = groups.len();
                        groups.push(Group::new(
                            outcome.status,
                            key.2.clone(),
                            &outcome.message,
                            found(),
                        ));
                        next
                    });
                    if let Some(group) = self.groups.get_mut(at) {
                        group.count(number, place, copy);
                        group.say(&outcome.message, copy.id);
                        group
                            .remedies
                            .extend(remedies.into_iter().map(|id| (id.len(), id)));
                    }
                }
                Status::Undecided => {
                    for gap in &outcome.gaps {
                        let at = self.of_gap(gap, &found, reading);
                        let Some(group) = self.groups.get_mut(at) else {
                            continue;
                        };
                        group.count(number, place, copy);
                        let all = group.anywhere.and_then(|at| self.anywhere.get_mut(at));
                        if let Some(all) = all.filter(|all| all.last != number) {
                            all.last = number;
                            all.copies.one_more();
                            all.waiting.add(copy);
                        }
                    }
                }
                Status::Pass | Status::NotApplicable => {}
            }
        }
    }

    /// The group of a gap.
    fn of_gap(
        &mut self,
        gap: &Gap,
        found: &dyn Fn() -> (SmolStr, Found),
        reading: &Reading,
    ) -> usize {
        if let Some(at) = self.by_gap.get(gap) {
            return *at;
        }
        let cause = SameCause::of(gap, reading);
        let at = match self.unknowns.get(&cause) {
            Some(at) => *at,
            None => {
                let mut group = Group::new(Status::Undecided, None, "", found());
                group.cause = Some(cause.clone());
                let anywhere = &mut self.anywhere;
                group.anywhere = Some(
                    *self
                        .anywhere_by
                        .entry(cause.anywhere())
                        .or_insert_with_key(|cause| {
                            let next = anywhere.len();
                            anywhere.push(Everywhere {
                                cause: cause.clone(),
                                copies: 0,
                                waiting: Waiting::default(),
                                last: usize::MAX,
                            });
                            next
                        }),
                );
                let next = self.groups.len();
                self.groups.push(group);
                self.unknowns.insert(cause, next);
                next
            }
        };
        if let Some(group) = self.groups.get_mut(at) {
            group.gaps.insert(gap.clone());
        }
        self.by_gap.insert(gap.clone(), at);
        at
    }

    /// All of them, most copies first: those that block or leave open, and those that warn.
    #[must_use]
    pub fn told(self, gaps: &Gaps) -> (Vec<Cause>, Vec<Cause>) {
        let mut causes: Vec<Cause> = self
            .groups
            .into_iter()
            .map(|group| {
                let all = group.anywhere.and_then(|at| self.anywhere.get(at));
                let anywhere = all.map(|all| Anywhere {
                    cause: all.cause.clone(),
                    copies: all.copies,
                    waiting: all.waiting,
                });
                Cause {
                    anywhere,
                    ..group.told(gaps)
                }
            })
            .collect();
        causes.sort_by(|one, other| place(one).cmp(&place(other)));
        causes
            .into_iter()
            .partition(|cause| cause.outcome != Status::Warn)
    }
}

impl Group {
    fn new(
        outcome: Status,
        subject: Option<SmolStr>,
        message: &str,
        first: (SmolStr, Found),
    ) -> Self {
        Self {
            outcome,
            subject,
            checks: BTreeSet::new(),
            copies: 0,
            last: usize::MAX,
            examples: Vec::new(),
            remedies: BTreeSet::new(),
            gaps: BTreeSet::new(),
            cause: None,
            anywhere: None,
            message: message.into(),
            messages: Vec::new(),
            waiting: Waiting::default(),
            first,
        }
    }

    fn count(&mut self, number: usize, check: usize, copy: &Summed<'_>) {
        self.checks.insert(check);
        if self.last != number {
            self.last = number;
            self.copies.one_more();
            self.waiting.add(copy);
            if self.examples.len() < EXAMPLES {
                self.examples.push(copy.id.into());
            }
        }
    }

    /// What is said of a copy, unless the same is said of another.
    fn say(&mut self, message: &str, copy: &str) {
        let is_full = self.messages.len() >= MESSAGES;
        if !is_full && !self.messages.iter().any(|(said, _)| said == message) {
            self.messages.push((message.into(), copy.into()));
        }
    }

    fn told(self, gaps: &Gaps) -> Cause {
        let subjects: BTreeSet<&str> = self.gaps.iter().map(|gap| &*gap.subject).collect();
        let of_gaps = match subjects.first() {
            Some(only) if subjects.len() == 1 => Some((*only).to_owned()),
            Some(_) | None => None,
        };
        let checks: Vec<&'static str> = self
            .checks
            .iter()
            .filter_map(|place| CHECKS.get(*place).map(|check| check.id))
            .collect();
        let message = match &self.cause {
            Some(cause) => cause.says(of_gaps.as_deref()),
            None => self.message.to_string(),
        };
        let missing = self.cause.as_ref().map(SameCause::word);
        let mut ids: Vec<String> = self.gaps.iter().filter_map(|gap| gaps.id(gap)).collect();
        ids.sort_by(|one, other| by_number(one, other));
        Cause {
            check: checks.first().copied().unwrap_or(self.first.1.0.id),
            outcome: self.outcome,
            subject: self.subject.map(|subject| subject.to_string()).or(of_gaps),
            message,
            copies: self.copies,
            examples: self.examples.iter().map(ToString::to_string).collect(),
            checks,
            remedies: self.remedies.into_iter().map(|(_, id)| id).collect(),
            gaps: ids,
            first: Some(self.first),
            missing,
            gap: self.gaps.into_iter().next(),
            anywhere: None,
            waived: 0,
            messages: self.messages,
            waiting: self.waiting,
        }
    }
}

fn place(cause: &Cause) -> impl Ord + '_ {
    let check = CHECKS.iter().position(|check| check.id == cause.check);
    (
        cause.outcome,
        Reverse(cause.copies),
        check,
        &cause.subject,
        &cause.message,
    )
}

/// The first thing that a check saw that is not the copy's own.
fn fault(copy: &Summed<'_>, found: &Outcome) -> Option<SmolStr> {
    let mut seen = found.evidence.iter().map(|seen| &seen.subject);
    seen.find(|thing| !copy.is_own(thing)).cloned()
}
