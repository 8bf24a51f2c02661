//! Whether the `.tf` files of a module are those that a plan was made of: one folder may be given for the plans of several, or be
//! older than its plan. A plan prints the blocks of its configuration, and of their arguments the constants and what they refer to.

use std::collections::BTreeSet;

use hcl::Block;
use hcl::eval::{Context, Evaluate};
use serde_json::Value;

use super::body::to_json;
use super::file::{ConfigResource, Module};
use super::source::{SourceModule, attribute, label};

/// Arguments of Terraform's own, which a plan prints elsewhere.
const OF_TERRAFORM: &[&str] = &["count", "depends_on", "for_each", "provider"];

/// Whether a module's files have the blocks that the plan says, and no others, with the constants and references that it says.
#[must_use]
pub fn is_of(module: &Module, source: &SourceModule) -> bool {
    let blocks = |mode: &str| match mode {
        "data" => "data",
        "ephemeral" => "ephemeral",
        _ => "resource",
    };
    let written = source.blocks("resource").chain(source.blocks("data"));
    // Not every version of Terraform prints what is ephemeral.
    let planned = module
        .resources
        .iter()
        .filter(|one| one.mode != "ephemeral");
    let planned = planned.map(|one| (&one.mode, &one.kind, &one.name));
    let planned: BTreeSet<_> = planned.collect();
    let mut resources = module.resources.iter();
    let is_same = resources.all(|resource| {
        let block = source.block(blocks(&resource.mode), &resource.kind, &resource.name);
        block.is_some_and(|block| is_block_of(resource, block))
    });
    let calls = source.blocks("module").filter_map(|call| label(call, 0));
    let mut calls: Vec<&str> = calls.collect();
    calls.sort_unstable();
    is_same && written.count() == planned.len() && module.module_calls.keys().eq(calls)
}

/// Whether a block has the arguments that the plan says.
fn is_block_of(resource: &ConfigResource, block: &Block) -> bool {
    let arguments = resource.expressions.as_object();
    let is_said = |name: &str| {
        let is_said = arguments.is_some_and(|arguments| arguments.contains_key(name));
        is_said || OF_TERRAFORM.contains(&name)
    };
    let mut written = block.body.attributes();
    written.all(|written| is_said(&written.key))
        && arguments.into_iter().flatten().all(|(name, said)| {
            let is_constant = said.get("constant_value");
            let references = said.get("references").and_then(Value::as_array);
            if is_constant.is_none() && references.is_none() {
                // Blocks within, and what is neither, as a call of a function.
                return true;
            }
            let Some(written) = attribute(&block.body, name) else {
                return false;
            };
            let is_written = |reference: &str| {
                let text = written.expr.to_string();
                let start = reference.split('[').next().unwrap_or_default();
                text.contains(start)
            };
            let mut references = references.into_iter().flatten().filter_map(Value::as_str);
            match is_constant {
                Some(constant) => {
                    let value = written.expr.evaluate(&Context::new()).ok();
                    value.as_ref().and_then(to_json).as_ref() == Some(constant)
                }
                None => references.all(is_written),
            }
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_of_another_configuration_are_told_by_their_blocks_constants_and_references() {
        let vault = |expressions: Value| {
            let resource = json!({"mode": "managed", "type": "aws_backup_vault", "name": "x", "expressions": expressions});
            serde_json::from_value::<Module>(json!({"resources": [resource]})).unwrap()
        };
        let planned = vault(json!({
            "name": {"constant_value": "central"},
            "kms_key_arn": {"references": ["aws_kms_key.k[0].arn", "aws_kms_key.k[0]", "aws_kms_key.k"]},
            "tags": {},
        }));
        let written = |name: &str, key: &str, more: &str| {
            let text = format!(
                "resource \"aws_backup_vault\" \"x\" {{\n  name = {name}\n  kms_key_arn = {key}\n  tags = merge({{}}, {{}})\n}}\n{more}"
            );
            SourceModule::parse(&text)
        };
        let key = "aws_kms_key.k[0].arn";
        assert!(is_of(&planned, &written("\"central\"", key, "")));
        for (name, key, more) in [
            ("\"vault\"", key, ""),
            ("var.name", key, ""),
            ("\"central\"", "aws_kms_key.other.arn", ""),
            (
                "\"central\"",
                key,
                "resource \"aws_backup_vault\" \"y\" {\n}\n",
            ),
            (
                "\"central\"",
                key,
                "module \"y\" {\n  source = \"./y\"\n}\n",
            ),
        ] {
            assert!(
                !is_of(&planned, &written(name, key, more)),
                "{name} {key} {more}"
            );
        }
        let no_key = vault(json!({"name": {"constant_value": "central"}}));
        assert!(!is_of(&no_key, &written("\"central\"", key, "")));
    }
}
