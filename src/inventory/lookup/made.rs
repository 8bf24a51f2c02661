//! When plans, selections and vaults were made, as far as their `CreationDate` was read.

use serde_json::Value;

use crate::inventory::json::{Extra, Json};
use crate::known::{AccountId, Arn, Region};

use super::Facts;
use super::contradiction::extra;
use super::stored::moment;

/// What AWS calls that date.
const MADE: &str = "CreationDate";

impl Facts<'_> {
    /// When a plan was made as it is, in milliseconds since 1970.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_GetBackupPlan.html>.
    #[must_use]
    pub fn plan_made(&self, id: &str, account: AccountId, region: &Region) -> Option<i128> {
        let plan = self.plan_of_id(id, account, region)?;
        self.not_ahead(of(&plan.extra))
    }

    /// When a selection of a plan was made: it is never changed. Of several of one name, when the first was.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_GetBackupSelection.html>.
    #[must_use]
    pub fn selection_made(
        &self,
        (plan, selection): (&str, &str),
        account: AccountId,
        region: &Region,
    ) -> Option<i128> {
        let plan = self.plan_of_id(plan, account, region)?;
        let Json(Value::Array(selections)) = plan.selections.value()? else {
            return None;
        };
        let named = selections
            .iter()
            .filter(|of| of.get("SelectionName").and_then(Value::as_str) == Some(selection));
        let made = named.map(|of| moment(of.get(MADE)?));
        self.not_ahead(made.collect::<Option<Vec<i128>>>()?.into_iter().min())
    }

    /// When a vault was made.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DescribeBackupVault.html>.
    #[must_use]
    pub fn vault_made(&self, vault: &Arn) -> Option<i128> {
        let vault = self.vault(vault);
        let made = vault.parts().find_map(|part| of(&part.extra));
        self.not_ahead(made)
    }

    /// A date, unless the facts were read before it.
    fn not_ahead(&self, made: Option<i128>) -> Option<i128> {
        made.filter(|made| !self.is_ahead(*made))
    }
}

fn of(fields: &Extra) -> Option<i128> {
    moment(extra(fields, MADE)?)
}
