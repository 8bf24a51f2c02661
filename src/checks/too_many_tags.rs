#![doc = include_str!("too_many_tags.md")]

use super::described::{tags, tags_of_rule};
use super::words::{not_read, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::inventory::{Copy, Facts, Tags};
use crate::known::Fact;
use crate::verdict::{Evidence, Outcome};

/// The most tags that a resource may have. Those of AWS itself do not count.
const MOST: usize = 50;

pub(super) const CHECK: Check = Check {
    id: "too-many-tags",
    title: "the copy would have more than 50 tags",
    doc: include_str!("too_many_tags.md"),
    cites: &[cite::ACCESS_CONTROL, cite::DASHBOARDS],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let of_rule = known!(tags_of_rule(copy, facts));
    let own: Option<&Tags> = match tags(copy, facts) {
        Fact::Known(tags) => tags,
        // What is backed up has at most 50 tags: only the rule's can make them more.
        Fact::Unknown(_) if of_rule.is_empty() => {
            return Outcome::pass(
                "the rule adds no tags, and what is copied has no more than it may have",
            );
        }
        Fact::Unknown(gap) => return not_read(*gap),
    };
    let own = own.into_iter().flat_map(Tags::names);
    let more = own.filter(|name| !of_rule.contains_key(name));
    let names = of_rule.keys().copied().chain(more);
    let count = names.filter(|name| !is_of_aws(name)).count();
    let outcome = if count > MOST {
        Outcome::fail(format!(
            "the copy would have {count} tags, and may have {MOST}"
        ))
        .by_hand("take tags off the resource, or out of the rule's RecoveryPointTags")
        .foretells(status_message(MessageId::E23))
    } else {
        Outcome::pass(format!(
            "the copy will have {count} tags, and may have {MOST}"
        ))
    };
    let seen = format!("come to {count} with those of the rule");
    outcome.saw([Evidence::at(copy.subject(), "/Tags", seen)])
}

/// Whether a tag is one of AWS's own, which do not count.
fn is_of_aws(name: &str) -> bool {
    let prefix = name.get(..4);
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"))
}
