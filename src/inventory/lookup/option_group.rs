//! RDS option groups.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::json::Json;
use crate::inventory::list::items;
use crate::known::{AccountId, Fact, Region};

use super::Facts;

impl<'a> Facts<'a> {
    /// The options of an option group: none for the default groups, which AWS keeps empty.
    ///
    /// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html>.
    #[must_use]
    pub fn option_group(
        &self,
        account: AccountId,
        region: &Region,
        name: &str,
    ) -> Fact<&'a [Value]> {
        if name.starts_with("default:") {
            return Fact::Known(&[]);
        }
        let found = self
            .region(account, region)
            .parts()
            .flat_map(|region| items(&region.option_groups))
            .find(|group| &*group.name == name)
            .map(|group| &group.options);
        match found {
            Some(Field::Is(Json(Value::Array(options)))) => Fact::Known(options),
            Some(Field::Null) => Fact::Known(&[]),
            Some(Field::Is(_) | Field::Absent) | None => Fact::unknown(self.gap(
                api_call!("rds:DescribeOptionGroups"),
                name,
                Some(account),
                Some(region),
            )),
        }
    }
}
