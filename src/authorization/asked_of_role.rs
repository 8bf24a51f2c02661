//! All that is asked of a copy role, as the policy simulator can be asked it.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::inventory::{Copy, Facts};

use super::backup::{AskedOf, backup_requests};
use super::request::air_gapped_key_requests;
use super::role_requests::role_requests;

/// Each action that a copy asks of its role, or the backup that it waits for, with what it is done to: `*` stands for what is not
/// known yet.
pub fn asked_of_role(copy: &Copy, facts: &Facts<'_>) -> BTreeSet<(&'static str, SmolStr)> {
    let asked = role_requests(&copy.transfer, facts);
    let doubtful = asked.doubtful.into_iter().map(|doubtful| doubtful.asked);
    let of_copy = asked.requests.into_iter().chain(asked.denies);
    let of_copy = of_copy.chain(doubtful);
    let of_keys = air_gapped_key_requests(&copy.transfer, facts);
    let of_backup = backup_requests(copy, facts, AskedOf::Organization).into_iter();
    let of_backup = of_backup.map(|asked| Arc::clone(&asked.asked));
    let all = of_copy.chain(of_keys).chain(of_backup);
    let each = all.flat_map(|request| {
        let actions = request.actions.clone().into_iter();
        actions.map(move |action| (action, request.resource.clone()))
    });
    each.collect()
}
