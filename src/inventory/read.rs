//! From the bytes of inventory files to one inventory, or to an error that says which file, where in it, and what was
//! expected.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use super::elsewhere;
use super::field::Field;
use super::frame::Inventory;
use super::json::ValidJson;
use super::left_out::without_policies;
use super::list::{List, items};
use super::merge::{Conflict, Conflicts, Keyed, Merge, join};
use super::span::escape;
use super::whole;

/// Why files do not make an inventory.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file is not an inventory.
    #[error("{file}:{line}:{column}: {message}{}", place(.pointer))]
    Format {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// Where in the JSON, as a JSON pointer; empty for the whole.
        pointer: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// What comes of a file that is laid over the facts is not an inventory.
    #[error("{file}: laid over the facts: {message}")]
    Laid {
        /// The file's name.
        file: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A copy has no id.
    #[error("{file}: a copy has an empty id, at /copies/{place}/id; give it one of its own")]
    EmptyCopyId {
        /// The file's name.
        file: String,
        /// The place of the copy.
        place: usize,
    },
    /// Two copies in one file have the same id.
    #[error(
        "{file}: two copies have the id `{id}`, at /copies/{first} and /copies/{second}; give each its own"
    )]
    DuplicateCopy {
        /// The file's name.
        file: String,
        /// The id.
        id: String,
        /// The place of the first.
        first: usize,
        /// The place of the second.
        second: usize,
    },
    /// Two files, or two entries of one file, say different things of the same object.
    #[error("{first} and {second} disagree at {}: {}; keep the one that is right", .conflict.place, .conflict.difference)]
    Conflict {
        /// One file.
        first: String,
        /// The other.
        second: String,
        /// Where, and what.
        conflict: Conflict,
    },
}

fn place(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!(" (at {pointer})")
    }
}

/// Reads one file's bytes.
///
/// # Errors
/// Where they are not an inventory: file, line, column and JSON pointer say where.
pub fn read(file: &str, bytes: &[u8]) -> Result<Inventory, ReadError> {
    let mut inventory = match parse(bytes) {
        Ok(inventory) => inventory,
        Err(_) => without_doubtful(file, bytes)?,
    };
    refuse_duplicate_copies(file, &inventory)?;
    let mut conflicts = Conflicts::default();
    whole::compare(&[&inventory], &mut conflicts);
    join_within(&mut inventory, &mut conflicts);
    elsewhere::compare(&inventory, &mut conflicts);
    no_conflict(file, file, conflicts)?;
    Ok(inventory)
}

/// Joins several inventories, each with its file's name, into one.
///
/// # Errors
/// Where two of them say different things of the same object.
pub fn merge(files: impl IntoIterator<Item = (String, Inventory)>) -> Result<Inventory, ReadError> {
    let mut all = Inventory::empty();
    let mut names: Vec<String> = Vec::new();
    for (file, inventory) in files {
        let mut conflicts = Conflicts::default();
        whole::compare(&[&all, &inventory], &mut conflicts);
        all.merge(inventory, &mut conflicts);
        elsewhere::compare(&all, &mut conflicts);
        no_conflict(&names.join(", "), &file, conflicts)?;
        names.push(file);
    }
    if names.len() > 1 {
        super::gaps::drop_filled(&mut all);
    }
    Ok(all)
}

/// The inventory of a file without the policies whose words AWS may take and may refuse.
///
/// # Errors
/// Where something else is wrong with it.
fn without_doubtful(file: &str, bytes: &[u8]) -> Result<Inventory, ReadError> {
    let located = locate(file, bytes);
    let ReadError::Format { pointer, .. } = &located else {
        return Err(located);
    };
    let text = std::str::from_utf8(without_mark(bytes)).ok();
    let Some((left, gaps)) = text.and_then(|text| without_policies(file, text, pointer)) else {
        return Err(located);
    };
    let mut inventory = parse(left.as_bytes()).map_err(|_| locate(file, left.as_bytes()))?;
    match &mut inventory.gaps {
        Field::Is(List(all)) => all.extend(gaps),
        none @ (Field::Absent | Field::Null) => *none = Field::Is(List(gaps)),
    }
    Ok(inventory)
}

fn no_conflict(first: &str, second: &str, conflicts: Conflicts) -> Result<(), ReadError> {
    match conflicts.found().into_iter().next() {
        None => Ok(()),
        Some(conflict) => Err(ReadError::Conflict {
            first: first.to_owned(),
            second: second.to_owned(),
            conflict,
        }),
    }
}

fn parse(bytes: &[u8]) -> Result<Inventory, serde_json::Error> {
    let bytes = without_mark(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return serde_json::from_slice(bytes);
    };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let inventory = Inventory::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(inventory)
}

/// Windows editors put a byte order mark in front of UTF-8.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads once more, slowly, to learn where the error is.
fn locate(file: &str, bytes: &[u8]) -> ReadError {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        let message = "the file is empty: expected an inventory".to_owned();
        return format_error(file, "", 1, 1, message);
    }
    let first = without_mark(bytes).trim_ascii_start();
    if !first.starts_with(b"{") && serde_json::from_slice::<ValidJson>(first).is_ok() {
        let message = "an inventory is an object, which begins with `{\"schema\": \"backup-preflight/inventory/v1\", …`";
        return format_error(file, "", 1, 1, message.to_owned());
    }
    let mut deserializer = serde_json::Deserializer::from_slice(without_mark(bytes));
    let error = match serde_path_to_error::deserialize::<_, Inventory>(&mut deserializer) {
        Ok(_) => match deserializer.end() {
            Ok(()) => return format_error(file, "", 0, 0, "not an inventory".to_owned()),
            Err(error) => {
                return format_error(file, "", error.line(), error.column(), says(&error));
            }
        },
        Err(error) => error,
    };
    let pointer = pointer(error.path());
    let inner = error.inner();
    format_error(file, &pointer, inner.line(), inner.column(), says(inner))
}

pub(super) fn format_error(
    file: &str,
    pointer: &str,
    line: usize,
    column: usize,
    message: String,
) -> ReadError {
    ReadError::Format {
        file: file.to_owned(),
        line,
        column,
        pointer: pointer.to_owned(),
        message,
    }
}

/// A part of an inventory.
///
/// # Errors
/// Where it is none: a pointer within it, and what is wrong.
pub(super) fn read_part<T: DeserializeOwned>(text: &str) -> Result<T, (String, String)> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (pointer(error.path()), says(error.inner())))
}

/// The message without serde_json's own " at line 1 column 2".
fn says(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&end).unwrap_or(&text);
    match error.classify() {
        Category::Eof => {
            format!(
                "the file ends too early, as one that was cut off: copy or collect it again ({text})"
            )
        }
        Category::Syntax => format!("this is not JSON: {text}"),
        Category::Data | Category::Io => text.to_owned(),
    }
}

fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", escape(key))),
            Segment::Enum { variant } => pointer.push_str(&format!("/{}", escape(variant))),
            Segment::Unknown => {}
        }
    }
    pointer
}

fn refuse_duplicate_copies(file: &str, inventory: &Inventory) -> Result<(), ReadError> {
    let mut seen: HashMap<&str, usize, RandomState> = HashMap::default();
    for (second, copy) in items(&inventory.copies).iter().enumerate() {
        if copy.id.is_empty() {
            return Err(ReadError::EmptyCopyId {
                file: file.to_owned(),
                place: second,
            });
        }
        if let Some(first) = seen.insert(&copy.id, second) {
            return Err(ReadError::DuplicateCopy {
                file: file.to_owned(),
                id: copy.id.to_string(),
                first,
                second,
            });
        }
    }
    Ok(())
}

/// Joins what one file says twice of the same object, so that everything after meets each object once.
fn join_within(inventory: &mut Inventory, conflicts: &mut Conflicts) {
    fn list<T: Merge + Keyed>(field: &mut Field<List<T>>, name: &str, conflicts: &mut Conflicts) {
        if let Field::Is(List(items)) = field {
            let all = std::mem::take(items);
            conflicts.at(name, |conflicts| join(items, all, conflicts));
        }
    }
    list(&mut inventory.gaps, "gaps", conflicts);
    list(&mut inventory.accounts, "accounts", conflicts);
    if let Field::Is(List(accounts)) = &mut inventory.accounts {
        for account in accounts {
            conflicts.at(account.account.to_string(), |conflicts| {
                list(&mut account.roles, "roles", conflicts);
                list(&mut account.regions, "regions", conflicts);
                let Field::Is(List(regions)) = &mut account.regions else {
                    return;
                };
                for region in regions {
                    conflicts.at(region.region.to_string(), |conflicts| {
                        list(&mut region.vaults, "vaults", conflicts);
                        list(&mut region.keys, "keys", conflicts);
                        list(&mut region.resources, "resources", conflicts);
                        list(&mut region.recovery_points, "recovery_points", conflicts);
                        list(&mut region.option_groups, "option_groups", conflicts);
                        list(&mut region.plans, "plans", conflicts);
                        list(&mut region.copy_jobs, "copy_jobs", conflicts);
                    });
                }
            });
        }
    }
}
