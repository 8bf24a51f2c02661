//! The vaults in between: one for each account and Region that copies go out of, called by what goes through it, so that two runs for
//! different copies never mean the same vault, or the same stack.

use std::collections::BTreeSet;

use super::command::lifecycle;
use super::names::between_for;
use crate::inventory::Copy;
use crate::known::{AccountId, Arn, Fact, HashMap, Region, short_digest};

/// What its name begins with.
const NAME: &str = "re-encryption";

/// The account and Region that a copy goes out of.
type Place = (Option<AccountId>, Option<Region>);

/// What goes through the vault in between of one place.
#[derive(Clone, Debug, Default)]
pub struct Between {
    shared_with: BTreeSet<Arn>,
    /// What the copies are, in short.
    copies: BTreeSet<String>,
}

/// Those of all places.
#[derive(Default)]
pub struct Betweens(HashMap<Place, Between>);

impl Betweens {
    /// Those of copies, each with the principal that its backup's key is to be shared with.
    pub fn of<'a>(copies: impl IntoIterator<Item = (&'a Copy, Option<&'a Arn>)>) -> Self {
        let mut all = Self::default();
        for (copy, principal) in copies {
            let between = all.0.entry(place(copy)).or_default();
            between.shared_with.extend(principal.cloned());
            between.copies.insert(short_digest(&told(copy)));
        }
        all
    }

    /// That of a copy.
    pub fn get(&self, copy: &Copy) -> Option<&Between> {
        self.0.get(&place(copy))
    }
}

impl Between {
    /// The vault, in the place of the source vault.
    pub fn wanted(&self, source: &Arn) -> Option<Arn> {
        let (account, region) = (source.account()?, source.region()?);
        let base = format!(
            "arn:{}:backup:{region}:{account}:backup-vault:{NAME}",
            source.partition()
        );
        let copies: Vec<&str> = self.copies.iter().map(String::as_str).collect();
        let what = format!("{base} {}", copies.concat());
        between_for(&Arn::parse(&base).ok()?, &what)
    }

    /// Whom its key is shared with.
    pub const fn shared_with(&self) -> &BTreeSet<Arn> {
        &self.shared_with
    }
}

fn place(copy: &Copy) -> Place {
    let source = copy.endpoints().source_vault.as_ref().known();
    let place = source.map(|vault| (vault.account(), vault.region()));
    place.unwrap_or_default()
}

/// What carries a copy on goes by: what is copied, where to, by whom, and for how long.
fn told(copy: &Copy) -> String {
    let name = |arn: Option<&Arn>| arn.map_or("", Arn::as_str).to_owned();
    let kept = match copy.lifecycle() {
        Fact::Known(Some(kept)) => lifecycle(kept),
        Fact::Known(None) => String::new(),
        Fact::Unknown(_) => "?".to_owned(),
    };
    [
        name(Some(&copy.endpoints().destination_vault)),
        name(copy.resource.as_ref().known().and_then(Option::as_ref)),
        name(copy.transfer.recovery_point.as_ref()),
        name(copy.endpoints().role.as_ref().known()),
        kept,
    ]
    .join(" ")
}
