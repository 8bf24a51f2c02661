//! Addresses and references as text: `module.a["x"].module.b[0]`, `aws_kms_key.one[0].arn`.

/// The names of the calls in a module instance's address: `a` and `b` of `module.a["x"].module.b[0]`.
#[must_use]
pub fn steps(address: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (name, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        steps.push(name);
        rest = after_index(tail);
        rest = rest.strip_prefix('.').unwrap_or(rest);
    }
    steps
}

/// What follows an index: `.b` of `["x"].b`.
fn after_index(text: &str) -> &str {
    match text.strip_prefix('[') {
        None => text,
        Some(inner) => indexed(inner).map_or("", |(_, rest)| rest),
    }
}

/// What stands before the bracket that closes an index, and what after. A quote within the index is escaped.
fn indexed(inner: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in inner.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return Some((inner.get(..at)?, inner.get(at.saturating_add(1)..)?)),
            _ => {}
        }
    }
    None
}

/// The address of the module that a module instance stands in, and the call with its index: `module.a` and `module.b[0]` of
/// `module.a.module.b[0]`.
#[must_use]
pub fn parent(address: &str) -> Option<(&str, &str)> {
    if address.is_empty() {
        return None;
    }
    let mut last = 0;
    let mut rest = address;
    while let Some(after) = rest.strip_prefix("module.") {
        last = address.len().saturating_sub(rest.len());
        let end = after.find(['.', '[']).unwrap_or(after.len());
        let (_, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        let tail = after_index(tail);
        rest = tail.strip_prefix('.').unwrap_or(tail);
    }
    let (above, call) = address.split_at_checked(last)?;
    Some((above.strip_suffix('.').unwrap_or(above), call))
}

/// The module instance of a call that another one is, or stands in, and its index.
pub fn instance_of(module: &str, start: &str) -> Option<(String, Option<String>)> {
    let rest = module.strip_prefix(start)?;
    if rest.is_empty() || rest.starts_with('.') {
        return Some((start.to_owned(), None));
    }
    let index = index_of(rest)?;
    Some((format!("{start}[{index}]"), Some(index)))
}

/// The first index of an address: `"x"` of `module.a["x"].module.b`.
pub fn index_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once('[')?;
    indexed(rest).map(|(index, _)| index.to_owned())
}

/// A reference, word by word.
pub struct ReferenceWords<'r>(pub &'r str);

impl<'r> ReferenceWords<'r> {
    pub fn next_name(&mut self) -> &'r str {
        let text = self.0.strip_prefix('.').unwrap_or(self.0);
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        self.0 = rest;
        name
    }

    /// The index that follows, as it is written.
    pub fn index(&mut self) -> Option<String> {
        if !self.0.starts_with('[') {
            return None;
        }
        let index = index_of(self.0)?;
        let end = index.len().saturating_add(2);
        self.0 = self.0.get(end..).unwrap_or_default();
        Some(index)
    }

    /// All that follows, and then a path.
    pub fn rest_with(&mut self, path: &str) -> String {
        let rest = self.0.strip_prefix('.').unwrap_or(self.0);
        match (rest, path) {
            ("", path) => path.to_owned(),
            (rest, "") => rest.to_owned(),
            (rest, path) if path.starts_with('[') => format!("{rest}{path}"),
            (rest, path) => format!("{rest}.{path}"),
        }
    }
}
