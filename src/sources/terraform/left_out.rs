//! What a configuration leaves to AWS. The provider tells of an attribute that may be set and is read back in any case that it is known
//! after apply where nobody sets it, so that a plan shows it just as it shows what is made of something that is not there yet.
//!
//! See <https://developer.hashicorp.com/terraform/plugin/sdkv2/schemas/schema-behaviors#computed>.

use serde_json::Value;

use super::identity::Identities;
use super::object::{Attribute, Moment, Object};

/// The blocks of which that is so.
///
/// See <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/backup/selection.go>, `iam/role.go`,
/// `dynamodb/table.go` and `s3/bucket.go`.
const BLOCKS: &[&str] = &[
    "condition",
    "inline_policy",
    "server_side_encryption",
    "server_side_encryption_configuration",
];

/// The attributes of blocks within blocks of which that is so, and which the provider does not send where they are not set.
///
/// See <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/backup/plan.go>.
const WITHIN_BLOCKS: &[(&str, &str)] =
    &[("lifecycle", "opt_in_to_archive_for_supported_resources")];

impl<'p> Identities<'_, 'p> {
    /// Whether nobody sets an attribute of what is made that waits for apply. What comes of values that are all known is known itself,
    /// unless it is null. Not to be asked of blocks: those that are dynamic stand in the text alone.
    #[must_use]
    pub fn is_left_out(&self, object: &Object<'p>, name: &str, moment: Moment) -> bool {
        object.is_new(moment)
            && object.attribute(moment, name) == Attribute::AfterApply
            && match object.expression(name) {
                None => object.is_not_configured(name),
                Some(expression) => {
                    self.evaluated(object, name, moment) == Some(Value::Null)
                        || self.comes_of_known(object, expression)
                }
            }
    }

    /// Whether an expression that waits for apply comes of what is known, so that it is null.
    pub fn comes_of_known(&self, object: &Object<'p>, expression: &Value) -> bool {
        if expression.get("constant_value") == Some(&Value::Null) {
            return true;
        }
        let from = self.objects.targets(object, expression);
        // What refers to nothing is made by a function, which may be one whose value waits for apply.
        expression.get("references").is_some() && !from.is_open && from.unknown.is_empty()
    }

    /// Whether what is made has no blocks of a name, where it is told that they wait for apply. A dynamic block stands in the text
    /// alone: where that was not read, that there is none is taken for granted.
    pub(super) fn has_no_blocks(&self, object: &Object<'p>, name: &str, moment: Moment) -> bool {
        let is_left_to_come = BLOCKS.contains(&name)
            && object.is_new(moment)
            && object.attribute(moment, name) == Attribute::AfterApply
            && object.is_not_configured(name);
        if is_left_to_come {
            self.take_for_none(object, name);
        }
        is_left_to_come
    }

    /// The blocks that a plan tells of, without what nobody sets in them. `configured` is what the text of the configuration comes to. Where
    /// that was not read, dynamic blocks are taken to set no more than the others: they stand in the text alone.
    pub(super) fn without_left_out(
        &self,
        object: &Object<'p>,
        name: &str,
        mut planned: Value,
        configured: Option<&Value>,
    ) -> Value {
        for (block, attribute) in WITHIN_BLOCKS {
            let waits = |one: &Value| usize::from(is_open(one, attribute));
            let open = sum(&planned, &waits);
            if open == 0 {
                continue;
            }
            let sets = |is_set: &dyn Fn(&Value) -> bool, all: &Value| {
                sum(all, &|one: &Value| {
                    usize::from(one.get(attribute).is_some_and(is_set))
                })
            };
            let is_left_out = match (configured, object.block) {
                (Some(configured), _) => {
                    sets(&|value| !value.is_null(), configured) == 0 && is_told(configured)
                }
                (None, Some(_)) => {
                    let written = object.expression(name).unwrap_or(&Value::Null);
                    let blocks = |one: &Value| {
                        let all = one.get(block).and_then(Value::as_array);
                        all.map_or(0, Vec::len)
                    };
                    let is_set = |value: &Value| !self.comes_of_known(object, value);
                    let is_left_out = sets(&is_set, written) == 0;
                    if is_left_out && sum(written, &blocks) < open {
                        self.take_for_none(object, attribute);
                    }
                    is_left_out
                }
                (None, None) => false,
            };
            if is_left_out {
                remove(&mut planned, attribute);
            }
        }
        planned
    }
}

fn is_open(block: &Value, attribute: &str) -> bool {
    let value = block.get(attribute);
    value.is_some_and(|value| value.get("unknown").is_some())
}

/// Whether all blocks are told: what is not known is an attribute of one.
fn is_told(configured: &Value) -> bool {
    match configured {
        Value::Array(blocks) => blocks
            .iter()
            .all(|one| one.get("unknown").is_none() && is_told(one)),
        Value::Object(fields) => fields.values().all(is_told),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// What a number of each block comes to, those within others among them.
fn sum(all: &Value, of: &dyn Fn(&Value) -> usize) -> usize {
    let within: usize = match all {
        Value::Array(blocks) => blocks.iter().map(|one| sum(one, of)).sum(),
        Value::Object(fields) => fields.values().map(|one| sum(one, of)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    within.saturating_add(of(all))
}

/// Takes an attribute that waits for apply out of all blocks.
fn remove(all: &mut Value, attribute: &str) {
    match all {
        Value::Array(blocks) => blocks.iter_mut().for_each(|one| remove(one, attribute)),
        Value::Object(fields) => {
            fields.retain(|name, value| name != attribute || value.get("unknown").is_none());
            fields.values_mut().for_each(|one| remove(one, attribute));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
