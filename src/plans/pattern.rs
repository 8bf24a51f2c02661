//! The patterns of selections: `*` stands for any text, everything else for itself, and case matters.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources-json.html>.

/// Whether a text is of a pattern.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(start) else {
        return false;
    };
    let (between, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in between.split('*').filter(|part| !part.is_empty()) {
        // The first place will do: what comes before it is free.
        let Some((_, after)) = left.split_once(part) else {
            return false;
        };
        left = after;
    }
    left.ends_with(end)
}

/// Whether a text is of a pattern whose `*` stands for no spaces, as AWS's page of patterns says; its page of conditions says
/// that it stands for anything.
pub fn matches_without_spaces(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // Where in the text one may be after so much of the pattern.
    let mut places = vec![true];
    places.resize(text.len().saturating_add(1), false);
    for of_pattern in pattern.chars() {
        let mut on = false;
        let before = [None].into_iter().chain(text.iter().copied().map(Some));
        let mut was_before = false;
        places = places
            .iter()
            .zip(before)
            .map(|(was, letter)| {
                on = match (of_pattern, letter) {
                    ('*', letter) => *was || (on && letter.is_some_and(|c| !c.is_whitespace())),
                    (_, letter) => was_before && letter == Some(of_pattern),
                };
                was_before = *was;
                on
            })
            .collect();
    }
    places.last() == Some(&true)
}

/// Whether an ARN is of a pattern of which only the beginning is known, up to a name or into it; `None`: it may be.
pub fn matches_begun(pattern: &str, begins: &str) -> Option<bool> {
    // A letter that no pattern has: only a star stands for it.
    const ANY: char = '\u{f8ff}';
    if matches(pattern, &format!("{begins}{ANY}")) {
        return Some(true);
    }
    // Names have no such letters.
    let is_of_name = |rest: &str| !rest.contains([':', '/']);
    match may_begin(pattern, begins, &is_of_name) {
        true => None,
        false => Some(false),
    }
}

/// Whether a text may be the beginning of one that is of a pattern, with a rest that some text of a name is of.
fn may_begin(pattern: &str, begins: &str, is_of_name: &dyn Fn(&str) -> bool) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        let left = pattern.strip_prefix(begins);
        return left.is_some_and(is_of_name);
    };
    if let Some(left) = start.strip_prefix(begins) {
        return is_of_name(left) && is_of_name(rest);
    }
    let Some(left) = begins.strip_prefix(start) else {
        return false;
    };
    // The star stands for all that is left and more, or for less.
    let mut places = left.char_indices().map(|(place, _)| place);
    is_of_name(rest)
        || places.any(|place| {
            let left = left.get(place..).unwrap_or_default();
            may_begin(rest, left, is_of_name)
        })
}

/// Whether a pattern stands for several resources.
pub fn has_wildcard(pattern: &str) -> bool {
    pattern.contains('*')
}

/// Whether a pattern of ARNs names a type of resource, such as `arn:aws:ec2:*:*:volume/*`, and not a whole service, such
/// as `arn:aws:ec2:*`. A bucket's ARN has no word for its type, and S3 no other type.
pub fn names_a_type(pattern: &str) -> bool {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, _, "s3", _, _, _] => true,
        [_, _, service, _, _, resource] => {
            let word = resource.split(['/', ':']).next().unwrap_or_default();
            !has_wildcard(service) && !word.is_empty() && !has_wildcard(word)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_nothing_else_is() {
        for (pattern, text, is) in [
            ("*", "", true),
            ("*", "x", true),
            ("a", "a", true),
            ("a", "A", false),
            ("a?", "ab", false),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "a", false),
            ("ab*bc", "abc", false),
            ("*rod*", "production", true),
            ("*a*b*", "xbxa", false),
            ("*a*b*", "xaxb", true),
            ("**", "x", true),
            ("a**b", "ab", true),
            ("a*b*b", "abb", true),
            ("a*b*b", "ab", false),
        ] {
            assert_eq!(matches(pattern, text), is, "`{pattern}` and `{text}`");
        }
    }

    #[test]
    fn a_star_that_stands_for_no_spaces_matches_the_rest() {
        for (pattern, text, is) in [
            ("prod*", "prod", true),
            ("prod*", "prod-east", true),
            ("prod*", "prod east", false),
            ("prod *", "prod east", true),
            ("*a*b c*", "xaxb cx", true),
            ("*a*", "b a", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a", "ab", false),
        ] {
            let found = matches_without_spaces(pattern, text);
            assert_eq!(found, is, "`{pattern}` and `{text}`");
        }
        for pattern in [
            "", "*", "a", "a*", "*a", "a*b", "*a*b*", "**", "ab*bc", "a*b*b",
        ] {
            for text in ["", "a", "b", "ab", "abc", "abb", "abbc", "xaxbx"] {
                let same = matches(pattern, text) == matches_without_spaces(pattern, text);
                assert!(same, "`{pattern}` and `{text}`");
            }
        }
    }

    #[test]
    fn a_pattern_names_a_type_or_a_service() {
        for (pattern, is) in [
            ("*", false),
            ("arn:aws:ec2:*", false),
            ("arn:aws:ec2:*:*:*", false),
            ("arn:aws:ec2:*:*:volume/*", true),
            ("arn:aws:rds:*:*:cluster:*", true),
            ("arn:aws:*:*:*:volume/*", false),
            ("arn:aws:s3:::*", true),
            ("arn:aws:dynamodb:us-east-2:111122223333:table/or*", true),
        ] {
            assert_eq!(names_a_type(pattern), is, "`{pattern}`");
        }
    }
}
