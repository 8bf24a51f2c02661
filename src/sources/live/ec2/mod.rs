//! Amazon EC2 and EBS: volumes, instances, images, and the settings of a Region. Its SDK is larger than those of all
//! other services together, so the few calls that matter here are made by hand.
//!
//! See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>.

mod machines;
mod settings;
mod snapshots;
mod tables;
mod xml;

use serde_json::{Map, Value};

use crate::known::Region;

use super::reply::{CallError, Reply};
use super::session::Session;
use super::shape::tags as in_order;
use super::signed::{self, Body, Call};

pub use machines::{instance, instances, volume, volumes};
pub use settings::{allowed_images, ebs_default_key, opt_in_status, opt_in_statuses};
pub use snapshots::{image, snapshot};

type Params<'a> = &'a [(&'a str, &'a str)];

/// One call, and the fields of its answer that a table names.
async fn call(
    session: &Session,
    region: &Region,
    operation: &'static str,
    params: Params<'_>,
    fields: &[xml::Field],
) -> Reply<Map<String, Value>> {
    let mut form = format!("Action={operation}&Version=2016-11-15");
    for (name, value) in params {
        form.push('&');
        form.push_str(name);
        form.push('=');
        push_encoded(&mut form, value);
    }
    let call = Call {
        service: "ec2",
        operation,
        body: Body::Form(&form),
        error: xml::error,
    };
    let answer = signed::send(session, region, call).await?;
    xml::read(&answer, fields).ok_or_else(CallError::unreadable)
}

/// All pages of a list.
async fn pages(
    session: &Session,
    region: &Region,
    operation: &'static str,
    params: Params<'_>,
    fields: &[xml::Field],
    list: &str,
) -> Reply<Vec<Value>> {
    let mut all = Vec::new();
    let mut next: Option<String> = None;
    let mut pages = session.pages();
    loop {
        let mut params = params.to_vec();
        if let Some(token) = &next {
            params.push(("NextToken", token));
        }
        let mut page = call(session, region, operation, &params, fields).await?;
        let before = all.len();
        if let Some(Value::Array(items)) = page.remove(list) {
            all.extend(items);
        }
        let token = page.get("NextToken").and_then(Value::as_str);
        if !pages.more(all.len().saturating_sub(before), token)? {
            return Ok(all);
        }
        next = token.map(str::to_owned);
    }
}

fn push_encoded(form: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            form.push(char::from(byte));
        } else {
            form.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// The tags that an object of EC2 carries.
fn tags(object: &Value) -> Value {
    let pairs = object.get("Tags").and_then(Value::as_array);
    in_order(pairs.into_iter().flatten().filter_map(|tag| {
        let value = tag.get("Value").and_then(Value::as_str);
        Some((tag.get("Key")?.as_str()?, value.unwrap_or_default()))
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_form_has_what_is_not_a_plain_letter_encoded() {
        let mut form = String::new();
        super::push_encoded(&mut form, "a+b/c=é-_.~9");
        assert_eq!(form, "a%2Bb%2Fc%3D%C3%A9-_.~9");
    }
}
