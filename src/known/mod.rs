//! The words that the rest of the program is written in: ARNs, accounts, Regions, resource types, and facts that may be
//! unknown. Text becomes one of these at the border and stays one.

mod arn;
mod batches;
mod count;
mod digest;
mod fact;
mod gap;
mod hashed;
pub mod near;
mod no_answer;
mod place;
mod recent;
mod resource_type;
mod shard;
mod written;

pub(crate) use arn::part;
pub use arn::{Arn, ArnError};
pub use batches::in_order;
pub use count::Count;
pub use digest::{is_short_digest, short_digest};
pub use fact::Fact;
pub use gap::{ApiCall, ByHand, Gap};
pub use hashed::{HashMap, HashSet};
pub use no_answer::NoAnswer;
pub use place::{AccountId, AccountIdError, Partition, Region, RegionError};
pub use recent::Recent;
pub use resource_type::ResourceType;
pub use shard::{Shard, ShardError};
pub use written::{WrittenArgument, WrittenBlock};
