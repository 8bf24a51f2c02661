//! The whole outcome of a scenario, as text: what is taken for granted, every check that does not pass with what it says, and every remedy.

use std::collections::BTreeMap;
use std::fmt::Write;

use backup_preflight::checks::{self, Check, CopyOf, Decided, MayFail};
use backup_preflight::inventory::{self, Copy, Facts, Inventory};
use backup_preflight::known::Arn;
use backup_preflight::plans;
use backup_preflight::remedy::{self, Remedy};
use backup_preflight::verdict::{Basis, Outcome, Status, Verdict};

use super::decided;
use super::scenario::Scenario;

/// What the program says of a scenario.
pub struct Told {
    /// As its `.txt` file has it.
    #[allow(dead_code, reason = "tests/scenarios.rs compares it")]
    pub text: String,
    /// How each check came out; for one of vaults or plans, the worst of them.
    pub statuses: BTreeMap<&'static str, Status>,
}

/// Decides a scenario.
pub fn tell(scenario: &Scenario) -> Told {
    let name = scenario.name();
    let mut inventory = inventory::read(&name, &scenario.inventory())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).as_of(scenario.at());
    if !scenario.is_of_a_copy() {
        return audited(&scenario.check, &inventory, &facts);
    }
    let mut all = decided(&facts, &inventory);
    if scenario.is_way_back() {
        let back = all.iter().map(|there| there.copy.back().unwrap());
        let back: Vec<_> = back.map(|named| Copy::new(named, &facts)).collect();
        all = back
            .into_iter()
            .map(|copy| checks::decide(copy, &facts))
            .collect();
    }
    let [one] = all.as_slice() else {
        panic!("{name}: one copy is expected");
    };
    let mut text = match one.verdict {
        Verdict::Feasible => "feasible\n",
        Verdict::Blocked => "blocked\n",
        Verdict::Undecided => "undecided\n",
    }
    .to_owned();
    for words in &one.copy.assumptions {
        let _ = writeln!(text, "assumed: {words}");
    }
    for (check, outcome) in &one.outcomes {
        found(&mut text, check, None, outcome);
    }
    for remedy in remedy::remedies(&all, &facts) {
        remedied(&mut text, &remedy);
    }
    let statuses = one.outcomes.iter();
    Told {
        text,
        statuses: statuses
            .map(|(check, outcome)| (check.id, outcome.status))
            .collect(),
    }
}

/// The same for a check of vaults or of plans, which an audit asks.
fn audited(id: &str, inventory: &Inventory, facts: &Facts<'_>) -> Told {
    let plans = plans::plans(facts);
    let audit = checks::audit(&plans, facts);
    let decided: Vec<Decided> = plans::copies(&plans, facts)
        .copies
        .into_iter()
        .map(|copy| checks::decide(Copy::new(copy, facts), facts))
        .collect();
    let named = super::decided(facts, inventory);
    let all = named.iter().chain(&decided).filter_map(copy_of);
    let audit = audit.with_resources(&plans, all, facts, None);
    let of_copies = remedy::remedies(&decided, facts);
    let into = |vault: &Arn| -> Vec<Copy> {
        let copies = decided.iter().map(|decided| &decided.copy);
        let into = copies.filter(|copy| copy.endpoints().destination_vault == *vault);
        into.cloned().collect()
    };
    let remedies = remedy::with_audited(of_copies, &audit, into, facts);
    let vaults = audit
        .vaults
        .iter()
        .map(|(vault, outcomes)| (vault.name(), outcomes));
    let of_plans = audit
        .plans
        .iter()
        .map(|(plan, outcomes)| (plan.id.as_str(), outcomes));
    let (mut text, mut statuses) = (String::new(), BTreeMap::new());
    let of_resources = audit
        .resources
        .iter()
        .map(|(resource, outcomes)| (resource.arn.as_str(), outcomes));
    for (subject, outcomes) in vaults.chain(of_plans).chain(of_resources) {
        for (check, outcome) in outcomes.iter().filter(|(check, _)| check.id == id) {
            if matches!(outcome.status, Status::Pass | Status::NotApplicable) {
                let _ = writeln!(text, "{subject}: {}", outcome.status.as_str());
            }
            found(&mut text, check, Some(subject), outcome);
            let worst = statuses.entry(check.id).or_insert(outcome.status);
            if rank(outcome.status) > rank(*worst) {
                *worst = outcome.status;
            }
        }
    }
    for remedy in &remedies {
        if remedy.checks.iter().any(|(_, check)| *check == id) {
            remedied(&mut text, remedy);
        }
    }
    Told { text, statuses }
}

/// As much of a decided copy as its resource asks of it.
pub fn copy_of(decided: &Decided) -> Option<CopyOf<'_>> {
    let copy = &decided.copy;
    let that = |status| {
        let found = decided.outcomes.iter();
        found.filter(move |(_, found)| found.status == status)
    };
    let failing = that(Status::Fail);
    let mut waits = that(Status::Undecided).filter(|(check, _)| check.may_fail == MayFail::Yes);
    Some(CopyOf {
        id: &copy.id,
        resource: copy.resource.as_ref().known()?.as_ref()?,
        from: (copy.endpoints().source_account().known(), None),
        vault: &copy.endpoints().destination_vault,
        verdict: decided.verdict,
        failing: failing.map(|(check, _)| check.id).collect(),
        waits: waits.next().map(|(_, found)| &**found),
        plan: copy.plan.as_ref(),
        assumes: !copy.assumptions.is_empty(),
    })
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

/// What a check found, unless it passes or does not apply.
fn found(text: &mut String, check: &Check, subject: Option<&str>, outcome: &Outcome) {
    if matches!(outcome.status, Status::Pass | Status::NotApplicable) {
        return;
    }
    let of = subject.map_or(String::new(), |subject| format!(" of {subject}"));
    let basis = match outcome.basis {
        Basis::Documented => "",
        Basis::Observed => ", observed",
        Basis::Inferred => ", inferred",
    };
    let status = outcome.status.as_str();
    let _ = writeln!(
        text,
        "\n{}{of}: {status}{basis}\n  {}",
        check.id, outcome.message
    );
    for seen in &outcome.evidence {
        let at = seen
            .pointer
            .as_ref()
            .map_or(String::new(), |at| format!(" {at}"));
        let _ = writeln!(text, "  seen: {}{at}: {}", seen.subject, seen.says);
    }
    if let Some(predicted) = &outcome.predicted {
        let message = predicted.message.as_deref().unwrap_or("-");
        let category = predicted.category.unwrap_or("-");
        let _ = writeln!(text, "  AWS: {message} [{category}]");
    }
    for gap in &outcome.gaps {
        let error = gap.error.as_deref().unwrap_or("not read");
        let _ = writeln!(
            text,
            "  unknown: {} of {}: {error}",
            gap.operation(),
            gap.subject
        );
    }
}

/// A remedy: what it changes, whether that is proven, and the statements that it adds.
fn remedied(text: &mut String, remedy: &Remedy) {
    let kind = serde_json::to_value(remedy.kind).unwrap();
    let proven = match remedy.proven {
        Some(true) => "proven",
        Some(false) => "not proven",
        None => "cannot be proven",
    };
    let kind = kind.as_str().unwrap();
    let _ = writeln!(
        text,
        "\n{}: {kind}, {proven}\n  {}",
        remedy.id, remedy.title
    );
    let account = remedy
        .account
        .map_or_else(|| "-".to_owned(), |account| account.to_string());
    let _ = writeln!(text, "  on {} in {account}", remedy.subject);
    for statement in &remedy.added {
        let _ = writeln!(text, "  + {statement}");
    }
    for (word, ids) in [
        ("after", &remedy.requires),
        ("with", &remedy.together_with),
        ("instead of", &remedy.alternative_to),
    ] {
        if !ids.is_empty() {
            let _ = writeln!(text, "  {word} {}", ids.join(", "));
        }
    }
}
