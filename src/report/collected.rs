//! What was not read, for who reads AWS into a file: by cause, with what settles it.

use std::collections::BTreeMap;

use crate::known::Gap;

use super::reading::Reading;
use super::same_cause::SameCause;
use super::settle::step;
use super::table::Options;
use super::table::sheet::{Paint, Sheet};

/// The causes that are shown without being asked for.
const SHOWN: usize = 5;

/// From so many calls that were denied on, the policy that lets all be read is named.
const MANY_DENIED: usize = 3;

/// The gaps of an inventory that was just read, by their causes, most first; nothing where there are none.
#[must_use]
pub fn gaps_by_cause(gaps: impl IntoIterator<Item = Gap>, options: &Options) -> String {
    let reading = Reading {
        live: true,
        ..Reading::default()
    };
    let mut sheet = options.sheet();
    by_cause(&mut sheet, gaps, &reading, options.verbose);
    sheet.finish()
}

/// The same on a sheet.
pub(super) fn by_cause(
    sheet: &mut Sheet,
    gaps: impl IntoIterator<Item = Gap>,
    reading: &Reading,
    verbose: bool,
) {
    let mut by: BTreeMap<SameCause, Vec<Gap>> = BTreeMap::new();
    for gap in gaps {
        by.entry(SameCause::of(&gap, reading))
            .or_default()
            .push(gap);
    }
    let mut all: Vec<(SameCause, Vec<Gap>)> = by.into_iter().collect();
    all.sort_by(|(one, first), (other, second)| (second.len(), one).cmp(&(first.len(), other)));
    let shown = if verbose { all.len() } else { SHOWN };
    for (cause, gaps) in all.iter().take(shown) {
        let [first, rest @ ..] = gaps.as_slice() else {
            continue;
        };
        let subject = rest.is_empty().then_some(&*first.subject);
        let lead = format!("gap[{}]:", cause.word());
        let more = match rest.len() {
            0 => String::new(),
            more => format!("; {more} more like it"),
        };
        sheet.item(0, (&lead, Paint::Unsure), &cause.says(subject));
        sheet.step("settle:", &step(first, &[], reading), &more);
    }
    let denied = all.iter().filter(|(cause, _)| cause.is_denied()).count();
    if denied >= MANY_DENIED {
        let text = format!(
            "{denied} calls were denied; the policy that lets all be read: backup-preflight permissions"
        );
        sheet.item(0, ("settle:", Paint::Quiet), &text);
    }
    let rest = all.len().saturating_sub(shown);
    if rest > 0 {
        let text = format!("{rest} more causes (-v and the file show all)");
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::calls::api_call;
    use crate::known::AccountId;

    #[test]
    fn gaps_of_one_cause_are_told_once() {
        let gap = |key: &str| {
            Gap::call(api_call!("kms:GetKeyPolicy"), key)
                .within(AccountId::parse("222233334444").ok(), None)
                .answered("AccessDeniedException")
        };
        let options = Options {
            width: None,
            ..Options::default()
        };
        let text = gaps_by_cause([gap("k1"), gap("k2")], &options);
        assert_eq!(
            text,
            "gap[denied]: kms:GetKeyPolicy was denied in 222233334444 (AccessDeniedException)\n  \
             settle: give the role that reads 222233334444 kms:GetKeyPolicy on k1; 1 more like it\n"
        );
        assert_eq!(gaps_by_cause([], &options), "");
    }

    #[test]
    fn what_helps_a_call_without_an_answer_is_told_by_why_it_has_none() {
        for (error, what, mend) in [
            ("ThrottlingException", "was throttled", "--concurrency 2"),
            (
                "InternalFailure",
                "failed within AWS",
                "wait, and run it again",
            ),
            ("Timeout", "has no answer", "longer --timeout"),
            (
                "Deadline",
                "the time limit was reached",
                "longer --deadline",
            ),
            ("ConnectionRefused", "has no answer", "HTTPS_PROXY"),
        ] {
            let gap = Gap::call(api_call!("kms:GetKeyPolicy"), "key").answered(error);
            let told = gaps_by_cause([gap], &Options::default());
            for word in [what, mend] {
                assert!(told.contains(word), "{word} in {told}");
            }
            let longer = told.contains("longer --timeout");
            assert_eq!(longer, error == "Timeout", "{told}");
        }
    }

    #[test]
    fn many_calls_that_were_denied_are_settled_by_one_policy() {
        let denied = |call| Gap::call(call, "111122223333").answered("AccessDeniedException");
        let calls = [
            api_call!("backup:ListBackupPlans"),
            api_call!("backup:ListBackupVaults"),
            api_call!("kms:ListAliases"),
        ];
        let told = |calls: &[_]| {
            let gaps = calls.iter().copied().map(denied);
            gaps_by_cause(gaps, &Options::default())
        };
        let policy = "backup-preflight permissions";
        assert!(told(&calls).contains(policy));
        let [first, ..] = calls;
        assert!(!told(&[first]).contains(policy));
    }
}
