//! What the checks lack: the gaps of the copies that are asked about, from which AWS is asked.

use crate::checks::decide;
use crate::cli::Check;
use crate::inventory::{Assumption, Copy, Facts, Inventory, Timestamp};
use crate::known::Gap;
use crate::sources::live::Asked;

use super::copies::named;
use super::narrow::narrow;

/// What the copy that is named lacks, and the way back where that is asked about, too. What may be taken for granted is read
/// all the same: what denies a copy counts.
pub fn of_check(asked: &Check) -> impl Fn(&Inventory) -> Vec<Asked> + Sync {
    move |known| {
        let mut known = known.clone();
        narrow(&mut known, asked);
        let at = asked.facts.assume_at.map(|at| at.to_string());
        let facts = Facts::new(&known)
            .assuming([Assumption::MoreIsRead])
            .as_of(at.and_then(|at| Timestamp::parse(&at)));
        let mut lacking = Vec::new();
        for copy in named(&known).copies {
            let copy = copy.copy(&facts);
            let back = copy.back().filter(|_| asked.and_back);
            lacking.push(of_copy(copy, &facts));
            lacking.extend(back.map(|back| of_copy(Copy::new(back, &facts), &facts)));
        }
        lacking
    }
}

fn of_copy(copy: Copy, facts: &Facts<'_>) -> Asked {
    let decided = decide(copy, facts);
    let outcomes = decided.outcomes.iter();
    let mut gaps: Vec<Gap> = outcomes
        .flat_map(|(_, outcome)| &outcome.gaps)
        .cloned()
        .collect();
    gaps.sort();
    gaps.dedup();
    Asked::by(&decided.copy, gaps)
}
