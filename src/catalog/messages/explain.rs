//! From the text of a status message to the messages that it may be.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::category::Category;
use super::table::{ALL, Message, MessageId, Text};

/// So many letters of a message tell which it is.
const SHORTEST_BEGINNING: usize = 40;

/// So many of its fixed words do, where they go up to a name and on after it.
const SHORTEST_WORDS: usize = 19;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    No,
    Yes,
}

/// How much of a text this wording accounts for: whole wordings before pieces, long ones before short ones.
fn weight(text: Text, plain: &str) -> Option<(Whole, usize)> {
    let (whole, wording) = match text {
        Text::Literal(wording) | Text::Template(wording) => (Whole::Yes, normal(wording)),
        Text::Pattern(wording) | Text::Sign(wording) => (Whole::No, normal(wording)),
    };
    if occurs(&wording, plain) {
        return Some((whole, wording.len()));
    }
    // A console shows the beginning of a long message; a few words may begin many.
    let begun = (whole == Whole::Yes).then(|| begins(&wording, plain))??;
    Some((whole, begun))
}

/// The wording of a message that a text is a part of, as one that was copied without its beginning.
fn has_part(message: &Message, plain: &str) -> Option<Text> {
    let is_part = |text: &&Text| match text {
        Text::Literal(wording) | Text::Template(wording) => normal(wording).contains(plain),
        Text::Pattern(_) | Text::Sign(_) => false,
    };
    let mut parts = message.texts.iter().filter(is_part);
    parts
        .next()
        .filter(|_| plain.len() >= SHORTEST_BEGINNING)
        .copied()
}

/// The messages that a status text may be: those whose whole wording is in it before those of which a piece is that is in no such
/// wording, longer wordings first. Case, line breaks, the shape of quotes and a full stop at the end do not matter, nor what
/// stands around the message.
#[must_use]
pub fn explain(text: &str) -> Vec<&'static Message> {
    let plain = normal(text);
    let mut found: Vec<_> = ALL
        .iter()
        .filter_map(|message| {
            let texts = message.texts.iter();
            let weight = texts.filter_map(|text| weight(*text, &plain)).max()?;
            Some((Reverse(weight), message.id, message))
        })
        .collect();
    if found.is_empty() {
        let parts = ALL
            .iter()
            .filter(|message| has_part(message, &plain).is_some());
        return parts.collect();
    }
    found.sort_by_key(|(weight, id, _)| (*weight, *id));
    let whole: Vec<String> = ALL
        .iter()
        .flat_map(|message| message.texts)
        .filter_map(|text| match text {
            Text::Literal(wording) | Text::Template(wording) => Some(normal(wording)),
            Text::Pattern(_) | Text::Sign(_) => None,
        })
        .filter(|wording| occurs(wording, &plain))
        .collect();
    // A piece of a wording that is there as a whole tells nothing more.
    let is_of_whole = |message: &Message| {
        let texts = message
            .texts
            .iter()
            .filter(|text| weight(**text, &plain).is_some());
        let mut pieces = texts.map(|text| normal(text.wording()));
        pieces.all(|piece| {
            whole
                .iter()
                .any(|whole| *whole != piece && occurs(&piece, whole))
        })
    };
    let mut found: Vec<&Message> = found.into_iter().map(|(_, _, message)| message).collect();
    found.retain(|message| !is_of_whole(message));
    if found.iter().any(|message| is_of_a_key(message)) {
        // A key is what is missing then.
        found.retain(|message| !is_of_anything_missing(message, text));
    }
    found
}

fn is_of_a_key(message: &Message) -> bool {
    message.category == Some(Category::KmsKeyError) || message.id == MessageId::E10
}

/// Whether the words by which it is told say that something is missing, and not what.
fn is_of_anything_missing(message: &Message, text: &str) -> bool {
    const OF_ANYTHING: &[&str] = &[
        "does not exist",
        "is invalid",
        "no longer available",
        "resource not found",
    ];
    let told = wording(message, text);
    message.id == MessageId::E30 && told.is_some_and(|told| OF_ANYTHING.contains(&told.wording()))
}

/// The wording of a message that a text has, or is a part of: a whole one before a piece, a long one before a short one.
#[must_use]
pub fn wording(message: &Message, text: &str) -> Option<Text> {
    let plain = normal(text);
    let found = message
        .texts
        .iter()
        .filter_map(|text| Some((weight(*text, &plain)?, *text)));
    found
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, text)| text)
        .or_else(|| has_part(message, &plain))
}

/// The message whose wording is most like a text that is not one of them; `None` where none is like it.
#[must_use]
pub fn nearest(text: &str) -> Option<&'static Message> {
    let plain = normal(text);
    let likeness = |message: &Message| {
        let texts = message.texts.iter();
        texts
            .map(|text| strsim::sorensen_dice(&normal(text.wording()), &plain))
            .fold(0.0, f64::max)
    };
    ALL.iter()
        .map(|message| (likeness(message), message))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, message)| message)
}

/// What JSON writes for line breaks and quotes within a text.
const ESCAPED: &[(&str, &str)] = &[
    ("\\n", " "),
    ("\\r", " "),
    ("\\t", " "),
    ("\\u2018", "'"),
    ("\\u2019", "'"),
    ("\\u0027", "'"),
];

fn normal(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for (escaped, plain) in ESCAPED {
        if text.contains(escaped) {
            text = text.replace(escaped, plain).into();
        }
    }
    let words: Vec<_> = text
        .split_whitespace()
        .map(|word| word.to_lowercase().replace(['\u{2018}', '\u{2019}'], "'"))
        .collect();
    words.join(" ").trim_end_matches('.').to_owned()
}

/// Whether the fixed parts of a wording occur one after another, with something at each `{word}`.
fn occurs(wording: &str, plain: &str) -> bool {
    let mut parts = wording
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, fixed)| fixed));
    let start = parts.next().unwrap_or_default();
    let mut rest = plain.split_once(start).map(|(_, rest)| rest);
    for part in parts {
        rest = rest.and_then(|rest| {
            let mut characters = rest.chars();
            characters.next()?;
            let after = characters.as_str();
            if part.is_empty() {
                Some("")
            } else {
                after.split_once(part).map(|(_, rest)| rest)
            }
        });
    }
    rest.is_some()
}

/// How much of a wording's fixed words a text has that was cut off after its beginning: at the end of the text, or before
/// what tells that something was left out. `None` where that is too little to tell which message it is.
fn begins(wording: &str, plain: &str) -> Option<usize> {
    let mut parts = wording
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, fixed)| fixed));
    let start = parts.next()?;
    let Some((_, mut rest)) = plain.split_once(start) else {
        return Some(begun(start, plain)).filter(|begun| *begun >= SHORTEST_BEGINNING);
    };
    let mut words = start.len();
    for part in parts {
        match rest.split_once(part) {
            Some((name, after)) if !name.is_empty() => {
                words = words.saturating_add(part.len());
                rest = after;
            }
            Some(_) | None => {
                words = words.saturating_add(begun(part, rest));
                break;
            }
        }
    }
    (words >= SHORTEST_WORDS).then_some(words)
}

/// How much of the beginning of `part` stands in a text just before it was cut off.
fn begun(part: &str, text: &str) -> usize {
    let ends = text.match_indices(['"', '\'', '\u{2026}', '\\']);
    let ends = ends.map(|(at, _)| at).chain([text.len()]);
    let before = ends.filter_map(|end| text.get(..end));
    let before = before.map(|text| text.trim_end_matches('.').trim_end());
    before
        .map(|text| {
            let mut beginnings = part.char_indices().map(|(at, _)| at).rev();
            beginnings
                .find(|at| part.get(..*at).is_some_and(|begun| text.ends_with(begun)))
                .unwrap_or_default()
        })
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::messages::message;

    #[test]
    fn what_is_but_a_piece_of_a_known_message_is_not_told_beside_it() {
        let known = "The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it.";
        assert_eq!(ids(known), ["E8"]);
        // Cut short it may be another.
        assert!(ids("Something of the KMS key went wrong").len() == 1);
    }

    fn ids(text: &str) -> Vec<String> {
        explain(text)
            .into_iter()
            .map(|message| format!("{:?}", message.id))
            .collect()
    }

    #[test]
    fn a_message_without_its_beginning_is_recognised() {
        let part = "The retention specified in the job is not within the range specified for the target Backup Vault.";
        assert_eq!(ids(part), ["E13"]);
        assert!(ids("the target Backup Vault").is_empty());
    }

    #[test]
    fn a_message_that_a_console_cut_short_is_recognised_by_its_beginning() {
        let whole = "Copy job failed because the destination Backup vault is encrypted with the default Backup service \
                     managed key.";
        assert_eq!(ids(whole)[0], "E4");
        let too_little = "Copy job failed";
        assert!(ids(too_little).is_empty(), "{:?}", ids(too_little));
    }

    #[test]
    fn messages_from_the_field_are_recognised_first_of_all() {
        for (text, first) in [
            (
                "Access denied: Copy job failed. Both source and destination account must be a member of the same \
                 organization",
                "E1",
            ),
            (
                "Copy job failed. Cross-account copy feature is not enabled for the current organization.",
                "E2",
            ),
            ("Access Denied trying to call AWS Backup service.", "E3"),
            (
                "Copy job from eu-north-1 to eu-central-1 cannot be initiated for Aurora resources. Feature is not \
                 supported for provided resource type.",
                "E5",
            ),
            ("Given key ID is not accessible", "E6"),
            (
                "AMI snapshot copy failed with error: Given key ID is not accessible. You must have DescribeKey \
                 permissions on the default CMK",
                "E7",
            ),
            (
                "The source snapshot KMS key [arn:aws:kms:eu-central-1:111111111111:key/1] does not exist, is not \
                 enabled or you do not have permissions to access it.",
                "E8",
            ),
            (
                "The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it.",
                "E8",
            ),
            (
                "KMS key is either disabled or pending deletion or access to KMS key is denied",
                "E9",
            ),
            ("Source AMI ami-0abc12345 not found in Region.", "E17"),
            (
                "Snapshots encrypted with the AWS managed key can\u{2019}t be shared.\n Specify another snapshot.",
                "E11",
            ),
            (
                "IAM Role arn:aws:iam::111111111111:role/service-role/AWSBackupDefaultServiceRole does not have \
                 sufficient permissions to execute the backup.",
                "E37",
            ),
            (
                "The snapshot requires a target option group with the following options: TDE.",
                "E16",
            ),
            (
                "Bucket photos already has continuous backup enabled for another vault Backup job failed.",
                "E34",
            ),
            ("Unsupported resource type: FooBar", "E29"),
            (
                "IAM role arn:aws:iam::1:role/x cannot be assumed by AWS Backup",
                "E26",
            ),
        ] {
            assert_eq!(ids(text).first().map(String::as_str), Some(first), "{text}");
        }
    }

    #[test]
    fn a_text_of_nobody_is_nothing() {
        assert!(ids("the weather is fine").is_empty());
        assert!(ids("").is_empty());
        assert!(ids("Copy job from  to us-east-1 cannot").is_empty());
    }

    #[test]
    fn every_message_recognises_its_own_wordings_and_is_filed_under_its_number() {
        for row in ALL {
            assert_eq!(message(row.id), row);
            for text in row.texts {
                let sample = text.wording();
                let sample = sample.replace('{', "<").replace('}', ">");
                assert!(
                    explain(&sample).iter().any(|found| found.id == row.id),
                    "{:?}: {sample}",
                    row.id
                );
            }
            assert!(!row.cites.is_empty(), "{:?}", row.id);
            assert!(!row.cause.is_empty(), "{:?}", row.id);
        }
    }
}
