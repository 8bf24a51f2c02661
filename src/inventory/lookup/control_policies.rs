//! Whether the control policies that are in force on an account were read, all of them and as they stand.

use crate::catalog::calls::api_call;
use crate::inventory::objects::ControlPolicy;
use crate::known::{AccountId, Fact, Gap};

use super::{ControlList, Facts};

impl Facts<'_> {
    /// What was not read of the control policies of one kind that bind an account: their list, the text of one, or a level. `None` also
    /// where none binds it.
    #[must_use]
    pub fn control_policies_unread(
        &self,
        account: AccountId,
        list: ControlList,
    ) -> Option<Box<Gap>> {
        let outside = matches!(self.organization(account), Fact::Known(None));
        if outside || matches!(self.is_management_account(account), Fact::Known(true)) {
            return None;
        }
        let (policies, name) = match list {
            ControlList::Service => (
                self.service_control_policies(account),
                "service_control_policies",
            ),
            ControlList::Resource => (
                self.resource_control_policies(account),
                "resource_control_policies",
            ),
        };
        let levels = match policies {
            Fact::Unknown(gap) => return Some(gap),
            Fact::Known(None) => return None,
            Fact::Known(Some(levels)) => levels,
        };
        let disputed = || self.control_policies_disputed(account, list);
        if levels.is_empty() {
            return disputed().map(Box::new);
        }
        let mut all = levels.iter().flatten();
        let is_unread = |policy: &&ControlPolicy| {
            policy.document.value().is_none() && !policy.allows_everything()
        };
        let unread = all.find(is_unread);
        let unread = unread.map(|policy| self.text_of_policy_gap(account, policy));
        let unread = unread.or_else(|| self.levels_otherwise(account, name, levels));
        unread.or_else(disputed).map(Box::new)
    }

    fn text_of_policy_gap(&self, account: AccountId, policy: &ControlPolicy) -> Gap {
        let of_account = account.to_string();
        let (call, subject) = if policy.is_any_other() {
            let list = api_call!("organizations:ListPoliciesForTarget");
            (list, of_account.as_str())
        } else {
            let name = policy.id.value().map_or("", |id| id);
            (api_call!("organizations:DescribePolicy"), name)
        };
        self.gap(call, subject, Some(account), None)
    }
}
