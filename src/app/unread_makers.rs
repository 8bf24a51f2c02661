//! What a change leaves as it is and does not tell, where the facts do not tell it either.

use crate::inventory::{Inventory, RegionFacts, items};
use crate::sources::planned::{Home, UnreadMaker};

/// Why there may be copies of it.
pub(super) fn why(maker: &UnreadMaker, base: &Inventory) -> Option<String> {
    let accounts = items(&base.accounts).iter();
    let regions = accounts.flat_map(|account| {
        let all = items(&account.regions).iter();
        all.map(move |region| (account.account, region))
    });
    let is_its = |account, region: &RegionFacts, home: &Home| {
        account == home.account && region.region == home.region
    };
    let mut own = regions
        .filter(|(account, region)| {
            let home = maker.home.as_ref();
            home.is_none_or(|home| is_its(*account, region, home))
        })
        .map(|(_, region)| region)
        .peekable();
    let is_read = match &maker.plan {
        Some(Some(id)) => own.any(|region| {
            let mut plans = items(&region.plans).iter();
            plans.any(|plan| *plan.id == **id)
        }),
        Some(None) => false,
        None => own.peek().is_some() && own.all(|region| region.plans.is_present()),
    };
    let place = maker.home.as_ref().map_or_else(String::new, |home| {
        format!(" of {}/{}", home.account, home.region)
    });
    (!is_read).then(|| {
        format!(
            "{}, nor in the facts: fix it: collect the backup plans{place} (backup:ListBackupPlans)",
            maker.by
        )
    })
}
