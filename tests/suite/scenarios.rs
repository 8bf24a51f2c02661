//! What holds for all scenarios together; `tests/scenarios.rs` runs each.

use std::collections::BTreeMap;
use std::path::Path;

use backup_preflight::checks::{self, CHECKS};
use backup_preflight::inventory::{self, Facts};
use backup_preflight::remedy::{self, Remedy};
use backup_preflight::verdict::{Fix, Status, Verdict};

use crate::support::bases::BASES;
use crate::support::outcome::tell;
use crate::support::scenario::entries;
pub use crate::support::scenario::{Scenario, scenarios};
use crate::support::{decide, decided};

/// The checks that warn, and must be seen to.
const WARNING: &[&str] = &[
    "recovery-point-not-complete",
    "destination-vault-is-default",
    "source-key-not-shared",
    "source-key-refuses-copy-role",
];

#[test]
fn every_check_is_seen_to_fail_to_pass_and_to_be_undecided() {
    let mut seen: BTreeMap<String, Vec<Status>> = BTreeMap::new();
    for scenario in scenarios() {
        let status = tell(&scenario)
            .statuses
            .get(scenario.check.as_str())
            .copied()
            .unwrap_or_else(|| panic!("{}: there is no such check", scenario.name()));
        seen.entry(scenario.check).or_default().push(status);
    }
    for check in CHECKS {
        let mut wanted = vec![Status::Pass, Status::Undecided];
        match check.may_fail {
            checks::MayFail::Yes => wanted.push(Status::Fail),
            checks::MayFail::OnlyWarns => wanted.push(Status::Warn),
        }
        if WARNING.contains(&check.id) {
            wanted.push(Status::Warn);
        }
        let found = seen.get(check.id).map_or(&[][..], Vec::as_slice);
        for status in wanted {
            assert!(
                found.contains(&status),
                "no scenario of `{}` has it {status:?}",
                check.id
            );
        }
    }
}

/// What is done about each failing check of each scenario: how many have a remedy that is proven, one that the facts cannot
/// show, one that did not hold, and how many say that nothing helps, or what people must do.
#[test]
fn every_failure_has_a_remedy_or_says_that_nothing_helps() {
    let mut counts: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    let mut silent = Vec::new();
    for scenario in scenarios() {
        let name = scenario.name();
        let inventory = inventory::read(&name, &scenario.inventory()).unwrap();
        let facts = Facts::new(&inventory);
        let all = decided(&facts, &inventory);
        let remedies = remedy::remedies(&all, &facts);
        // Across partitions nothing helps, which one check says for all.
        let across = scenario.check == "partition-mismatch";
        for (check, outcome) in all.iter().flat_map(|one| &one.outcomes) {
            if outcome.status != Status::Fail || (across && check.id != scenario.check) {
                continue;
            }
            let fixes = |remedy: &&Remedy| remedy.checks.iter().any(|(_, id)| *id == check.id);
            let proofs: Vec<_> = remedies
                .iter()
                .filter(fixes)
                .map(|one| one.proven)
                .collect();
            let column = match (&outcome.fix, proofs.as_slice()) {
                (Fix::Impossible, []) => 3,
                (Fix::ByHand, []) => 4,
                (Fix::Needs(_), []) => {
                    silent.push(format!("{name}: {}: {}", check.id, outcome.message));
                    continue;
                }
                (_, proofs) if proofs.contains(&Some(true)) => 0,
                (_, proofs) if proofs.contains(&None) => 1,
                // What was not read leaves open what the change comes to.
                _ if name.ends_with("-not-read") => continue,
                _ => 2,
            };
            counts.entry(check.id).or_default()[column] += 1;
        }
    }
    println!("check: proven, unprovable, unproven, nothing helps, by hand");
    for (check, count) in &counts {
        println!("{check}: {count:?}");
    }
    let sum = |column: usize| counts.values().map(|count| count[column]).sum::<usize>();
    println!("all: {:?}", [0, 1, 2, 3, 4].map(sum));
    assert!(
        silent.is_empty(),
        "{} say nothing\n{}",
        silent.len(),
        silent.join("\n")
    );
    assert_eq!(sum(2), 0, "a remedy does not hold");
    assert!(sum(0) > 60 && sum(3) > 10, "{counts:?}");
}

/// A copy that nothing helps has no remedy for what says so, and all remedies together do not make it feasible.
#[test]
fn where_nothing_helps_no_remedy_does() {
    let mut said = 0;
    for scenario in scenarios() {
        let name = scenario.name();
        let inventory = inventory::read(&name, &scenario.inventory()).unwrap();
        let facts = Facts::new(&inventory);
        let all = decided(&facts, &inventory);
        let proposed = remedy::propose(&all, &facts);
        for one in &all {
            let id = &one.copy.id;
            let lost = one.outcomes.iter().filter(|(_, outcome)| {
                outcome.fix == Fix::Impossible && outcome.status == Status::Fail
            });
            for (check, outcome) in lost {
                said += 1;
                let beside = proposed.remedies.iter().find(|remedy| {
                    let mut checks = remedy.checks.iter();
                    checks.any(|(copy, of)| **copy == **id && *of == check.id)
                });
                assert!(
                    beside.is_none() && outcome.needed().is_empty(),
                    "{name}: {id}: {}: {beside:#?}",
                    outcome.message
                );
                let together = proposed.together.get(&**id);
                assert_ne!(
                    together,
                    Some(&Verdict::Feasible),
                    "{name}: {id}: {}",
                    outcome.message
                );
            }
        }
    }
    assert!(said > 30, "{said}");
}

#[test]
fn a_scenario_is_two_files_in_the_folder_of_its_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    for folder in entries(&root) {
        let check = folder.file_name().unwrap().to_str().unwrap();
        assert!(
            checks::find(check).is_some(),
            "{check}: there is no such check"
        );
        for file in entries(&folder) {
            let other = match file.extension().and_then(|ending| ending.to_str()) {
                Some("toml") => "txt",
                Some("txt") => "toml",
                ending => panic!("{}: {ending:?}", file.display()),
            };
            assert!(
                file.with_extension(other).is_file(),
                "{}: no .{other}",
                file.display()
            );
        }
    }
}

#[test]
fn a_base_is_feasible_and_some_scenario_starts_from_it() {
    let used: String = scenarios()
        .iter()
        .map(|scenario| std::fs::read_to_string(&scenario.file).unwrap())
        .collect();
    for (name, build) in BASES {
        assert!(used.contains(&format!("base = \"{name}\"\n")), "{name}");
        for copy in decide(&build().0) {
            assert_eq!(copy.verdict, Verdict::Feasible, "{name}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_scenario_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.toml");
    for (text, line, error) in [
        (
            "base = \"rdss\"",
            1,
            "unknown base `rdss`; expected one of rds, ",
        ),
        ("base = \"rds\"\nsets = 1", 2, "unknown field `sets`"),
        ("[set]\n\"/gaps\" = 'null'", 1, "missing field `base`"),
        (
            "base = \"rds\"\n[set]\n\"/gaps\" = 'nul'",
            3,
            "/gaps: not JSON: ",
        ),
        (
            "base = \"rds\"\n[set]\n\"/gaps\" = 1",
            3,
            "invalid type: integer `1`",
        ),
        (
            "base = \"rds\"\n[set]\n\"/gaps\" = '1'\n\"/gaps\" = '2'",
            4,
            "duplicate key",
        ),
        (
            "base = \"rds\"\n[set]\n\"/accounts/7/roles\" = '[]'",
            3,
            "nothing that has parts is at /accounts/7",
        ),
        (
            "base = \"rds\"\n[set]\n\"/accounts/3\" = '{}'",
            3,
            "nothing is at /accounts/3; the list has 2 elements",
        ),
        (
            "base = \"rds\"\n[set]\n\"gaps\" = '[]'",
            3,
            "gaps: a JSON pointer begins with a slash",
        ),
        (
            "base = \"rds\"\nabsent = [\n  \"/copies/0/rol\",\n]",
            3,
            "nothing is at /copies/0/rol",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let scenario = Scenario {
            check: "key-unusable".to_owned(),
            file: file.clone(),
        };
        let found = scenario.read().unwrap_err();
        let start = format!("{}:{line}: {error}", file.display());
        assert!(found.starts_with(&start), "{found}\n{start}");
    }
}
