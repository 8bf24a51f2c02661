//! What blocks the copies, where it is much: a row for each cause, or for each check.

use std::borrow::{Borrow, Cow};
use std::cmp::Reverse;
use std::collections::HashMap;

use crate::known::Arn;
use crate::quote::terminal;
use crate::remedy::{Remedy, RemedyKind};
use crate::report::links::by_number;
use crate::report::remedy::kind;
use crate::report::ways::{Choice, FixWay, choices};
use crate::report::{Cause, Report};

use super::sheet::{Paint, Sheet, columns};
use super::told::told;
use super::words;

/// The rows that are shown without being asked for.
const ROWS: usize = 10;
/// The same where a row takes two lines.
const FEW_ROWS: usize = 7;
/// In so many columns a row takes one line, most often.
const ROOMY: usize = 100;

/// A row a cause, most copies first; a row a check where there are more causes than rows.
pub fn rows(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let all = told(report, verbose);
    if all.is_empty() {
        return;
    }
    let most = if verbose {
        usize::MAX
    } else if sheet.width() < ROOMY {
        FEW_ROWS
    } else {
        ROWS
    };
    let groups = if all.len() > most {
        by_check(&all)
    } else {
        all.iter().map(|cause| vec![&**cause]).collect()
    };
    let remedies = by_id(report);
    let shown = groups.iter().take(most);
    let mut rows: Vec<[String; 4]> =
        vec![["check", "copies", "cause", "fixed by"].map(str::to_owned)];
    rows.extend(shown.clone().map(|causes| {
        row(report, causes, &remedies).map(|cell| terminal::line(&sheet.named(&cell)).into_owned())
    }));
    let mut steps: Vec<Option<String>> = vec![None];
    steps.extend(shown.map(|causes| step(causes)));
    let widths: [usize; 4] = std::array::from_fn(|at| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| columns(cell)).max().unwrap_or_default()
    });
    let [first, second, third, _] = widths;
    let width = sheet.width();
    let room = |parts: &[usize]| {
        let gaps = parts.len().saturating_sub(1).saturating_mul(2);
        parts.iter().sum::<usize>().saturating_add(gaps) <= width
    };
    let fits = room(&widths);
    let fits_alone = |fixed: &str| room(&[first, second, columns(fixed)]);
    let padded = |cell: &str, width: usize| {
        let pad = " ".repeat(width.saturating_sub(columns(cell)));
        format!("{cell}{pad}")
    };
    sheet.gap();
    let lines = rows.into_iter().zip(steps);
    for (number, ([check, copies, cause, fixed], step)) in lines.enumerate() {
        let paint = match number {
            0 => Paint::Quiet,
            _ if check.ends_with(WAIVED) => Paint::Unsure,
            _ => Paint::Bad,
        };
        let (after, own): (String, &[&str]) = if fits {
            (format!("{}  {fixed}", padded(&cause, third)), &[])
        } else if fits_alone(&fixed) {
            (fixed, &[&cause])
        } else {
            (String::new(), &[&cause, &fixed])
        };
        let line = format!("{}  {copies}  {after}", padded(&check, first));
        sheet.parts(line.trim_end(), &[(check, paint)]);
        for part in own.iter().filter(|_| number > 0) {
            sheet.text(2, part);
        }
        if let Some(step) = step {
            sheet.item(2, ("by hand:", Paint::Quiet), &step);
        }
    }
    let rest: Vec<&Cause> = groups.iter().skip(most).flatten().copied().collect();
    more(sheet, "cause", &rest);
}

/// A row a check, most copies first, where there are more causes than a screen has rows.
pub fn causes_by_check(report: &Report) -> Vec<[String; 4]> {
    let all = told(report, true);
    if all.len() <= ROWS {
        return Vec::new();
    }
    let remedies = by_id(report);
    let groups = by_check(&all).into_iter();
    groups
        .map(|causes| row(report, &causes, &remedies))
        .collect()
}

/// The changes by their ids.
pub fn by_id(report: &Report) -> HashMap<&str, &Remedy> {
    let remedies = report.remedies.iter();
    remedies.map(|remedy| (&*remedy.id, remedy)).collect()
}

/// What stands behind a check that is waived of all copies.
const WAIVED: &str = " (waived)";

/// The causes of each check, the check of most copies first; those that are waived apart.
fn by_check<'c>(causes: &'c [Cow<'_, Cause>]) -> Vec<Vec<&'c Cause>> {
    let mut groups: Vec<Vec<&Cause>> = Vec::new();
    let mut places: HashMap<(&str, bool), usize> = HashMap::new();
    for cause in causes {
        let place = *places
            .entry((cause.check, cause.is_waived()))
            .or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(cause),
            None => groups.push(vec![cause]),
        }
    }
    let is_waived = |group: &[&Cause]| group.first().is_some_and(|cause| cause.is_waived());
    groups.sort_by_key(|group| (is_waived(group), Reverse(copies_of(group))));
    groups
}

/// How many copies some causes of one check stop: a check has one cause in a copy.
fn copies_of(causes: &[&Cause]) -> usize {
    causes.iter().map(|cause| cause.copies).sum()
}

/// The row of a cause, or of all causes of a check.
fn row(report: &Report, causes: &[&Cause], remedies: &HashMap<&str, &Remedy>) -> [String; 4] {
    let Some(first) = causes.first() else {
        return Default::default();
    };
    let waived = if first.is_waived() { WAIVED } else { "" };
    let mut ids: Vec<String> = causes
        .iter()
        .flat_map(|cause| cause.remedies.iter().cloned())
        .collect();
    ids.sort_by(|one, other| by_number(one, other));
    ids.dedup();
    let by_hand = causes.iter().filter(|cause| step_of(cause).is_some());
    let fixed = match (causes, by_hand.count()) {
        (_, 1..) if ids.is_empty() => "by hand".to_owned(),
        ([_], _) => fixed_by(&ids, remedies),
        _ if ids.is_empty() => "-".to_owned(),
        (_, 0) => fixed_in_short(&ids, remedies),
        (_, more) => format!("{}; {more} by hand", fixed_in_short(&ids, remedies)),
    };
    let at = match causes {
        [one] => at_fault(report, one),
        several => things(report, several),
    };
    [
        format!("{}{waived}", first.check),
        format!("{:>6}", copies_of(causes)),
        at,
        fixed,
    ]
}

/// What somebody does by hand against a cause.
fn step_of(cause: &Cause) -> Option<&str> {
    let (_, (_, found)) = cause.first.as_ref()?;
    found.step().map(|(_, step)| step)
}

/// What somebody does by hand against some causes: the first of them, and how many there are besides.
fn step(causes: &[&Cause]) -> Option<String> {
    let mut steps: Vec<&str> = causes.iter().filter_map(|cause| step_of(cause)).collect();
    steps.sort_unstable();
    steps.dedup();
    let (first, rest) = steps.split_first()?;
    let more = match rest.len() {
        0 => String::new(),
        more => format!("; {more} more like it"),
    };
    Some(format!("{first}{more}"))
}

/// The things at fault of several causes: `29 roles: a, b and 27 more`.
fn things(report: &Report, causes: &[&Cause]) -> String {
    let subjects = causes.iter().filter_map(|cause| cause.subject.as_deref());
    let arns: Vec<Arn> = subjects.filter_map(|text| Arn::parse(text).ok()).collect();
    let mut kinds: Vec<&str> = arns.iter().map(words::what).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let number = causes.len();
    let of = match kinds.as_slice() {
        ["policy"] if arns.len() == number => format!("{number} policies"),
        [one] if *one != "on" && arns.len() == number => format!("{number} {one}s"),
        _ => return words::count(number, "cause"),
    };
    let mut names: Vec<String> = Vec::new();
    for arn in &arns {
        let name = report.names.name(arn);
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    format!("{of}: {}", words::few(&names, 2))
}

/// The thing at fault, with the values that are; else what is wrong.
fn at_fault(report: &Report, cause: &Cause) -> String {
    let Some(subject) = &cause.subject else {
        return short(&cause.message);
    };
    let thing = words::thing(subject, &report.names);
    let values = values(report, cause, subject);
    match (meant(&cause.message), values.is_empty()) {
        (Some(meant), _) => format!("{thing}: did you mean {meant}?"),
        (None, true) => thing,
        (None, false) => format!("{thing}: {values}"),
    }
}

/// What a message takes for what was meant.
fn meant(message: &str) -> Option<&str> {
    let (_, meant) = message.split_once("did you mean `")?;
    meant.split_once('`').map(|(meant, _)| meant)
}

/// What was seen of a thing, where it is a plain value: `KeyState is Disabled`; of a vault's lock the days of the first copy,
/// and those that it allows.
fn values(report: &Report, cause: &Cause, subject: &str) -> String {
    let Some((id, (_, found))) = &cause.first else {
        return String::new();
    };
    let seen = found.evidence.iter().filter(|seen| seen.subject == subject);
    let seen: Vec<(&str, &str)> = seen
        .filter_map(|seen| {
            let name = seen.pointer.as_deref()?.rsplit('/').next()?;
            Some((name, seen.says.strip_prefix("is ")?))
        })
        .filter(|(_, value)| !value.contains([' ', ':']))
        .collect();
    let of = |wanted: &str| {
        let mut named = seen.iter().filter(|(name, _)| *name == wanted);
        named.next().map(|(_, value)| *value)
    };
    let allowed = match (of("MinRetentionDays"), of("MaxRetentionDays")) {
        (Some(least), Some(most)) => format!("{least}…{most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or fewer"),
        (None, None) => {
            let values = seen.iter().take(2);
            let values: Vec<String> = values
                .map(|(name, value)| format!("{name} is {value}"))
                .collect();
            return values.join(", ");
        }
    };
    let copy = report.copies.iter().find(|copy| copy.id == **id);
    let kept = copy.and_then(|copy| copy.lifecycle.value());
    match kept.and_then(|kept| kept.delete_after_days) {
        Some(days) => format!("{days} days, {allowed}"),
        None => format!("days: {allowed}"),
    }
}

/// The causes that are left out, counted, with their checks.
pub fn more<C: Borrow<Cause>>(sheet: &mut Sheet, noun: &str, rest: &[C]) {
    if rest.is_empty() {
        return;
    }
    let mut checks: Vec<&str> = rest.iter().map(|cause| cause.borrow().check).collect();
    checks.sort_unstable();
    checks.dedup();
    let text = format!(
        "{} more (-v shows all): {}",
        words::count(rest.len(), noun),
        checks.join(", ")
    );
    sheet.item(0, ("…", Paint::Quiet), &text);
}

/// The first clause of a message.
fn short(message: &str) -> String {
    let ends = ["; ", ", ", ": "]
        .into_iter()
        .filter_map(|end| message.find(end));
    let end = ends.min().unwrap_or(message.len());
    message.get(..end).unwrap_or(message).to_owned()
}

/// The changes of these ids, by what they do, all of them; of several ways each.
pub fn fixed_by(ids: &[String], remedies: &HashMap<&str, &Remedy>) -> String {
    let needed = choices(ids.iter().filter_map(|id| remedies.get(&**id).copied()));
    if needed.is_empty() {
        return "-".to_owned();
    }
    let each = needed.iter().map(|choice| match choice.ways.as_slice() {
        [way] => match way.changes.as_slice() {
            [one] => format!("{} {}", one.id, what_it_does(one)),
            many => {
                let ids: Vec<String> = many.iter().map(|remedy| remedy.id.clone()).collect();
                format!("{}: {}", words::few(&ids, 3), done_by(many, what_it_does))
            }
        },
        _ => of_ways(choice, |way| {
            let ends = way.ends();
            let done = done_by(&ends, what_it_does);
            match way.changes.as_slice() {
                [first, _, _, ..] => (
                    format!("{} × {done}", ends.len()),
                    Some(format!("{}, …", first.id)),
                ),
                _ => (format!("{} {done}", way.ids()), None),
            }
        }),
    });
    each.collect::<Vec<_>>().join("; ")
}

/// The same of many, counted.
pub fn fixed_in_short(ids: &[String], remedies: &HashMap<&str, &Remedy>) -> String {
    let needed = choices(ids.iter().filter_map(|id| remedies.get(&**id).copied()));
    let each = needed.iter().map(|choice| match choice.ways.as_slice() {
        [way] => {
            let changes = words::count(way.changes.len(), "change");
            format!("{changes}: {}", done_by(&way.changes, kind_of))
        }
        _ => of_ways(choice, |way| {
            let ends = way.ends();
            let done = done_by(&ends, kind_of);
            (format!("{} × {done}", ends.len()), None)
        }),
    });
    each.collect::<Vec<_>>().join("; ")
}

/// The ways of a choice, each with what is added in brackets, the proven one marked where another is not.
fn of_ways(choice: &Choice<'_>, told: impl Fn(&FixWay<'_>) -> (String, Option<String>)) -> String {
    let is_alike = {
        let mut ways = choice.ways.iter().map(FixWay::is_proven);
        let first = ways.next();
        ways.all(|proven| Some(proven) == first)
    };
    let ways = choice.ways.iter().map(|way| {
        let proven = (way.is_proven() && !is_alike).then(|| "proven".to_owned());
        let (text, added) = told(way);
        let added: Vec<String> = added.into_iter().chain(proven).collect();
        let added = match added.as_slice() {
            [] => String::new(),
            parts => format!(" ({})", parts.join("; ")),
        };
        format!("{text}{}{added}", choice.part(way))
    });
    ways.collect::<Vec<_>>().join(", or ")
}

/// What changes do, in a few words.
fn done_by(changes: &[&Remedy], word: impl Fn(&Remedy) -> String) -> String {
    let mut kinds: Vec<String> = changes.iter().map(|remedy| word(remedy)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    words::few(&kinds, 2)
}

/// `key policy: 2 statements`, `rule offsite: keep 90 days`.
fn what_it_does(remedy: &Remedy) -> String {
    if !remedy.brief.is_empty() {
        return remedy.brief.to_string();
    }
    let kind = kind_of(remedy);
    match (remedy.removed().len(), remedy.added.len()) {
        (0, 0) => kind,
        (0, added) => format!("{kind}: {}", words::count(added, "statement")),
        (changed, _) => format!("{kind}: change {}", words::count(changed, "statement")),
    }
}

/// What sort of change it is: `key policy`.
fn kind_of(remedy: &Remedy) -> String {
    if remedy.kind == RemedyKind::ReEncrypt {
        "re-encrypt".to_owned()
    } else {
        kind(remedy.kind).replace('-', " ")
    }
}
