//! Every format tells of everything, and in whatever order the facts come, with the same bytes. What is written reads
//! back as it was.

use backup_preflight::inventory::{self, Facts, Policy};
use backup_preflight::remedy::remedies;
use backup_preflight::report::{self, Options, Report};
use backup_preflight::verdict::{Status, Verdict};
use serde_json::Value;

use super::super::dice::mixed;
use super::super::{World, always};
use crate::support::verdicts::read;
use crate::support::{ci_formats, decided};

/// Every format of the report on an inventory, and the files of `fix`, each with its name.
fn formats(inventory: &Value) -> (Report, Vec<(String, String)>) {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    let decided = decided(&facts, &inventory);
    let remedies = remedies(&decided, &facts);
    let gaps = facts.recorded_gaps().collect();
    let files = report::fixes(&remedies, &[]);
    let report = Report::new(&decided, remedies, gaps, &facts, false);
    let table = |width, verbose| {
        let options = Options {
            width,
            verbose,
            ..Options::default()
        };
        report::render(&report, &options)
    };
    let mut all = vec![
        ("json".to_owned(), report::json(&report)),
        ("ndjson".to_owned(), report::ndjson(&report)),
        ("table".to_owned(), table(Some(100), false)),
        ("verbose table".to_owned(), table(Some(80), true)),
    ];
    let of_ci = ci_formats(&report).into_iter();
    all.extend(of_ci.map(|(name, text)| (name.to_owned(), text)));
    all.extend(files.into_iter().map(|file| (file.path, file.text)));
    (report, all)
}

/// Every list whose order says nothing, in another.
fn shuffled(value: &Value, seed: u64) -> Value {
    const ORDERLESS: &[&str] = &[
        "accounts",
        "regions",
        "vaults",
        "keys",
        "resources",
        "recovery_points",
        "roles",
        "copies",
        "gaps",
        "option_groups",
        "plans",
        "Grants",
        "Aliases",
    ];
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let mut value = shuffled(value, seed);
                if let (true, Value::Array(items)) =
                    (ORDERLESS.contains(&name.as_str()), &mut value)
                {
                    items.sort_by_key(|item| mixed(seed, &item.to_string()));
                }
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| shuffled(item, seed)).collect(),
        other => other.clone(),
    }
}

fn order_does_not_matter(world: &World) -> Option<String> {
    let inventory = world.read();
    let (_, before) = formats(&inventory);
    let (_, after) = formats(&shuffled(&inventory, world.seed));
    let differs = before.iter().zip(&after).find(|(one, other)| one != other);
    if let Some(((name, one), (_, other))) = differs {
        let line = one
            .lines()
            .zip(other.lines())
            .find(|(one, other)| one != other);
        return Some(format!("{name} differs in {line:?}"));
    }
    (before.len() != after.len()).then(|| "there are other files".to_owned())
}

/// Each word of a text by itself: a table breaks lines, and words that are longer than a line.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .collect()
}

fn nothing_is_left_out(world: &World) -> Option<String> {
    let (report, formats) = formats(&world.read());
    for (name, text) in formats.iter().filter(|(name, _)| !name.contains('.')) {
        let text = plain(text);
        // The short table tells unknowns by their causes, counts what is many, and leaves the rest to -v. A picture and
        // annotations have no room for every id and every change, and a table names the rule of a copy.
        let is_short = name == "table";
        let leaves = |names: &[&str]| names.contains(&name.as_str());
        let names_copies = !leaves(&["table", "markdown", "github", "mermaid"]);
        let names_fixes = !leaves(&["table", "github", "sarif", "mermaid"]);
        let exit = plain(&format!("exit code {}", report.exit_code));
        let exits = ["exit_code", "exitCode", "exit-code"].map(plain);
        if !name.contains("table")
            && !text.contains(&exit)
            && !exits.iter().any(|key| text.contains(key))
        {
            return Some(format!("{name} says nothing of the exit code"));
        }
        for copy in &report.copies {
            let is_named = !names_copies || text.contains(&plain(&copy.id));
            if copy.verdict != Verdict::Feasible && !is_named {
                return Some(format!("{name} says nothing of {}", copy.id));
            }
            for check in &copy.checks {
                let tells = check.outcome() == Status::Fail
                    || (check.outcome() == Status::Undecided && !is_short);
                if tells && !text.contains(&plain(check.id())) {
                    return Some(format!("{name} says nothing of {}", check.id()));
                }
                let gaps = &check.found.gaps;
                if check.outcome() == Status::Undecided && gaps.is_empty() {
                    return Some(format!(
                        "{} is undecided, and nothing is missing",
                        check.id()
                    ));
                }
                if let Some(gap) = gaps.iter().find(|gap| report.gaps.id(gap).is_none()) {
                    return Some(format!("the report leaves {gap:?} out"));
                }
            }
        }
        for remedy in report.remedies.iter().filter(|_| names_fixes) {
            if !text.contains(&plain(&remedy.title)) {
                return Some(format!("{name} says nothing of {}", remedy.title));
            }
        }
    }
    let summary = &report.summary;
    let sum = summary.feasible + summary.blocked + summary.undecided;
    (sum != report.copies.len()).then(|| format!("{summary:?} does not add up"))
}

fn what_is_written_reads_back(world: &World) -> Option<String> {
    let before = world.read();
    let inventory = read(&before);
    let text = serde_json::to_string(&inventory).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    if written != before {
        return Some("what is written is not what was read".to_owned());
    }
    if read(&written) != inventory {
        return Some("what was written reads otherwise".to_owned());
    }
    policies(&before).into_iter().find_map(|policy| {
        let document = Policy::from_value(policy).ok()?;
        let printed = document.document().to_value();
        let again = Policy::from_value(&printed).unwrap();
        (again.document() != document.document())
            .then(|| format!("{policy} is printed as {printed}"))
    })
}

/// Every policy document there is.
fn policies(value: &Value) -> Vec<&Value> {
    match value {
        Value::Object(fields) if fields.contains_key("Statement") => vec![value],
        Value::Object(fields) => fields.values().flat_map(policies).collect(),
        Value::Array(items) => items.iter().flat_map(policies).collect(),
        _ => Vec::new(),
    }
}

/// An account a file, each file's copies its own: together they are the one inventory.
fn files_join(world: &World) -> Option<String> {
    let whole = world.read();
    let accounts = whole.get("accounts").and_then(Value::as_array)?;
    let mut files = Vec::new();
    for (index, account) in accounts.iter().enumerate() {
        let mut file = whole.clone();
        file["accounts"] = Value::Array(vec![account.clone()]);
        if index > 0 {
            file["copies"] = Value::Array(Vec::new());
        }
        files.push((format!("{index}.json"), read(&file)));
    }
    let joined = inventory::merge(files).unwrap();
    (joined != read(&whole)).then(|| "the files do not join to the one inventory".to_owned())
}

#[test]
fn the_order_of_the_facts_changes_no_byte_of_any_format() {
    always(40, order_does_not_matter);
}

#[test]
fn whatever_fails_or_is_undecided_stands_in_every_format() {
    always(40, nothing_is_left_out);
}

#[test]
fn what_is_written_of_an_inventory_reads_back_as_it_was() {
    always(40, what_is_written_reads_back);
}

#[test]
fn an_inventory_in_a_file_an_account_joins_to_the_same() {
    always(20, files_join);
}
