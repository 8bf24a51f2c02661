//! What the arguments of a plan's providers come to in the configuration's own text: a plan prints what they refer to.

use std::collections::BTreeMap;

use serde_json::Value;

use super::body::body_value;
use super::evaluate::Evaluator;
use super::identity::Identities;
use super::source::{attribute, label, text};

/// What the blocks of a plan's providers come to, by their keys (`aws.backup`, `module.bunker:aws`), as far as they are those that
/// the plan was made of.
#[must_use]
pub fn providers(evaluator: &Evaluator<'_>, ids: &Identities<'_, '_>) -> BTreeMap<String, Value> {
    let configuration = ids.objects.plan.configuration.iter();
    let all = configuration.flat_map(|all| &all.provider_config);
    let each = all.filter_map(|(key, config)| {
        let (name, alias) = match key.rsplit(':').next()?.split_once('.') {
            Some((name, alias)) => (name, Some(alias)),
            None => (key.rsplit(':').next()?, None),
        };
        let module = evaluator.module(&config.module_address)?;
        let mut blocks = module.blocks("provider");
        let block = blocks
            .find(|block| label(block, 0) == Some(name) && text(&block.body, "alias") == alias)?;
        let context = evaluator.scope(ids, &config.module_address, 0)?;
        let refers_to = |text: &str| {
            let references = config.expressions.pointer("/region/references");
            let references = references.and_then(Value::as_array).into_iter().flatten();
            let mut references = references.filter_map(Value::as_str);
            references.all(|reference| text.contains(reference))
        };
        let region = attribute(&block.body, "region").map(|region| region.expr.to_string());
        let is_it = refers_to(&region.unwrap_or_default());
        is_it.then(|| (key.clone(), body_value(&block.body, &context, key)))
    });
    each.collect()
}
