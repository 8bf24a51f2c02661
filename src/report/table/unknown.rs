//! What is not known, by its cause: how much waits for it, and the one thing that settles it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::checks::{self, MayFail};
use crate::known::{Gap, HashMap, HashSet};
use crate::report::Report;
use crate::report::causes::Waiting;
use crate::report::reason::Reason;
use crate::report::same_cause::SameCause;
use crate::report::settle::{Step, step};
use crate::verdict::Status;

use super::sheet::{Paint, Sheet};
use super::words;

/// The causes that are shown without being asked for.
const SHOWN: usize = 5;
/// The accounts that are named besides the one that a step is told for.
const OTHERS: usize = 3;
/// The reasons why there may be other copies.
const REASONS: usize = 3;

/// Something that is not known, and what waits for it.
struct Unknown<'a> {
    word: &'static str,
    says: String,
    checks: BTreeSet<&'static str>,
    copies: usize,
    waiting: Waiting,
    gap: Option<&'a Gap>,
    gaps: usize,
    accounts: BTreeSet<&'a str>,
    regions: BTreeSet<&'a str>,
}

impl Unknown<'_> {
    /// Whether no check that waits for it can do more than warn.
    fn may_only_warn(&self) -> bool {
        let mut checks = self.checks.iter().map(|id| checks::find(id));
        checks.all(|check| check.is_some_and(|check| check.may_fail == MayFail::OnlyWarns))
    }

    /// Whether all that waits for it is blocked, and of one copy stays decided whatever it is.
    fn decides_nothing(&self, report: &Report) -> bool {
        let stays = self.waiting.undecided == 0 || report.summary.copies > 1;
        stays && self.waiting.blocked >= self.copies
    }

    /// Counts what becomes of the copies that wait for the same.
    fn waits_with(&mut self, copies: usize, waiting: Waiting) {
        if copies > self.copies {
            (self.copies, self.waiting.blocked) = (copies, waiting.blocked);
        }
        self.waiting.undecided = self.waiting.undecided.max(waiting.undecided);
    }

    /// What the same step is taken for besides, as it is told for one gap.
    fn more(&self, gap: &Gap, step: &Step) -> String {
        let others = others(gap, &self.accounts);
        match self.gaps.saturating_sub(1) {
            0 => String::new(),
            _ if others.is_empty() && step.reads_all() => String::new(),
            more if more == others.len() || step.reads_all() => same_of(&others),
            more => format!("; {more} more like it"),
        }
    }
}

/// The accounts of several gaps but that of one.
pub fn others(gap: &Gap, accounts: &BTreeSet<&str>) -> Vec<String> {
    let others = accounts.iter().copied();
    let others = others.filter(|id| gap.account.as_deref() != Some(id));
    others.map(str::to_owned).collect()
}

/// That the same is to be done in other accounts.
pub fn same_of(others: &[String]) -> String {
    match others {
        [] => String::new(),
        _ => format!("; the same of {}", words::few(others, OTHERS)),
    }
}

/// The unknowns: what is missing in many accounts is one, and so is all that one step settles.
fn unknowns(report: &Report) -> Vec<Unknown<'_>> {
    let mut all: Vec<Unknown<'_>> = Vec::new();
    let mut places: HashMap<SameCause, usize> = HashMap::default();
    let undecided = report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Undecided);
    for cause in undecided {
        let gap = cause.gap.as_ref();
        let account = gap.and_then(|gap| gap.account.as_deref());
        let all_gaps = report.gaps.of_ids(&cause.gaps);
        let regions = all_gaps.filter_map(|gap| gap.region.as_deref());
        let same = gap.map(|gap| SameCause::of(gap, &report.reading));
        let same = same.filter(|_| {
            gap.is_some_and(|gap| Reason::of(gap, &report.reading).is_settled_at_once())
        });
        let anywhere = cause.anywhere.as_ref().filter(|_| same.is_none());
        let key = same.as_ref().or(anywhere.map(|anywhere| &anywhere.cause));
        if let Some(other) = key.and_then(|key| all.get_mut(*places.get(key)?)) {
            other.checks.extend(&cause.checks);
            other.accounts.extend(account);
            other.regions.extend(regions);
            match anywhere {
                Some(anywhere) => {
                    (other.copies, other.waiting) = (anywhere.copies, anywhere.waiting);
                    other.gaps = other.gaps.saturating_add(cause.gaps.len());
                    other.says = anywhere.cause.says_in(other.accounts.len());
                }
                None => other.waits_with(cause.copies, cause.waiting),
            }
            continue;
        }
        if let Some(key) = key {
            places.insert(key.clone(), all.len());
        }
        let (word, says) = match &same {
            Some(same) => (same.word(), same.says(None)),
            None => (cause.missing.unwrap_or(cause.check), cause.message.clone()),
        };
        all.push(Unknown {
            word,
            says,
            checks: cause.checks.iter().copied().collect(),
            copies: cause.copies,
            waiting: cause.waiting,
            gap,
            gaps: if same.is_some() { 1 } else { cause.gaps.len() },
            accounts: account.into_iter().collect(),
            regions: regions.collect(),
        });
    }
    // The causes of one thing were further down, each by itself.
    all.sort_by_key(|unknown| Reverse(unknown.copies));
    all
}

/// What leaves open whether there are other copies, where the exit code says so.
fn open(sheet: &mut Sheet, report: &Report, verbose: bool) {
    if !report.is_open() {
        return;
    }
    // What copies wait for is told with them.
    let causes = || report.causes.iter().filter_map(|cause| cause.gap.as_ref());
    let open = report.open.iter();
    let open: Vec<&Gap> = open.filter(|gap| !causes().any(|of| of == *gap)).collect();
    if open.is_empty() {
        return;
    }
    sheet.gap();
    // What settles several is said once.
    let mut said: HashSet<Step> = HashSet::default();
    let steps = open.into_iter().map(|gap| step(gap, &[], &report.reading));
    let steps: Vec<Step> = steps.filter(|step| said.insert(step.clone())).collect();
    let shown = if verbose { steps.len() } else { REASONS };
    let text = "there may be more copies, or these may be decided differently";
    sheet.item(0, ("undecided[incomplete facts]:", Paint::Unsure), text);
    for step in steps.iter().take(shown) {
        sheet.step("settle:", step, "");
    }
    let rest = steps.len().saturating_sub(shown);
    if rest > 0 {
        let text = format!("{} more (-v shows all)", words::count(rest, "reason"));
        sheet.item(2, ("…", Paint::Quiet), &text);
    }
}

/// The unknowns, the one of most copies last. Those that decide nothing are counted alone.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    open(sheet, report, verbose);
    let all = unknowns(report).into_iter();
    let (idle, all): (Vec<Unknown<'_>>, Vec<Unknown<'_>>) =
        all.partition(|unknown| !verbose && unknown.decides_nothing(report));
    if !idle.is_empty() || !all.is_empty() {
        sheet.gap();
    }
    if !idle.is_empty() {
        let checks: BTreeSet<&str> = idle
            .iter()
            .flat_map(|of| of.checks.iter().copied())
            .collect();
        let checks: Vec<&str> = checks.into_iter().collect();
        let decide = if idle.len() == 1 { "decides" } else { "decide" };
        let text = format!(
            "{} {decide} nothing yet, as what waits is blocked anyway (-v shows all): {}",
            words::count(idle.len(), "unknown"),
            checks.join(", ")
        );
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
    let shown = if verbose { all.len() } else { SHOWN };
    let rest = all.len().saturating_sub(shown);
    let shown: Vec<&Unknown<'_>> = all.iter().take(shown).collect();
    for unknown in shown.into_iter().rev() {
        one(sheet, report, unknown);
    }
    if rest > 0 {
        let text = format!("{} more (-v shows all)", words::count(rest, "unknown"));
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
}

fn one(sheet: &mut Sheet, report: &Report, unknown: &Unknown<'_>) {
    let warns = unknown.may_only_warn();
    let lead = if warns {
        format!("{}:", unknown.word)
    } else {
        format!("undecided[{}]:", unknown.word)
    };
    let paint = if warns { Paint::Quiet } else { Paint::Unsure };
    let checks: Vec<&str> = unknown.checks.iter().copied().collect();
    let (one, many) = if warns {
        ("could only warn", "could only warn")
    } else {
        ("waits for it", "wait for it")
    };
    let checks = match checks.as_slice() {
        [check] => format!("{check} {one}"),
        [check, other] => format!("{check} and {other} {many}"),
        all => format!("{} checks {many}", all.len()),
    };
    let of = if report.summary.copies > 1 {
        let blocked = match unknown.waiting.blocked {
            _ if warns => String::new(),
            0 => String::new(),
            1 => ", of which 1 is blocked anyway".to_owned(),
            more => format!(", of which {more} are blocked anyway"),
        };
        format!(" in {}{blocked}", words::copies(unknown.copies))
    } else {
        String::new()
    };
    sheet.item(
        0,
        (&lead, paint),
        &format!("{}: {checks}{of}", unknown.says),
    );
    if let Some(gap) = unknown.gap {
        let regions: Vec<&str> = unknown.regions.iter().copied().collect();
        let step = step(gap, &regions, &report.reading);
        let more = unknown.more(gap, &step);
        // What is said once already is not said again: what it is about is.
        match step.words.strip_prefix(&*unknown.says) {
            Some(about) => {
                let about = about_it(about);
                if !about.is_empty() {
                    sheet.item(2, ("of:", Paint::Quiet), &format!("{about}{more}"));
                }
            }
            None => sheet.step("settle:", &step, &more),
        }
    }
}

/// What stands in brackets after what is said, and what follows.
fn about_it(after: &str) -> String {
    let after = after.trim();
    match after.strip_prefix('(').and_then(|of| of.split_once("): ")) {
        Some((of, step)) => format!("{of}; {step}"),
        None => after.trim_matches([' ', '(', ')']).to_owned(),
    }
}
