//! The selections of a plan, and what is in them, where AWS Backup refuses that: a name, or more of something than its quotas allow.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html> (of which none can be adjusted) and
//! <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupSelection.html>.

use serde_json::Value;

use super::pattern::has_wildcard;
use super::refused::{Refused, more_than, of_name};
use crate::catalog::quotas::{
    SELECTION_ARNS, SELECTION_CONDITIONS, SELECTION_PATTERNS, SELECTION_TAGS, SELECTIONS,
    TAG_SELECTIONS,
};

/// The selections of a plan, where they are more than AWS takes.
pub fn selections(all: &[Value]) -> Option<String> {
    let inside = |selection: &Value| {
        let selection = selection.get("BackupSelection").unwrap_or(selection);
        tags(selection) > 0 || conditions(selection) > 0
    };
    let by_tags = all.iter().filter(|selection| inside(selection)).count();
    let counts = [
        (all.len(), SELECTIONS, ""),
        (by_tags, TAG_SELECTIONS, " that use tags"),
    ];
    counts.into_iter().find_map(|(count, most, that)| {
        (count > most).then(|| format!("{count} selections{that}, of which AWS accepts {most}"))
    })
}

/// What of a selection AWS refuses.
pub fn selection(of: &Value) -> Option<Refused> {
    let arns = |field: &'static str| {
        let all = of.get(field).and_then(Value::as_array);
        let all = all.into_iter().flatten().filter_map(Value::as_str);
        let (patterns, arns): (Vec<&str>, Vec<&str>) = all.partition(|text| has_wildcard(text));
        more_than(field, arns.len(), SELECTION_ARNS)
            .or_else(|| more_than(field, patterns.len(), SELECTION_PATTERNS))
    };
    of_name(of, "SelectionName")
        .or_else(|| more_than("ListOfTags", tags(of), SELECTION_TAGS))
        .or_else(|| more_than("Conditions", conditions(of), SELECTION_CONDITIONS))
        .or_else(|| arns("Resources"))
        .or_else(|| arns("NotResources"))
}

fn tags(selection: &Value) -> usize {
    let list = selection.get("ListOfTags").and_then(Value::as_array);
    list.map_or(0, Vec::len)
}

fn conditions(selection: &Value) -> usize {
    let all = selection.get("Conditions").and_then(Value::as_object);
    let lists = all.into_iter().flat_map(|all| all.values());
    lists.filter_map(Value::as_array).map(Vec::len).sum()
}
