//! EC2's answers: XML, read by tables into the shapes and names that the `aws` command prints.
//!
//! See <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>.

use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use serde_json::{Map, Value};

/// A field: its element's name, the name that AWS's other tools give it, and what is in it.
pub struct Field(pub &'static str, pub &'static str, pub Of);

/// What is in an element.
pub enum Of {
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// An object.
    Object(&'static [Field]),
    /// `item` elements with text.
    Texts,
    /// `item` elements with objects.
    Objects(&'static [Field]),
    /// The same of objects whose every field counts: what the table does not have is named, so that nobody takes the
    /// rest for all.
    Whole(&'static [Field]),
}

/// The fields of an answer that a table names. `None`: it is not the XML that EC2 sends.
pub fn read(text: &str, fields: &[Field]) -> Option<Map<String, Value>> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    // A cut-off document reads like a shorter one.
    let end = format!("</{}>", root.start_el().local());
    if !text.trim_end().ends_with(&end) {
        return None;
    }
    object(&mut root, fields, Rest::LeftOut)
}

/// The code of an error.
pub fn error(text: &str) -> Option<String> {
    const CODE: &[Field] = &[Field("Code", "Code", Of::Text)];
    const ERRORS: &[Field] = &[Field("Error", "Error", Of::Object(CODE))];
    const ANSWER: &[Field] = &[Field("Errors", "Errors", Of::Object(ERRORS))];
    let answer = Value::Object(read(text, ANSWER)?);
    answer
        .pointer("/Errors/Error/Code")?
        .as_str()
        .map(str::to_owned)
}

/// What becomes of elements that a table does not have.
#[derive(Clone, Copy)]
enum Rest {
    LeftOut,
    Named,
}

fn object(
    decoder: &mut ScopedDecoder<'_, '_>,
    fields: &[Field],
    rest: Rest,
) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    while let Some(mut element) = decoder.next_tag() {
        let local = element.start_el().local().to_owned();
        match (fields.iter().find(|field| field.0 == local), rest) {
            (Some(Field(_, name, of)), _) => {
                if let Some(value) = value(&mut element, of)? {
                    object.insert((*name).to_owned(), value);
                }
            }
            (None, Rest::Named) => {
                object.insert(local, Value::from("not read"));
            }
            (None, Rest::LeftOut) => {}
        }
    }
    Some(object)
}

/// The outer `None`: it cannot be read. The inner: there is nothing in it.
fn value(element: &mut ScopedDecoder<'_, '_>, of: &Of) -> Option<Option<Value>> {
    Some(match of {
        Of::Text => Some(Value::from(try_data(element).ok()?.into_owned())),
        Of::Flag => Some(Value::from(try_data(element).ok()?.parse::<bool>().ok()?)),
        Of::Number => Some(Value::from(try_data(element).ok()?.parse::<i64>().ok()?)),
        Of::Object(fields) => Some(object(element, fields, Rest::LeftOut)?.into()),
        Of::Texts => list(element, |item| {
            Some(try_data(item).ok()?.into_owned().into())
        })?,
        Of::Objects(fields) => list(element, |item| {
            Some(object(item, fields, Rest::LeftOut)?.into())
        })?,
        Of::Whole(fields) => list(element, |item| {
            Some(object(item, fields, Rest::Named)?.into())
        })?,
    })
}

fn list(
    element: &mut ScopedDecoder<'_, '_>,
    read: impl Fn(&mut ScopedDecoder<'_, '_>) -> Option<Value>,
) -> Option<Option<Value>> {
    let mut items = Vec::new();
    while let Some(mut item) = element.next_tag() {
        items.push(read(&mut item)?);
    }
    Some((!items.is_empty()).then_some(items.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &[Field] = &[
        Field("key", "Key", Of::Text),
        Field("value", "Value", Of::Text),
    ];
    const VOLUME: &[Field] = &[
        Field("encrypted", "Encrypted", Of::Flag),
        Field("tagSet", "Tags", Of::Objects(TAG)),
    ];
    const ANSWER: &[Field] = &[
        Field("volumeSet", "Volumes", Of::Objects(VOLUME)),
        Field("criteria", "Criteria", Of::Whole(TAG)),
    ];

    fn json(text: &str) -> Option<String> {
        read(text, ANSWER).map(|answer| Value::from(answer).to_string())
    }

    #[test]
    fn a_table_names_what_is_read_and_the_rest_is_left_out() {
        let text = r#"<?xml version="1.0"?><A xmlns="x"><requestId>1</requestId><volumeSet><item><size>8</size>
            <encrypted>true</encrypted><tagSet><item><key>a&amp;b</key><value/></item></tagSet></item></volumeSet></A>"#;
        assert_eq!(
            json(text).unwrap(),
            r#"{"Volumes":[{"Encrypted":true,"Tags":[{"Key":"a&b","Value":""}]}]}"#
        );
    }

    #[test]
    fn a_condition_that_the_table_does_not_have_is_not_forgotten() {
        let text = "<A><criteria><item><key>k</key><moonPhaseSet><item>full</item></moonPhaseSet></item></criteria></A>";
        assert_eq!(
            json(text).unwrap(),
            r#"{"Criteria":[{"Key":"k","moonPhaseSet":"not read"}]}"#
        );
    }

    #[test]
    fn what_is_cut_off_or_no_xml_is_not_read() {
        for text in ["<A><volumeSet><item>", "<A><volumeSet/>", "", "no"] {
            assert_eq!(json(text), None, "{text}");
        }
    }

    #[test]
    fn an_errors_code_is_read() {
        let text = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>";
        assert_eq!(error(text).as_deref(), Some("UnauthorizedOperation"));
        assert_eq!(error("<html></html>"), None);
    }
}
