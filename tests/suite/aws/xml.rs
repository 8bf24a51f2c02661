//! Values as the XML of AWS's Query protocols.
//!
//! The protocols do not say in the data whether an array's elements are called `member` or by a name of their own, so
//! each service says so for its lists.
//!
//! See <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>.

use serde_json::Value;

/// How a field with many values is written.
pub enum Many {
    /// Each value in an element of this name.
    Items(&'static str),
    /// A map: `<entry><key>…</key><value>…</value></entry>`.
    Entries,
}

/// How the field at the end of this path is written, where it is a list or a map.
pub type Shape = fn(&[String]) -> Many;

/// An element with a value in it. Null is no element at all.
pub fn element(name: &str, value: &Value, shape: Shape) -> String {
    let mut out = String::new();
    write(&mut out, &mut vec![name.to_owned()], value, shape);
    out
}

/// The elements of an object's fields, one after the other.
pub fn fields(value: &Value, shape: Shape) -> String {
    let mut out = String::new();
    let mut path = Vec::new();
    write_fields(&mut out, &mut path, value, shape);
    out
}

/// Text with what XML reserves escaped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
    out
}

fn write_fields(out: &mut String, path: &mut Vec<String>, value: &Value, shape: Shape) {
    for (name, value) in value.as_object().into_iter().flatten() {
        path.push(name.clone());
        write(out, path, value, shape);
        path.pop();
    }
}

fn write(out: &mut String, path: &mut Vec<String>, value: &Value, shape: Shape) {
    let Some(name) = path.last().cloned() else {
        return;
    };
    match value {
        Value::Null => return,
        Value::Bool(_) | Value::Number(_) => out.push_str(&format!("<{name}>{value}")),
        Value::String(text) => out.push_str(&format!("<{name}>{}", escape(text))),
        Value::Array(values) => {
            out.push_str(&format!("<{name}>"));
            let Many::Items(item) = shape(path) else {
                panic!("`{name}` is a map and has a list in it");
            };
            path.push(item.to_owned());
            for value in values {
                write(out, path, value, shape);
            }
            path.pop();
        }
        Value::Object(fields) => {
            out.push_str(&format!("<{name}>"));
            if matches!(shape(path), Many::Entries) {
                for (key, value) in fields {
                    out.push_str(&format!("<entry><key>{}</key>", escape(key)));
                    path.push("value".to_owned());
                    write(out, path, value, shape);
                    path.pop();
                    out.push_str("</entry>");
                }
            } else {
                write_fields(out, path, value, shape);
            }
        }
    }
    out.push_str(&format!("</{name}>"));
}
