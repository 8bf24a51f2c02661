//! The addresses of module instances: `module.a["x"].module.b[0]`.

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

/// What follows an index: `.b` of `["x"].b`. A quote within the index is escaped.
fn after_index(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('[') else {
        return text;
    };
    let (mut quoted, mut escaped) = (false, false);
    for (at, letter) in inner.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return inner.get(at.saturating_add(1)..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
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
