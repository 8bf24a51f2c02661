//! The actions that a pattern stands for, and the fewest patterns for some of them.

use std::collections::BTreeSet;

use crate::catalog::actions::of_service;

use super::exception::Grammar;

/// The actions that a pattern stands for, less some. `None` where nobody knows all that it stands for.
pub fn less(pattern: &str, allowed: &[&str], grammar: Grammar) -> Option<Vec<String>> {
    if !pattern.contains(['*', '?']) {
        return Some(Vec::new());
    }
    let struck = allowed.iter().find(|action| covers(pattern, action))?;
    let (service, _) = struck.split_once(':')?;
    let all: Vec<&str> = of_service(service)?
        .iter()
        .copied()
        .filter(|action| covers(pattern, action))
        .collect();
    match (grammar, pattern.split_once(':')) {
        (Grammar::OfResource, _) => {
            let left = all.iter().filter(|action| !allowed.contains(action));
            Some(left.map(ToString::to_string).collect())
        }
        (Grammar::ServiceControl | Grammar::ResourceControl, Some((of, _)))
            if of.eq_ignore_ascii_case(service) =>
        {
            let mut patterns = Vec::new();
            prefixes(&format!("{service}:"), &all, allowed, &mut patterns);
            Some(patterns)
        }
        // A pattern for several services.
        (Grammar::ServiceControl | Grammar::ResourceControl, _) => None,
    }
}

/// The fewest patterns, each a beginning, that stand for all of these actions but those that are left out: control
/// policies are short of room.
pub fn prefixes(beginning: &str, all: &[&str], but: &[&str], patterns: &mut Vec<String>) {
    let here: Vec<&str> = all
        .iter()
        .copied()
        .filter(|action| action.starts_with(beginning))
        .collect();
    match here.as_slice() {
        [] => return,
        [one] => {
            if !but.contains(one) {
                patterns.push((*one).to_owned());
            }
            return;
        }
        _ => {}
    }
    if !here.iter().any(|action| but.contains(action)) {
        patterns.push(format!("{beginning}*"));
        return;
    }
    if here.contains(&beginning) && !but.contains(&beginning) {
        patterns.push(beginning.to_owned());
    }
    let next = here.iter().filter_map(|action| {
        let rest = action.strip_prefix(beginning)?;
        rest.chars().next()
    });
    for letter in next.collect::<BTreeSet<char>>() {
        prefixes(&format!("{beginning}{letter}"), &here, but, patterns);
    }
}

/// Everything, or everything of a service: a key or a vault is only ever asked for what is its own.
pub fn is_whole(pattern: &str) -> bool {
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    !name.is_empty() && name.bytes().all(|byte| byte == b'*')
}

/// Whether a pattern with `*` and `?` stands for an action, in whatever case it is written.
pub fn covers(pattern: &str, action: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), action.as_bytes());
    // Where to go on after the last star, which then stands for one character more.
    let mut back: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', more)), _) => {
                back = Some((more, text));
                pattern = more;
                continue;
            }
            (Some((one, more)), Some((other, rest)))
                if *one == b'?' || one.eq_ignore_ascii_case(other) =>
            {
                (pattern, text) = (more, rest);
                continue;
            }
            (None | Some(_), _) => {}
        }
        let Some((more, [_, rest @ ..])) = back else {
            return false;
        };
        back = Some((more, rest));
        (pattern, text) = (more, rest);
    }
}
