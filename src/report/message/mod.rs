//! From the status message of a failed job to what AWS means by it, the checks that predict it, and what to look at.

mod look;
mod named;

use schemars::JsonSchema;
use serde::Serialize;

use super::line::pretty;
use super::table::Options;
use super::table::sheet::{Paint, Sheet};
use crate::catalog::messages::{self, Category, Message, MessageId, Text};
use crate::catalog::{self, Cite};
use crate::checks;

pub use named::NamedThing;

/// A status message, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Explained {
    /// The message, as it was given.
    pub message: String,
    /// What it names: ARNs, ids and Regions, in its order.
    pub named: Vec<NamedThing>,
    /// What it may mean, likeliest first.
    pub meanings: Vec<Meaning>,
}

/// One thing that a message may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Meaning {
    /// The message's number in the catalog.
    pub id: MessageId,
    /// How AWS words it.
    pub wording: &'static str,
    /// Whether the whole wording is in the message, or a part of it is the message, and not only a piece that tells what it is about.
    pub whole: bool,
    /// What AWS files it under, `MessageCategory` of the job; null where it answers a call and is not of a job.
    pub category: Option<Category>,
    /// What is behind it.
    pub cause: &'static str,
    /// The checks that predict it, likeliest first.
    pub checks: Vec<Foretold>,
    /// The pages that quote it.
    pub sources: Vec<Cite>,
}

/// A check that predicts a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Foretold {
    /// The check's id.
    pub id: &'static str,
    /// The problem that it names.
    pub problem: Option<&'static str>,
    /// What to look at.
    pub look_at: &'static str,
}

impl Explained {
    /// Explains a status message; `None` where it is not one that AWS documents.
    #[must_use]
    pub fn of(message: &str) -> Option<Self> {
        let meanings: Vec<_> = catalog::explain(message)
            .into_iter()
            .map(|known| Meaning::of(known, message))
            .collect();
        (!meanings.is_empty()).then(|| Self {
            message: message.trim().to_owned(),
            named: named::all(message),
            meanings,
        })
    }
}

impl Meaning {
    fn of(known: &'static Message, message: &str) -> Self {
        let found = messages::wording(known, message);
        let (wording, whole) = match found {
            Some(Text::Literal(text) | Text::Template(text)) => (text, true),
            Some(Text::Pattern(text) | Text::Sign(text)) => (text, false),
            None => ("", false),
        };
        Self {
            id: known.id,
            wording,
            whole,
            category: known.category,
            cause: known.cause,
            checks: known
                .checks
                .iter()
                .map(|id| Foretold {
                    id,
                    problem: checks::find(id).map(|check| check.title),
                    look_at: look::at(id),
                })
                .collect(),
            sources: known.cites.to_vec(),
        }
    }
}

/// The nearest message to a text that is not one, and how AWS words it.
#[must_use]
pub fn nearest_message(text: &str) -> Option<&'static str> {
    let found = messages::nearest(text)?;
    found.texts.first().map(|text| text.wording())
}

/// An explained message as JSON.
#[must_use]
pub fn message_json(explained: &Explained) -> String {
    let mut text = pretty(explained);
    text.push('\n');
    text
}

/// An explained message for people: the likely cause first, and what to do last.
#[must_use]
pub fn message_page(explained: &Explained, options: &Options) -> String {
    let mut sheet = options.sheet();
    let mut meanings = explained.meanings.iter();
    let first = meanings.next();
    if let Some(first) = first {
        sheet.title("What AWS means");
        sheet.text(2, first.cause);
        sheet.text(2, &filed(first));
        if !explained.named.is_empty() {
            sheet.title("Named in the message");
            for thing in &explained.named {
                sheet.item(2, (thing.what, Paint::Quiet), &thing.words());
                if let Some(command) = &thing.look_at {
                    sheet.verbatim(&format!("    {command}"));
                }
            }
        }
    }
    let others: Vec<_> = meanings.collect();
    if !others.is_empty() {
        sheet.title("It may also be");
        for other in others {
            sheet.text(2, other.cause);
            let checks: Vec<&str> = other.checks.iter().map(|check| check.id).collect();
            let after = if checks.is_empty() {
                filed(other)
            } else {
                format!("{} Checks: {}.", filed(other), checks.join(", "))
            };
            sheet.text(4, &after);
        }
    }
    sheet.title("Sources");
    let mut shown: Vec<Cite> = Vec::new();
    for cite in explained
        .meanings
        .iter()
        .flat_map(|meaning| &meaning.sources)
    {
        if !shown.contains(cite) {
            shown.push(*cite);
            sheet.verbatim(&format!("  {}, as of {}", cite.title, cite.as_of));
            sheet.verbatim(&format!("    {}", cite.url));
        }
    }
    if let Some(first) = first {
        foretold(&mut sheet, first);
    }
    sheet.finish()
}

fn filed(meaning: &Meaning) -> String {
    let how = if meaning.whole {
        format!("AWS's words: {}", meaning.wording)
    } else {
        format!("By the words `{}` in it.", meaning.wording)
    };
    match meaning.category {
        Some(category) => format!("{how} [{}]", category.as_str()),
        None => format!("{how} [the answer to a call, not the status of a job]"),
    }
}

fn foretold(sheet: &mut Sheet, meaning: &Meaning) {
    sheet.title("Checks that predict it, likeliest first");
    let Some(first) = meaning.checks.first() else {
        sheet.text(
            2,
            "No check: nothing that can be read before the job runs predicts it. What the cause above says is all there is.",
        );
        return;
    };
    for check in &meaning.checks {
        sheet.item(
            2,
            (&format!("{}:", check.id), Paint::Title),
            check.problem.unwrap_or_default(),
        );
        sheet.text(4, &format!("Look at {}", check.look_at));
    }
    sheet.title("Next");
    sheet.verbatim("  backup-preflight check --resource ARN --to VAULT_ARN    # decides them all");
    sheet.verbatim(&format!(
        "  backup-preflight explain {}    # the page of one",
        first.id
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    #[test]
    fn every_check_that_a_message_names_says_what_to_look_at() {
        for message in messages::ALL {
            for id in message.checks {
                assert!(look::at(id).len() > 20, "{:?}: {id}", message.id);
            }
        }
    }

    #[test]
    fn the_likely_cause_comes_before_the_vague_one() {
        let text = format!(
            "The source snapshot KMS key [{KEY}] does not exist, is not enabled or you do not have permissions to access it."
        );
        let explained = Explained::of(&text).unwrap();
        let ids: Vec<_> = explained
            .meanings
            .iter()
            .map(|meaning| meaning.id)
            .collect();
        assert_eq!(ids, [MessageId::E8, MessageId::E28]);
        assert_eq!(explained.meanings[0].checks[0].id, "source-key-not-shared");
        let page = message_page(&explained, &Options::default());
        let place = |text: &str| {
            page.find(text)
                .unwrap_or_else(|| panic!("{text} in {page}"))
        };
        assert!(place("not shared with the destination") < place(KEY));
        assert!(place("KMS_KEY_ERROR") < place("It may also be"));
        assert!(page.contains(&format!(
            "aws kms get-key-policy --region eu-central-1 --key-id {KEY} --policy-name default"
        )));
    }

    #[test]
    fn a_part_of_a_message_is_told_by_all_of_its_words() {
        let text = "is not enabled or you do not have permissions to access it.";
        let explained = Explained::of(text).unwrap();
        let page = message_page(&explained, &Options::default());
        assert!(
            page.contains("AWS's words: The source snapshot KMS key "),
            "{page}"
        );
        assert!(!page.contains("``"), "{page}");
        assert!(page.contains("\n  source-key-not-shared: "), "{page}");
    }

    #[test]
    fn an_unknown_message_has_a_neighbour_or_none() {
        assert_eq!(Explained::of("the weather is fine"), None);
        assert_eq!(nearest_message("the weather is fine"), None);
        assert_eq!(
            nearest_message("Given key identifier isn't accessible"),
            Some("Given key ID is not accessible")
        );
    }
}
