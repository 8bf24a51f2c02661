//! The copies as a picture, in Mermaid: accounts and vaults, and an arrow for each way between two vaults, with how many
//! copies take it and what stops them.

mod svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::CHECKS;
use crate::known::{AccountId, Arn, Region};
use crate::quote::mermaid::label;
use crate::verdict::{Status, Verdict};

use super::copy::CopyReport;
use super::headline;
use super::links::is_finding;
use super::model::Report;
use super::table::words::{copies, few};

/// The arrows of a picture; the rest is summed up.
pub const ARROWS: usize = 50;
/// The checks that an arrow names.
const CHECKS_OF_AN_ARROW: usize = 3;

/// One vault: its account, its Region, its name, and its ARN, as far as they are known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Vault {
    account: Option<AccountId>,
    region: Option<Region>,
    arn: Option<Arn>,
}

impl Vault {
    fn of(arn: &Arn) -> Self {
        Self {
            account: arn.account(),
            region: arn.region(),
            arn: Some(arn.clone()),
        }
    }

    fn label(&self) -> String {
        let name = self.arn.as_ref().map_or("unknown vault", Arn::name);
        match &self.region {
            Some(region) => format!("{region}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// The way that one copy takes, and what it comes to.
#[derive(Clone, Debug)]
pub struct Way {
    from: Vault,
    to: Vault,
    verdict: Verdict,
    /// The places of the checks that fail or are undecided.
    checks: Vec<usize>,
}

impl Way {
    /// That of a copy.
    #[must_use]
    pub fn of(copy: &CopyReport) -> Self {
        let from = match copy.source.vault.value() {
            Some(vault) => Vault::of(vault),
            None => Vault {
                account: copy.source.account.value().copied(),
                region: copy.source.region.value().cloned(),
                arn: None,
            },
        };
        let found = copy
            .checks
            .iter()
            .filter(|check| is_finding(check.outcome()) && check.outcome() != Status::Warn);
        let places =
            found.filter_map(|check| CHECKS.iter().position(|known| known.id == check.id()));
        Self {
            from,
            to: Vault::of(&copy.destination.vault),
            verdict: copy.verdict,
            checks: places.collect(),
        }
    }
}

/// The copies of one way.
#[derive(Clone, Debug, Default)]
struct Arrow {
    feasible: usize,
    blocked: usize,
    undecided: usize,
    checks: BTreeSet<usize>,
}

impl Arrow {
    fn add(&mut self, other: &Self) {
        self.feasible = self.feasible.saturating_add(other.feasible);
        self.blocked = self.blocked.saturating_add(other.blocked);
        self.undecided = self.undecided.saturating_add(other.undecided);
        self.checks.extend(&other.checks);
    }

    fn says(&self, checks: usize) -> String {
        let parts = [
            (self.blocked, "blocked"),
            (self.undecided, "undecided"),
            (self.feasible, "feasible"),
        ];
        let parts = parts.iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts
            .map(|(number, word)| format!("{number} {word}"))
            .collect();
        let ids = self.checks.iter().filter_map(|place| CHECKS.get(*place));
        let ids: Vec<String> = ids.map(|check| check.id.to_owned()).collect();
        if ids.is_empty() {
            return parts.join(", ");
        }
        format!("{}: {}", parts.join(", "), few(&ids, checks))
    }

    /// By shape, so that it needs no colour: crossed, dotted, or plain.
    const fn line(&self) -> &'static str {
        if self.blocked > 0 {
            "--x"
        } else if self.undecided > 0 {
            "-.->"
        } else {
            "-->"
        }
    }
}

/// A picture, drawn copy by copy.
#[derive(Clone, Debug, Default)]
pub struct Picture(BTreeMap<(Vault, Vault), Arrow>);

impl Picture {
    /// Adds a copy.
    pub fn add(&mut self, way: Way) {
        let arrow = self.0.entry((way.from, way.to)).or_default();
        let one = match way.verdict {
            Verdict::Feasible => &mut arrow.feasible,
            Verdict::Blocked => &mut arrow.blocked,
            Verdict::Undecided => &mut arrow.undecided,
        };
        *one = one.saturating_add(1);
        arrow.checks.extend(way.checks);
    }

    /// The ways, those on which most copies are blocked first.
    fn sorted(&self) -> Vec<(&(Vault, Vault), &Arrow)> {
        let mut ways: Vec<(&(Vault, Vault), &Arrow)> = self.0.iter().collect();
        ways.sort_by_key(|(_, arrow)| {
            let all = arrow
                .feasible
                .saturating_add(arrow.blocked)
                .saturating_add(arrow.undecided);
            std::cmp::Reverse((arrow.blocked, arrow.undecided, all))
        });
        ways
    }

    /// The picture, with a box that says what it all comes to. The ways on which most copies are blocked come first.
    #[must_use]
    pub fn text(&self, report: &Report) -> String {
        let ways = self.sorted();
        let drawn = ways.get(..ARROWS).unwrap_or(&ways);
        let rest = ways.get(ARROWS..).unwrap_or_default();
        let ends: BTreeSet<&Vault> = drawn
            .iter()
            .flat_map(|((from, to), _)| [from, to])
            .collect();
        let numbers: BTreeMap<&Vault, usize> = ends
            .iter()
            .enumerate()
            .map(|(number, vault)| (*vault, number))
            .collect();
        let mut text = "flowchart LR\n".to_owned();
        let accounts: BTreeSet<Option<AccountId>> =
            ends.iter().map(|vault| vault.account).collect();
        for (number, account) in accounts.iter().enumerate() {
            let name = account.map_or_else(
                || "unknown account".to_owned(),
                |id| report.names.account(id),
            );
            text += &format!("  subgraph a{number}[{}]\n", label(&name));
            for (vault, number) in numbers
                .iter()
                .filter(|(vault, _)| vault.account == *account)
            {
                text += &format!("    v{number}[{}]\n", label(&vault.label()));
            }
            text += "  end\n";
        }
        for ((from, to), arrow) in drawn {
            let (Some(from), Some(to)) = (numbers.get(from), numbers.get(to)) else {
                continue;
            };
            let says = label(&arrow.says(CHECKS_OF_AN_ARROW));
            text += &format!("  v{from} {}|{says}| v{to}\n", arrow.line());
        }
        if !rest.is_empty() {
            let mut all = Arrow::default();
            rest.iter().for_each(|(_, arrow)| all.add(arrow));
            let says = format!("{} more ways: {}", rest.len(), all.says(CHECKS_OF_AN_ARROW));
            text += &format!("  more[{}]\n", label(&says));
        }
        text += &format!("  all([{}])\n", label(&summary(report)));
        text
    }
}

/// What it all comes to, with every check that fails or is undecided.
fn summary(report: &Report) -> String {
    let mut parts = vec![headline::exit_code(report), headline::counts(report)];
    parts.extend(headline::coverage(report));
    parts.extend(headline::changes(report));
    parts.extend(headline::lost(report));
    for (status, word) in [(Status::Fail, "fails"), (Status::Undecided, "undecided")] {
        let checks = headline::checks(report, status);
        if !checks.is_empty() {
            let each: Vec<String> = checks
                .iter()
                .map(|(id, number)| format!("{id} {number}"))
                .collect();
            parts.push(format!("{word}: {}", each.join(", ")));
        }
    }
    let waived = headline::waived(report);
    if !waived.is_empty() {
        let each = waived.iter();
        let each: Vec<String> = each.map(|(id, number)| format!("{id} {number}")).collect();
        parts.push(format!("waived: {}", each.join(", ")));
    }
    for waiver in &report.waivers {
        parts.push(format!("{}: {}", waiver.word(), waiver.says()));
    }
    let gaps = report.gaps.iter().len();
    if gaps > 0 {
        parts.push(format!("gaps: {gaps}"));
    }
    for (assumption, of) in &report.assumed {
        parts.push(format!("assumed: {assumption} ({})", copies(of.copies)));
    }
    parts.join(". ")
}
