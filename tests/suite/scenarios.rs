//! The scenarios: small inventories, a folder for each check, with what the program must say of each. `expected.txt` has
//! the verdict, the checks that neither pass nor do not apply, the message that a failing one foretells, and the
//! remedies. `UPDATE_SCENARIOS=1` writes what the program says now.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backup_preflight::checks::{self, CHECKS, Decided};
use backup_preflight::inventory::{self, Copy, Facts};
use backup_preflight::known::Arn;
use backup_preflight::plans;
use backup_preflight::remedy::{self, Remedy};
use backup_preflight::verdict::{Status, Verdict};

use crate::support::decided;

/// The checks that warn, and must be seen to.
const WARNING: &[&str] = &[
    "recovery-point-not-complete",
    "destination-vault-is-default",
    "source-key-not-shared",
    "source-key-refuses-copy-role",
];

/// One scenario.
pub struct Scenario {
    /// The check that it is about.
    pub check: String,
    /// Its folder.
    pub folder: PathBuf,
}

impl Scenario {
    pub fn name(&self) -> String {
        format!(
            "{}/{}",
            self.check,
            self.folder.file_name().unwrap().display()
        )
    }

    /// Whether it is of a copy; else an audit finds it, on a vault or a plan.
    pub fn is_of_a_copy(&self) -> bool {
        checks::find(&self.check).is_none_or(|check| check.is_of_copies())
    }

    pub fn inventory(&self) -> Vec<u8> {
        fs::read(self.folder.join("inventory.json")).unwrap()
    }
}

/// Every scenario, sorted.
pub fn scenarios() -> Vec<Scenario> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut found = Vec::new();
    for check in folders(&root) {
        for folder in folders(&check) {
            let check = check.file_name().unwrap().to_str().unwrap().to_owned();
            found.push(Scenario { check, folder });
        }
    }
    found
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).unwrap_or_else(|error| panic!("{}: {error}", of.display()));
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

/// What the program says of a scenario, as `expected.txt` has it, and the decided copy.
fn said(scenario: &Scenario) -> (String, BTreeMap<&'static str, Status>) {
    let name = scenario.name();
    let mut inventory = inventory::read(&name, &scenario.inventory())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    if !scenario.is_of_a_copy() {
        return audited(&scenario.check, &facts);
    }
    let all = decided(&facts, &inventory);
    let [one] = all.as_slice() else {
        panic!("{name}: a scenario has one copy");
    };
    let remedies = remedy::remedies(&all, &facts);
    let outcomes = one
        .outcomes
        .iter()
        .map(|(check, outcome)| (check.id, outcome.status));
    (describe(one, &remedies), outcomes.collect())
}

/// The same for a check of vaults or of plans, which an audit asks: a line for each of them.
fn audited(check: &str, facts: &Facts<'_>) -> (String, BTreeMap<&'static str, Status>) {
    let plans = plans::plans(facts);
    let found = checks::audit(&plans, facts);
    let decided: Vec<Decided> = plans::copies(&plans, facts)
        .copies
        .into_iter()
        .map(|copy| checks::decide(Copy::new(copy, facts), facts))
        .collect();
    let of_copies = remedy::remedies(&decided, facts);
    let into = |vault: &Arn| -> Vec<Copy> {
        let copies = decided.iter().map(|decided| &decided.copy);
        copies
            .filter(|copy| copy.destination_vault == *vault)
            .cloned()
            .collect()
    };
    let remedies = remedy::with_audited(of_copies, &found, into, facts);
    let vaults = found
        .vaults
        .iter()
        .map(|(vault, outcomes)| (vault.name(), outcomes));
    let of_plans = found
        .plans
        .iter()
        .map(|(plan, outcomes)| (plan.id.as_str(), outcomes));
    let mut text = String::new();
    let mut all = BTreeMap::new();
    for (subject, outcomes) in vaults.chain(of_plans) {
        for (this, outcome) in outcomes.iter().filter(|(this, _)| this.id == check) {
            let status = outcome.status;
            text += &format!("{subject}: {}\n", status.as_str());
            if status != Status::Pass && status != Status::NotApplicable {
                text += &format!("  {}\n", outcome.message);
            }
            // The one that is worth most words stands for the scenario.
            let worst = all.entry(this.id).or_insert(status);
            if rank(status) > rank(*worst) {
                *worst = status;
            }
        }
    }
    for remedy in remedies
        .iter()
        .filter(|remedy| remedy.checks.iter().any(|(_, id)| *id == check))
    {
        text += &remedied(remedy);
    }
    (text, all)
}

fn rank(status: Status) -> u8 {
    match status {
        Status::NotApplicable => 0,
        Status::Pass => 1,
        Status::Warn => 2,
        Status::Undecided => 3,
        Status::Fail => 4,
    }
}

fn describe(decided: &Decided, remedies: &[Remedy]) -> String {
    let mut text = match decided.verdict {
        Verdict::Feasible => "feasible\n",
        Verdict::Blocked => "blocked\n",
        Verdict::Undecided => "undecided\n",
    }
    .to_owned();
    for (check, outcome) in &decided.outcomes {
        match outcome.status {
            Status::Pass | Status::NotApplicable => continue,
            Status::Fail | Status::Warn | Status::Undecided => {}
        }
        text += &format!("{} {}\n", check.id, outcome.status.as_str());
        if let Some(message) = outcome
            .predicted
            .as_ref()
            .and_then(|told| told.message.as_ref())
        {
            text += &format!("> {message}\n");
        }
    }
    for remedy in remedies {
        text += &remedied(remedy);
    }
    text
}

fn remedied(remedy: &Remedy) -> String {
    let kind = serde_json::to_value(remedy.kind).unwrap();
    let proven = match remedy.proven {
        Some(true) => "proven",
        Some(false) => "unproven",
        None => "unprovable",
    };
    format!("remedy: {} {proven}\n", kind.as_str().unwrap())
}

#[test]
fn every_scenario_comes_out_as_its_page_says() {
    let update = std::env::var_os("UPDATE_SCENARIOS").is_some();
    let mut wrong = Vec::new();
    for scenario in scenarios() {
        let file = scenario.folder.join("expected.txt");
        let (now, _) = said(&scenario);
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if expected == now {
            continue;
        }
        if update {
            fs::write(&file, now).unwrap();
        } else {
            wrong.push(format!(
                "{}\n-- expected\n{expected}-- found\n{now}",
                scenario.name()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_is_seen_to_fail_to_pass_and_to_be_undecided() {
    let mut seen: BTreeMap<String, Vec<Status>> = BTreeMap::new();
    for scenario in scenarios() {
        let (_, outcomes) = said(&scenario);
        let status = outcomes
            .get(scenario.check.as_str())
            .unwrap_or_else(|| panic!("{}: there is no such check", scenario.name()));
        seen.entry(scenario.check).or_default().push(*status);
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
            let mends = |remedy: &&Remedy| remedy.checks.iter().any(|(_, id)| *id == check.id);
            let proofs: Vec<_> = remedies
                .iter()
                .filter(mends)
                .map(|one| one.proven)
                .collect();
            let says = |words: &str| outcome.message.contains(words);
            let column = match proofs.as_slice() {
                [] if says("nothing helps") => 3,
                [] if says("by hand: ") => 4,
                [] => {
                    silent.push(format!("{name}: {}: {}", check.id, outcome.message));
                    continue;
                }
                proofs if proofs.contains(&Some(true)) => 0,
                proofs if proofs.contains(&None) => 1,
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

#[test]
fn a_scenario_holds_nothing_but_its_two_files() {
    for scenario in scenarios() {
        let names: Vec<_> = folders(&scenario.folder)
            .iter()
            .map(|file| file.file_name().unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            ["expected.txt", "inventory.json"],
            "{}",
            scenario.name()
        );
    }
}
