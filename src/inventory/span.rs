//! Where the value under a JSON pointer stands in a text.

use std::ops::Range;

use serde_json::value::RawValue;

use super::envelope::RawFields;

/// The bytes of the value under the names and places of a pointer; `None` where the text has none there.
pub fn span<S: AsRef<str>>(text: &str, path: &[S]) -> Option<Range<usize>> {
    let mut value = text.trim();
    for step in path {
        let step = step.as_ref();
        let inner: &RawValue = if value.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(value).ok()?;
            let place: usize = step.parse().ok()?;
            items.get(place).copied()?
        } else {
            let RawFields(fields) = serde_json::from_str(value).ok()?;
            fields.iter().find(|(name, _)| name == step)?.1
        };
        value = inner.get();
    }
    // It borrows from the text.
    let start = value.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(value.len())?;
    (end <= text.len()).then_some(start..end)
}

/// The steps of a JSON pointer.
pub fn steps(pointer: &str) -> Vec<String> {
    let steps = pointer.split('/').skip(1);
    steps
        .map(|step| step.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// A name as a JSON pointer has it.
pub fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The line and the column of a place in a text, both from 1.
pub fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let start = before.rfind('\n').map_or(0, |end| end.saturating_add(1));
    (line, before.len().saturating_sub(start).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_pointer() {
        let text = "\n {\"a\": [1, {\"b/c\": \"x\",\n  \"d\": null}]}\n";
        for (pointer, found, place) in [
            ("/a/0", "1", (2, 9)),
            ("/a/1/b~1c", "\"x\"", (2, 20)),
            ("/a/1/d", "null", (3, 8)),
        ] {
            let at = span(text, &steps(pointer)).unwrap();
            assert_eq!(&text[at.clone()], found, "{pointer}");
            assert_eq!(line_and_column(text, at.start), place, "{pointer}");
        }
        for pointer in ["/b", "/a/2", "/a/x", "/a/0/x"] {
            assert_eq!(span(text, &steps(pointer)), None, "{pointer}");
        }
    }
}
