//! XML answers: whole, of the operation that was called, and with the members that it always returns. The SDK's reader
//! takes the end of a document that was cut off for the end of its elements.

use super::not_read::NotRead;

/// An element.
#[derive(Debug, Default)]
pub struct Element<'a> {
    name: &'a str,
    text: &'a str,
    children: Vec<Element<'a>>,
}

impl<'a> Element<'a> {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Element<'a>> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// The root of an operation's answer.
pub fn answer<'a>(body: &'a [u8], operation: &str) -> Result<Element<'a>, NotRead> {
    let root = read(body).ok_or(NotRead::NotWhole)?;
    if root.name.strip_suffix("Response") == Some(operation) {
        Ok(root)
    } else {
        Err(NotRead::OtherOperation)
    }
}

/// Whether an element has the members.
pub fn has(element: &Element<'_>, needs: &[&str]) -> Result<(), NotRead> {
    let text = |name: &str| element.child(name).map(|child| child.text.trim());
    if text("IsTruncated") == Some("true") && text("Marker").is_none_or(str::is_empty) {
        return Err(NotRead::Lacks("Marker".to_owned()));
    }
    needs.iter().try_for_each(|path| {
        let mut walked = Vec::new();
        follow(element, &mut path.split('/'), &mut walked)
            .map_err(|()| NotRead::Lacks(walked.join("/")))
    })
}

fn follow<'a>(
    element: &Element<'_>,
    path: &mut (impl Iterator<Item = &'a str> + Clone),
    walked: &mut Vec<&'a str>,
) -> Result<(), ()> {
    let Some(step) = path.next() else {
        return Ok(());
    };
    walked.push(step);
    if step == "*" {
        let depth = walked.len();
        for item in &element.children {
            walked.truncate(depth);
            follow(item, &mut path.clone(), walked)?;
        }
        return Ok(());
    }
    follow(element.child(step).ok_or(())?, path, walked)
}

/// AWS's answers are a dozen elements deep.
const DEEPEST: usize = 64;

/// The root element of a document that is whole: every element that begins ends, in order, and after the last there is
/// nothing more.
pub fn read(body: &[u8]) -> Option<Element<'_>> {
    let mut rest = std::str::from_utf8(body).ok()?;
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut root = None;
    loop {
        let (text, markup) = match rest.split_once('<') {
            Some((text, markup)) => (text, markup),
            None => return root.filter(|_| open.is_empty() && rest.trim().is_empty()),
        };
        match open.last_mut() {
            Some(element) if element.text.is_empty() => element.text = text,
            Some(_) => {}
            None if text.trim().is_empty() || text == "\u{feff}" => {}
            None => return None,
        }
        if let Some(instruction) = markup.strip_prefix('?') {
            rest = instruction.split_once("?>")?.1;
        } else if let Some(comment) = markup.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if let Some(data) = markup.strip_prefix("![CDATA[") {
            rest = data.split_once("]]>")?.1;
        } else if markup.starts_with('!') {
            return None;
        } else if let Some(end) = markup.strip_prefix('/') {
            let (name, after) = end.split_once('>')?;
            let element = open
                .pop()
                .filter(|element| element.name == local(name.trim_end()))?;
            close(element, &mut open, &mut root)?;
            rest = after;
        } else {
            let (tag, after) = tag(markup)?;
            let (tag, is_empty) = tag
                .strip_suffix('/')
                .map_or((tag, false), |tag| (tag, true));
            let name = tag.split(char::is_whitespace).next()?;
            if name.is_empty() || open.len() == DEEPEST {
                return None;
            }
            let element = Element {
                name: local(name),
                ..Element::default()
            };
            if is_empty {
                close(element, &mut open, &mut root)?;
            } else {
                open.push(element);
            }
            rest = after;
        }
    }
}

fn close<'a>(
    element: Element<'a>,
    open: &mut [Element<'a>],
    root: &mut Option<Element<'a>>,
) -> Option<()> {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None if root.is_none() => *root = Some(element),
        None => return None,
    }
    Some(())
}

/// A tag, whose attributes may have a `>` in them, and what comes after it.
fn tag(markup: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, letter) in markup.char_indices() {
        match (quote, letter) {
            (None, '>') => return Some((markup.get(..at)?, markup.get(at.saturating_add(1)..)?)),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    None
}

/// A name without its namespace's prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_document_that_ends_where_it_should_is_read() {
        for whole in [
            "<a/>",
            "<?xml version=\"1.0\"?>\n<a b=\"x>y\"><c/>text<!-- no --><d>1</d></a>\n",
            "<x:a><x:b><![CDATA[<not>]]></x:b></x:a>",
        ] {
            assert!(read(whole.as_bytes()).is_some(), "{whole}");
        }
        for not in [
            "",
            "a",
            "<a>",
            "<a></b>",
            "<a><b></a></b>",
            "<a/><a/>",
            "<a/>x",
            "<a",
            "<a b=\"></a>",
            "</a>",
            "<!DOCTYPE html><html></html>",
        ] {
            assert!(read(not.as_bytes()).is_none(), "{not}");
        }
        assert!(read("<a>".repeat(1 << 20).as_bytes()).is_none());
        assert!(read(b"<a>\xff</a>").is_none());
    }
}
