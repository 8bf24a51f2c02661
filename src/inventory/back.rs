//! The way back of a copy: from its destination to where it came from, for a restore.

use crate::known::{Arn, Fact};

use super::copy::{Copy, Named};
use super::word::Start;

impl Copy {
    /// What names the copy that brings this one's back: its backup is the one that this copy makes, in the destination vault; it
    /// goes to the source vault, on demand, by the default role of the account that it lies in, and never expires.
    /// `None` where the source vault is not known, or the destination's ARN names no account.
    #[must_use]
    pub fn back(&self) -> Option<Named> {
        let home = self.endpoints().source_vault.as_ref().known()?;
        let from = &self.endpoints().destination_vault;
        let role = Arn::iam_role(
            from.partition(),
            from.account()?,
            "service-role/AWSBackupDefaultServiceRole",
        );
        let first = self.named();
        let mut assumptions = vec![
            format!("backup: the one that the copy `{}` makes", self.id),
            "role: AWSBackupDefaultServiceRole of the account that the copy lies in".to_owned(),
            "lifecycle: what comes back names none".to_owned(),
            "restore: the network, the names, the settings and the quotas that it takes are known only at that time".to_owned(),
        ];
        assumptions.extend(self.cold_later());
        Some(Named {
            id: format!("{}/back", self.id).into(),
            resource: first.resource.clone(),
            recovery_point: None,
            source_vault: Some(from.clone()),
            destination_vault: home.clone(),
            role: Fact::Known(role),
            lifecycle: Fact::Known(None),
            start: Start::OnDemand,
            plan: None,
            assumptions,
            copy_of: Some(Box::new(first)),
            made: self.made.clone(),
        })
    }

    /// Whether it is the way back of another copy: from where that one goes to where it comes from.
    #[must_use]
    pub fn is_way_back(&self) -> bool {
        self.copy_of.as_ref().is_some_and(|first| {
            self.endpoints().source_vault.as_ref().known() == Some(&first.destination_vault)
                && first.source_vault.as_ref() == Some(&self.endpoints().destination_vault)
        })
    }

    /// The recovery point that it begins with: its own, else that of the copy which makes its backup.
    #[must_use]
    pub fn first_point(&self) -> Option<&Arn> {
        let of_first = || self.copy_of.as_ref()?.recovery_point.as_ref();
        self.transfer.recovery_point.as_ref().or_else(of_first)
    }

    /// What is taken for granted of a copy that moves to cold storage, from where nothing can be copied.
    fn cold_later(&self) -> Option<String> {
        match self.lifecycle().as_ref() {
            Fact::Known(None) => None,
            Fact::Known(Some(kept)) => kept
                .move_to_cold_storage_after_days
                .value()
                .map(|days| format!("storage: the copy is warm, which it is for {days} days")),
            Fact::Unknown(_) => Some("storage: the copy is warm".to_owned()),
        }
    }
}
