//! The status messages of AWS Backup's jobs: what each says, what it is filed under, and which checks foretell it.

mod category;
mod explain;
mod predict;
mod table;

pub use category::Category;
pub use explain::{explain, nearest, wording};
pub use predict::{
    Predicted, destination_key_refuses, option_group_required, predict, role_missing,
    route_unsupported, source_key_aws_managed, source_key_not_shared,
};
pub use table::{ALL, Message, MessageId, Text, message};
