//! What is laid over the facts: a plan, a template, or a file in which somebody asks "what if". What stands there wins, field
//! by field; what is absent leaves the facts as they are; `{"unknown": "why"}` makes a fact unknown.

mod aws_tags;
mod control_part;
mod data;
mod default_key;
mod document;
mod either;
mod emptied;
mod file;
mod joined;
mod laid;
mod left_open;
mod lists;
mod made;
mod managed;
mod names;
mod open;
mod organization;
mod otherwise;
mod policy_change;
mod stale;
mod stands;
mod strange;
mod unknown;

use serde_json::{Value, json};

use super::frame::Inventory;
use super::read::{ReadError, read};
use laid::Laid;
use lists::ROOT;
use stale::Stale;

pub use data::{as_data, data};
pub use default_key::{ebs_default_key, leave_changed_defaults_open};
pub use document::{Overlay, Waiting};
pub use either::differs;
pub use file::opened;
pub use names::{Misspelt, misspelt};
pub use open::{
    ANEW, ARN_BEGINS, BY_NAME, ENCRYPTED_ANEW, GIVEN_BY_AWS, GIVEN_WHEN_MADE, HOW_LAID,
    KEY_FOR_GOOD, MAY_STAY, NAME_SHAPE, NAME_TO_COME, NOT_MADE_NOW, SAVED, UNLOCKED,
    WHERE_IT_STANDS,
};
pub use otherwise::{ReadOtherwise, said_otherwise};
pub use policy_change::{Becomes, PolicyChange, PolicyType};
pub use stale::forget_roles;
pub use strange::strangers;
pub use unknown::unknown_within;

impl Overlay {
    /// What was not read of the organization whose policies this changes, in words.
    #[must_use]
    pub fn organization_unread(&self, inventory: &Inventory) -> Vec<String> {
        organization::unread(inventory, &self.organization)
    }

    /// The facts with this on top.
    ///
    /// # Errors
    /// Where what comes of it is not an inventory: the place in the overlay is said.
    pub fn over(&self, base: &Inventory) -> Result<Inventory, ReadError> {
        let mut all = serde_json::to_value(base).unwrap_or(Value::Null);
        let mut laid = Laid::of(self, base);
        let documents = managed::documents(&all);
        let document = default_key::settled(&self.document, base);
        if let (Value::Object(all), Value::Object(over)) = (&mut all, &*document) {
            let stale = Stale::of(all, &document);
            stale.forget_grants(all);
            laid.fields(all, over, ROOT, "", &[]);
            stale.forget(all);
            for (point, why) in emptied::empty(all, &laid.emptied) {
                laid.gap("backup:DescribeRecoveryPoint", &point, &why, "");
            }
            managed::fill(all, &documents);
            for left in managed::lay(all, &self.policies, self.may_leave().then_some(&self.name)) {
                laid.gap(left.call, &left.role, &left.why, left.field);
            }
            for left in organization::lay(
                all,
                &self.organization,
                self.may_leave().then_some(&self.name),
            ) {
                laid.gap(left.call, &left.account, &left.why, "");
            }
            open::everywhere(all, &mut laid.gaps, &mut laid.told);
            let gaps = std::mem::take(&mut laid.gaps);
            if let Value::Array(list) = all.entry("gaps").or_insert_with(|| json!([])) {
                // What was unknown for another reason is unknown for this one now.
                let told = std::mem::take(&mut laid.told);
                list.retain(|gap| {
                    let text = |name: &str| gap.get(name).and_then(Value::as_str);
                    match (text("operation"), text("subject")) {
                        (Some(call), Some(subject)) => !told.contains(&(call, subject.to_owned())),
                        (None, _) | (_, None) => true,
                    }
                });
                list.extend(gaps);
            }
        }
        if let Some(conflict) = laid.conflict {
            return Err(ReadError::Conflict {
                first: self.name.clone(),
                second: self.name.clone(),
                conflict,
            });
        }
        // What is read as a file is checked as a file: the overlay can say nothing that an inventory could not.
        let laid = read(&self.name, all.to_string().as_bytes()).map(|laid| Inventory {
            // What lies on the facts says nothing of when they were read.
            collected_at: base.collected_at.clone(),
            ..laid
        });
        laid.map_err(|error| match error {
            // Its place is that of the whole, which nobody has.
            ReadError::Format { file, message, .. } => ReadError::Laid { file, message },
            other @ (ReadError::Laid { .. }
            | ReadError::EmptyCopyId { .. }
            | ReadError::DuplicateCopy { .. }
            | ReadError::Conflict { .. }) => other,
        })
    }
}
