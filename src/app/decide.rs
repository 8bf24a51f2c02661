//! From planned copies to what is printed. Each copy is decided once, and little of it is kept: what is to be told of it,
//! and what the remedies need of those that fail.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crate::change::{Before, Change, Changes, Standing, made_by, marks, opens, what};
use crate::checks::{self, Alike, Audited, Check, CopyOf, Decided, Failing, MayFail, decide};
use crate::inventory::{Copy, Facts, Timestamp};
use crate::known::{Arn, Count as _, HashMap, in_order};
use crate::plans::Plan;
use crate::remedy::{Proposed, Remedy, propose_of, with_audited};
use crate::report::{
    self, CopyReport, Found as FoundBy, LeavesAccount, Links, Names, Place, Places, Reading,
    Report, SHOWN, Summed, Sums, Waived, is_finding, json_copy, json_head, json_tail, ndjson_copy,
    ndjson_tail,
};
use crate::sources::stop;
use crate::verdict::{Outcome, Status, Verdict};

use super::copies::{Asked, Wanted};

mod locate;
mod waive;

/// What was decided.
pub(super) struct Found<'a> {
    facts: &'a Facts<'a>,
    /// In the order of the report.
    copies: Vec<Told<'a>>,
    /// The verdicts of the copies that are told; empty: all.
    only: &'a [Verdict],
    /// The checks whose warnings count as errors do where a change is judged.
    pub(super) counting: &'a BTreeSet<&'static str>,
    /// Whether what passes is told, too.
    everything: bool,
    /// What of a change says something of which thing.
    places: Places,
    /// The report but for its copies.
    pub(super) report: Report,
    /// Whether a signal ended the deciding: these are the copies that were decided by then.
    pub(super) is_cut: bool,
}

/// A decided copy, as much as is kept of it.
struct Told<'a> {
    asked: Asked<'a>,
    place: Place,
    verdict: Verdict,
    with_remedies: Option<Verdict>,
    /// What a change does to it, and its verdict before.
    change: Option<(Change, Option<Verdict>)>,
    /// The checks that failed before the change as well, or may have.
    stood: Box<[&'static str]>,
    /// What is to be told of it.
    found: Box<[FoundBy]>,
    /// The checks of it that are waived.
    waived: Box<[(&'static str, Waived)]>,
    assumptions: Box<[String]>,
}

/// How copies are decided and told.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    /// The verdicts of the copies that are told; empty: all.
    pub only: &'a [Verdict],
    /// Whether what passes is told, too.
    pub everything: bool,
    /// How the facts came.
    pub reading: &'a Reading,
    /// The facts before a change.
    pub before: Option<&'a Facts<'a>>,
    /// The checks whose warnings are not told.
    pub off: &'a BTreeSet<&'a str>,
    /// The checks whose warnings are errors.
    pub raised: &'a BTreeSet<&'static str>,
    /// Those whose warnings count as errors do where a change is judged.
    pub counting: &'a BTreeSet<&'static str>,
}

impl<'a> Found<'a> {
    /// Decides the copies; `audited` is what else was found, where it is an audit.
    pub(super) fn of(
        wanted: Wanted<'a>,
        facts: &'a Facts<'a>,
        mut audited: Option<(&mut Audited, &[Plan])>,
        how: How<'a>,
    ) -> Self {
        let Wanted { copies, gaps, .. } = wanted;
        let all = copies.len();
        let (mut copies, failing) = decided(copies, facts, how);
        let is_cut = copies.len() < all;
        // Of copies that were not decided nobody knows what they take out.
        if let Some((audited, plans)) = audited.as_mut().filter(|_| !is_cut) {
            let decided = copies.iter().filter_map(Told::copy_of);
            let found = std::mem::take(*audited).with_resources(plans, decided, facts, how.before);
            **audited = found.without(|check, outcome| is_off(how.off, check, outcome));
        }
        let audited = audited.map(|(audited, _)| &*audited);
        let Proposed {
            mut remedies,
            together,
        } = propose_of(&failing, facts);
        drop(failing);
        for copy in &mut copies {
            copy.with_remedies = together.get(copy.asked.id()).copied();
        }
        if let Some(audited) = audited {
            remedies = with_those_of(audited, remedies, &copies, facts);
        }
        remedies.sort_by(|one, other| (one.id.len(), &one.id).cmp(&(other.id.len(), &other.id)));
        let beside = audited.map(|audited| report::beside(audited, how.everything));
        let recorded = facts.recorded_gaps().chain(gaps);
        let mut report = Sums::new(&remedies, how.reading).of(
            copies.iter().map(Told::summed),
            beside.into_iter().flatten(),
            recorded,
            facts.collected_at(),
        );
        report.as_of(facts.assumed_at().map(Timestamp::as_str));
        report.remedies = remedies;
        report.raised.clone_from(how.raised);
        report.only = how.only.to_vec();
        report.names = Names::of(&report.causes, facts);
        if let Some(audited) = audited {
            report = report.audited(audited, facts, how.everything);
        }
        Self {
            facts,
            copies,
            only: how.only,
            counting: how.counting,
            everything: how.everything,
            places: Places::new(),
            report,
            is_cut,
        }
    }

    /// Compares the copies with what they were before a change. Gives how many it does what to, and which are no longer made, with
    /// their former verdicts.
    pub(super) fn judge(
        &mut self,
        before: &Before,
        places: Places,
    ) -> (Changes, BTreeMap<String, Verdict>) {
        let mut changes = Changes::default();
        let compared = {
            let ids: Vec<&str> = self.copies.iter().map(|copy| copy.asked.id()).collect();
            before.compare(&ids, |place| {
                let copy = self.copies.get(place);
                copy.map(|copy| copy.standing(self.counting))
            })
        };
        for (copy, (change, was)) in self.copies.iter_mut().zip(compared.changes) {
            copy.change = Some((change, was.map(|was| was.verdict)));
            let found = copy.found.iter();
            let stood = found
                .filter(|(check, found)| was.is_some_and(|was| was.stood(check.id, found.status)));
            copy.stood = stood.map(|(check, _)| check.id).collect();
            changes.add(change);
        }
        for remedy in &mut self.report.remedies {
            // A rule is named by its plan.
            let plan = remedy.subject.split_once('/').map(|(plan, _)| plan);
            let of_plan = || plan.and_then(|plan| places.get(plan));
            if let Some(all) = places.get(&remedy.subject).or_else(of_plan) {
                report::into_source(remedy, all);
            }
        }
        self.places = places;
        self.locate_audited();
        (changes, compared.removed)
    }

    /// Of the resources that left their account before a change: those that no longer do.
    pub(super) fn lose(&mut self, left: &BTreeSet<Arn>) {
        let Some(coverage) = &mut self.report.coverage else {
            return;
        };
        let stays = self.report.resources.iter();
        let stays = stays.filter(|resource| resource.leaves == LeavesAccount::No);
        let lost = stays.filter(|resource| left.contains(&resource.resource));
        coverage.lost = lost.map(|resource| resource.resource.clone()).collect();
    }

    /// The report as JSON lines: the copies one by one, as soon as they are told.
    ///
    /// # Errors
    /// The first one that `take` gives.
    pub(super) fn lines<E>(&self, mut take: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        self.tell(ndjson_copy, |copies| take(&copies.concat()))?;
        let mut done = Ok(());
        ndjson_tail(&self.report, |line| {
            if done.is_ok() {
                done = take(&line);
            }
        });
        done
    }

    /// The report as one JSON object, written piece by piece.
    ///
    /// # Errors
    /// The first one that `take` gives.
    pub(super) fn json<E>(&self, mut take: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        take(&json_head(&self.report))?;
        let mut none = true;
        self.tell(
            |copy| json_copy(copy, false),
            |copies| {
                let text = copies.concat();
                let text = if none {
                    text.trim_start_matches(',')
                } else {
                    &text
                };
                none = none && text.is_empty();
                take(text)
            },
        )?;
        let mut done = Ok(());
        json_tail(&self.report, none, |more| {
            if done.is_ok() {
                done = take(more);
            }
        });
        done
    }

    /// The report with the copies that a table shows: all of them, or the first of each verdict, and those that causes name.
    pub(super) fn for_table(&mut self) -> &Report {
        let copies = self.copies_of_a_table();
        self.report.copies = copies;
        &self.report
    }

    fn copies_of_a_table(&self) -> Vec<CopyReport> {
        let mut copies = Vec::new();
        let mut named: Vec<&str> = Vec::new();
        for cause in &self.report.causes {
            if named.len() < SHOWN * 3 {
                named.extend(cause.examples.iter().map(String::as_str));
            }
        }
        let mut shown = [0_usize; 3];
        let links = self.links();
        for copy in &self.copies {
            let [feasible, blocked, undecided] = &mut shown;
            let count = match copy.verdict {
                Verdict::Feasible => feasible,
                Verdict::Blocked => blocked,
                Verdict::Undecided => undecided,
            };
            count.one_more();
            let is_changed = copy
                .change
                .is_some_and(|(change, _)| change != Change::Same);
            if self.everything || is_changed || *count <= SHOWN || named.contains(&copy.asked.id())
            {
                copies.push(copy.report(self.facts, &links));
            }
        }
        copies
    }

    /// The report with so many copies at most of those of which something is to be told: the worst are taken, in the order of
    /// the report.
    pub(super) fn worst(&mut self, most: usize) -> &Report {
        let mut chosen: Vec<(u8, usize)> = self
            .copies
            .iter()
            .enumerate()
            .filter(|(_, copy)| self.is_wanted(copy.verdict))
            .filter_map(|(at, copy)| Some((self.urgency(copy)?, at)))
            .collect();
        chosen.sort_unstable();
        chosen.truncate(most);
        chosen.sort_unstable_by_key(|(_, at)| *at);
        let links = self.links();
        let chosen = chosen.iter().filter_map(|(_, at)| self.copies.get(*at));
        let copies = chosen.map(|copy| copy.report(self.facts, &links)).collect();
        self.report.copies = copies;
        &self.report
    }

    /// How much a copy has to be told of: 0 most, `None` not at all.
    fn urgency(&self, copy: &Told<'_>) -> Option<u8> {
        let change = copy.change.map(|(change, _)| change);
        let counts = self.report.counts_all || change.is_none_or(Change::counts);
        match (copy.verdict, counts) {
            (Verdict::Blocked, true) => Some(0),
            (Verdict::Undecided, true) => Some(1),
            (Verdict::Blocked, false) => Some(2),
            (Verdict::Undecided, false) => Some(3),
            (Verdict::Feasible, _) if change.is_some_and(|change| change != Change::Same) => {
                Some(4)
            }
            (Verdict::Feasible, _) => copy
                .found
                .iter()
                .any(|(_, found)| is_finding(found.status))
                .then_some(5),
        }
    }

    /// What is made of every copy that is told, in the order of the report.
    pub(super) fn each<R: Send>(
        &self,
        of: impl Fn(&CopyReport) -> R + Sync,
        mut take: impl FnMut(R),
    ) {
        let Ok(()) = self.tell(of, |all| {
            all.into_iter().for_each(&mut take);
            Ok::<(), Infallible>(())
        });
    }

    fn is_wanted(&self, verdict: Verdict) -> bool {
        self.only.is_empty() || self.only.contains(&verdict)
    }

    fn links(&self) -> Links<'_> {
        self.report.links(self.everything).with_places(&self.places)
    }

    /// Tells the copies one by one, in the order of the report: `say` puts one into words, and `take` gets the words of
    /// several.
    fn tell<R: Send, E>(
        &self,
        say: impl Fn(&CopyReport) -> R + Sync,
        take: impl FnMut(Vec<R>) -> Result<(), E>,
    ) -> Result<(), E> {
        let links = self.links();
        in_order(
            &self.copies,
            || self.facts.clone(),
            |facts, piece| {
                let wanted = piece.iter().filter(|copy| self.is_wanted(copy.verdict));
                wanted
                    .map(|copy| say(&copy.report(facts, &links)))
                    .collect()
            },
            take,
        )
    }
}

impl Told<'_> {
    /// As much as its resource asks of it; `None` where that is not known.
    fn copy_of(&self) -> Option<CopyOf<'_>> {
        let that = |status| {
            let found = self.found.iter();
            found.filter(move |(_, found)| found.status == status)
        };
        let failing = that(Status::Fail);
        let mut waits = that(Status::Undecided).filter(|(check, _)| check.may_fail == MayFail::Yes);
        Some(CopyOf {
            id: self.asked.id(),
            resource: self.place.resource.as_ref()?,
            from: (self.place.account, self.place.region.as_ref()),
            vault: self.asked.destination_vault(),
            verdict: self.verdict,
            failing: failing.map(|(check, _)| check.id).collect(),
            waits: waits.next().map(|(_, found)| &**found),
            plan: self.asked.plan(),
            assumes: !self.assumptions.is_empty(),
        })
    }

    fn summed(&self) -> Summed<'_> {
        Summed {
            id: self.asked.id(),
            verdict: self.verdict,
            found: &self.found,
            resource: self.place.resource.as_ref(),
            recovery_point: self.asked.recovery_point(),
            assumptions: &self.assumptions,
            with_remedies: self.with_remedies,
        }
    }

    fn report(&self, facts: &Facts<'_>, links: &Links<'_>) -> CopyReport {
        let copy = self.asked.copy(facts);
        let mut told = CopyReport::of(&copy, self.verdict, &self.found, links, facts);
        told.verdict_with_remedies = self.with_remedies;
        for check in &mut told.checks {
            let mut waived = self.waived.iter().filter(|(of, _)| *of == check.id());
            check.waived = waived.next().map(|(_, waived)| waived.clone());
            check.stood_before = self.stood.contains(&check.id());
        }
        if let Some((change, was)) = self.change {
            told.change = Some(change);
            told.was = was;
        }
        told.located(&copy, links)
    }

    fn standing(&self, raised: &BTreeSet<&str>) -> Standing {
        let found = self.found.iter();
        Standing {
            verdict: self.verdict,
            failing: found
                .flat_map(|(check, found)| marks(check.id, found.status, raised))
                .collect(),
            open: opens(self.found.iter().map(|(check, of)| (*check, of.status))),
            of: [
                what(self.place.resource.as_ref(), self.asked.recovery_point()),
                Some(self.asked.destination_vault().clone()),
            ],
            by: self
                .asked
                .planned()
                .and_then(|one| one.plan.as_ref())
                .map(made_by),
        }
    }
}

/// What an audit finds before a change.
pub(super) fn audited_before(
    copies: Vec<Asked<'_>>,
    plans: &[Plan],
    facts: &Facts<'_>,
    how: How<'_>,
) -> Audited {
    let (copies, _) = decided(copies, facts, how);
    let out = copies.iter().filter_map(Told::copy_of);
    checks::audit(plans, facts).with_resources(plans, out, facts, None)
}

/// The copies before a change: what each came to; and the resources that a copy took out of their account for certain.
///
/// The warnings of `raised` checks are errors.
pub(super) fn before(
    copies: &[Asked<'_>],
    facts: &Facts<'_>,
    raised: &BTreeSet<&str>,
) -> (Before, BTreeSet<Arn>) {
    let mut all: Vec<(String, Standing)> = Vec::with_capacity(copies.len());
    let mut left: BTreeSet<Arn> = BTreeSet::new();
    let Ok(()) = in_order(
        copies,
        || facts.clone(),
        |facts, piece| -> Vec<(String, Standing, Option<Arn>)> {
            let each = piece
                .iter()
                .map(|copy| (copy, decide(copy.copy(facts), facts)));
            each.map(|(asked, decided)| {
                let standing = Standing::of(&decided, raised);
                let out = taken_out(&decided).filter(|_| asked.is_certain());
                (decided.copy.id.to_string(), standing, out)
            })
            .collect()
        },
        |piece| {
            for (id, standing, out) in piece {
                all.push((id, standing));
                left.extend(out);
            }
            Ok::<(), Infallible>(())
        },
    );
    (Before::of(all), left)
}

/// The resource that a copy takes out of its account.
fn taken_out(decided: &Decided) -> Option<Arn> {
    let copy = &decided.copy;
    let from = copy.endpoints().source_account().known()?;
    let is_out = decided.verdict == Verdict::Feasible
        && copy.endpoints().destination_vault.account() != Some(from);
    let resource = copy.resource.as_ref().known()?.as_ref();
    resource.filter(|_| is_out).cloned()
}

/// A copy that a change no longer makes, with its verdict before.
pub(super) fn removed(copy: &Asked<'_>, verdict: Verdict, facts: &Facts<'_>) -> CopyReport {
    let gaps = report::Gaps::default();
    let links = Links::new(&[], &gaps, false);
    let mut told = CopyReport::of(&copy.copy(facts), verdict, &[], &links, facts);
    told.change = Some(Change::Removed);
    told.was = Some(verdict);
    told
}

/// Decides the copies, and puts them in the order of the report. Those that fail are in the order of their ids.
fn decided<'a>(
    copies: Vec<Asked<'a>>,
    facts: &Facts<'_>,
    how: How<'_>,
) -> (Vec<Told<'a>>, Vec<Failing>) {
    let mut kept: Vec<Kept> = Vec::with_capacity(copies.len());
    let mut failing: Vec<Failing> = Vec::new();
    // Stopped, it goes on with those that are decided.
    let _ = in_order(
        &copies,
        || facts.clone(),
        |facts, piece| -> Vec<(Kept, Option<Failing>)> {
            let each = piece.iter().map(|copy| decide(copy.copy(facts), facts));
            let mut alike = Alike::default();
            each.map(|decided| {
                let failing = Failing::of(&decided, &mut alike);
                (Kept::of(&decided, how), failing)
            })
            .collect()
        },
        |piece| {
            for (one, fails) in piece {
                kept.push(one);
                failing.extend(fails);
            }
            stop::asked().map_or(Ok(()), Err)
        },
    );
    failing.shrink_to_fit();
    failing.sort_by(|one, other| one.copy.id.cmp(&other.copy.id));
    let told = copies.into_iter().zip(kept).map(|(asked, kept)| Told {
        asked,
        place: kept.place,
        verdict: kept.verdict,
        with_remedies: None,
        change: None,
        stood: Box::default(),
        found: kept.found,
        waived: Box::default(),
        assumptions: kept.assumptions,
    });
    let mut told: Vec<Told<'a>> = told.collect();
    told.sort_by(|one, other| (&one.place, one.asked.id()).cmp(&(&other.place, other.asked.id())));
    (told, failing)
}

/// What is kept of a decided copy.
struct Kept {
    place: Place,
    verdict: Verdict,
    found: Box<[FoundBy]>,
    assumptions: Box<[String]>,
}

impl Kept {
    fn of(decided: &Decided, how: How<'_>) -> Self {
        let told = decided.outcomes.iter().filter(|(check, outcome)| {
            (how.everything || is_finding(outcome.status)) && !is_off(how.off, check, outcome)
        });
        Self {
            place: Place::of(&decided.copy),
            verdict: decided.verdict,
            found: told.cloned().collect(),
            assumptions: decided.copy.assumptions.iter().cloned().collect(),
        }
    }
}

/// Whether an outcome is a warning that is not told, or would be one if more were known.
pub(super) fn is_off(off: &BTreeSet<&str>, check: &Check, outcome: &Outcome) -> bool {
    let only_warns = check.may_fail == MayFail::OnlyWarns && outcome.status == Status::Undecided;
    (outcome.status == Status::Warn || only_warns) && off.contains(check.id)
}

/// The remedies of copies, and those of vaults and plans.
fn with_those_of(
    audited: &Audited,
    remedies: Vec<Remedy>,
    copies: &[Told<'_>],
    facts: &Facts<'_>,
) -> Vec<Remedy> {
    let mut into: HashMap<&Arn, Vec<&Asked<'_>>> = HashMap::default();
    for copy in copies {
        let vault = copy.asked.destination_vault();
        into.entry(vault).or_default().push(&copy.asked);
    }
    let into = |vault: &Arn| -> Vec<Copy> {
        let copies = into.get(vault).into_iter().flatten();
        copies.map(|copy| copy.copy(facts)).collect()
    };
    with_audited(remedies, audited, into, facts)
}
