//! What AWS answered, member by member: the SDK's types drop what a later API says, and what is not known there may leave open
//! what an answer means.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

/// Keeps the JSON answer of the one call that it is given to.
#[derive(Clone, Debug, Default)]
pub struct Verbatim(Arc<Mutex<Value>>);

impl Verbatim {
    /// A member of the answer. What AWS writes as null it has not: that is left out, as the SDK does.
    pub fn member(&self, name: &str) -> Option<Value> {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answer
            .get(name)
            .filter(|it| !it.is_null())
            .map(without_nulls)
    }
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let there = members.iter().filter(|(_, value)| !value.is_null());
            let there = there.map(|(name, value)| (name.clone(), without_nulls(value)));
            Value::Object(there.collect())
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[dyn_dispatch_hint]
impl Intercept for Verbatim {
    fn name(&self) -> &'static str {
        "what an answer says"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        // What is no JSON the SDK does not read either, and says so.
        let said = serde_json::from_slice(body).unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = said;
        Ok(())
    }
}
