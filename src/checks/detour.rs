//! A way round a route that no one job takes: by a vault in another account or Region that the copy passes through anyway.

use crate::catalog::{Crossing, Kind, route};
use crate::inventory::{Copy, VaultType};
use crate::known::{AccountId, Arn, Fact, Region};
use crate::verdict::Need;

/// The name of the vault in between.
const BETWEEN: &str = "copy-in-between";

/// What it takes for the copy to go in two jobs, each on a route that backups of the kind can take; `None` where no such
/// pair does.
pub fn need(copy: &Copy, kind: Kind) -> Option<Need> {
    let source = (
        copy.endpoints().source_account().known()?,
        copy.endpoints().source_region().known()?,
    );
    let end = (
        copy.endpoints().destination_account().known()?,
        copy.endpoints().destination_region().known()?,
    );
    let into_lagv = matches!(
        copy.endpoints().destination_type,
        Fact::Known(Some(VaultType::AirGapped))
    );
    let places = [
        (source.0, end.1.clone()),
        (end.0, source.1.clone()),
        // Only a logically air-gapped vault is anywhere else than a standard one beside it.
        end.clone(),
    ];
    let goes = |from: &(AccountId, Region), to: &(AccountId, Region), into_lagv| {
        let crossing = Crossing {
            from: from.1.clone(),
            to: to.1.clone(),
            cross_account: from.0 != to.0,
        };
        route(kind, &crossing, into_lagv).is_supported()
    };
    let (account, region) = places.into_iter().find(|place| {
        *place != source
            && (*place != end || into_lagv)
            && goes(&source, place, false)
            && goes(place, &end, into_lagv)
    })?;
    let through = Arn::parse(&format!(
        "arn:{}:backup:{region}:{account}:backup-vault:{BETWEEN}",
        copy.endpoints().destination_vault.partition()
    ))
    .ok()?;
    Some(Need::Split {
        copy: copy.id.to_string(),
        through,
    })
}
