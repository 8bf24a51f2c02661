//! The generated worlds are worth asking: every verdict comes up often, and every check comes out every way it can.

use std::collections::BTreeMap;

use backup_preflight::checks::{CHECKS, MayFail};
use backup_preflight::verdict::{Status, Verdict};

use super::super::world::{cases, some};
use crate::support::decide;

const WAY_BACK: &str = "no way back is generated here; the tests of ways back have it";

/// What no generated world shows of a check, and why.
const NEVER: &[(&str, Status, &str)] = &[
    (
        "nested-copies-dropped",
        Status::Fail,
        "no composite is generated with the part that holds its template or its cluster's state",
    ),
    (
        "nested-copies-dropped",
        Status::Pass,
        "likewise: without that part nobody knows that all can go along",
    ),
    (
        "reserved-vault",
        Status::Fail,
        "no vault is generated with the name of that of EFS's automatic backups",
    ),
    ("restore-there-may-fail", Status::Pass, WAY_BACK),
    ("restore-there-may-fail", Status::Warn, WAY_BACK),
    ("restore-there-may-fail", Status::Undecided, WAY_BACK),
];

#[test]
fn every_verdict_and_every_outcome_of_a_check_comes_up() {
    let mut verdicts: BTreeMap<Verdict, usize> = BTreeMap::new();
    let mut outcomes: BTreeMap<(&str, Status), usize> = BTreeMap::new();
    let mut all = 0;
    for world in some(u64::from(cases(300))) {
        for found in decide(&world.read()) {
            all += 1;
            *verdicts.entry(found.verdict).or_default() += 1;
            for (check, status) in found.checks {
                *outcomes.entry((check, status)).or_default() += 1;
            }
        }
    }
    for verdict in [Verdict::Feasible, Verdict::Blocked, Verdict::Undecided] {
        let of = verdicts.get(&verdict).copied().unwrap_or(0);
        assert!(of * 10 >= all, "{of} of {all} copies are {verdict:?}");
    }
    let mut wrong = Vec::new();
    let of_copies = CHECKS.iter().filter(|check| check.is_of_copies());
    for check in of_copies {
        let worst = match check.may_fail {
            MayFail::Yes => Status::Fail,
            MayFail::OnlyWarns => Status::Warn,
        };
        for status in [Status::Pass, worst, Status::Undecided] {
            let seen = outcomes.contains_key(&(check.id, status));
            let never = NEVER
                .iter()
                .any(|(id, of, _)| (*id, *of) == (check.id, status));
            if seen == never {
                wrong.push(format!(
                    "{} {status:?}: seen {seen}, listed {never}",
                    check.id
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{verdicts:?}\n{}", wrong.join("\n"));
}
