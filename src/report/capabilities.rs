//! The capability table, for people and for programs.

use crate::catalog::{CapabilityRow, Encryption, Support};

use super::line::pretty;
use super::table::{Options, grid, wrapped};

/// The columns from which on no word of a row is cut.
const ROOMY: usize = 80;

/// The rows as JSON, indented: a list of objects.
#[must_use]
pub fn capabilities_json(rows: &[CapabilityRow]) -> String {
    let mut text = pretty(&rows);
    text.push('\n');
    text
}

/// The rows as a table at most so many columns wide, then what there is to know besides, then the pages that say so.
#[must_use]
pub fn capabilities_table(rows: &[CapabilityRow], options: &Options) -> String {
    let width = options.sheet().width();
    let mut sources: Vec<&str> = Vec::new();
    let mut number = |url| match sources.iter().position(|known| *known == url) {
        Some(index) => index.saturating_add(1),
        None => {
            sources.push(url);
            sources.len()
        }
    };
    let cells: Vec<_> = rows
        .iter()
        .map(|row| {
            let cites: Vec<_> = row
                .sources
                .iter()
                .map(|url| number(*url).to_string())
                .collect();
            vec![
                name(row),
                encryption(row.encryption).to_owned(),
                support(row.cross_region).to_owned(),
                support(row.cross_account).to_owned(),
                support(row.cross_region_and_account).to_owned(),
                support(row.air_gapped_vault).to_owned(),
                support(row.cold_storage).to_owned(),
                support(row.continuous).to_owned(),
                cites.join(" "),
            ]
        })
        .collect();
    let head = [
        "type", "key", "Region", "account", "both", "LAGV", "cold", "PITR", "pages",
    ];
    let whole: &[usize] = if width < ROOMY {
        &[]
    } else {
        &[1, 2, 3, 4, 5, 6, 7, 8]
    };
    let mut lines = grid(width, &head, whole, cells);
    lines.push(String::new());
    let marks = "key: whose key encrypts the backup. Region, account, both: copies to another Region, another account, \
                 both in one job. LAGV: copies into a logically air-gapped vault. cold: cold storage. PITR: continuous \
                 backups. inferred: no page says it, and it follows from those that do. \
                 *: AWS's pages disagree, and the more authoritative one is used. -: the table has no row for it.";
    lines.extend(wrapped(marks, width, 0, 0));
    notes(&mut lines, width, rows);
    regions(&mut lines, width, rows);
    if !sources.is_empty() {
        lines.extend([String::new(), "Pages".to_owned()]);
        // An address that is cut leads nowhere, so that these lines are as long as they are.
        lines.extend(
            sources
                .iter()
                .enumerate()
                .map(|(index, url)| format!("{} {url}", index.saturating_add(1))),
        );
    }
    if let Some(row) = rows.first() {
        lines.push(format!("as of {}", row.as_of));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn notes(lines: &mut Vec<String>, width: usize, rows: &[CapabilityRow]) {
    if rows.iter().all(|row| row.notes.is_empty()) {
        return;
    }
    lines.extend([String::new(), "Notes".to_owned()]);
    for row in rows {
        for note in &row.notes {
            let parts = wrapped(&format!("{}: {note}", name(row)), width, 0, 2);
            let moved_in = |(index, part)| {
                if index == 0 {
                    part
                } else {
                    format!("  {part}")
                }
            };
            lines.extend(parts.into_iter().enumerate().map(moved_in));
        }
    }
}

/// In which Regions AWS Backup supports what is not supported everywhere.
fn regions(lines: &mut Vec<String>, width: usize, rows: &[CapabilityRow]) {
    let Some(first) = rows.first() else { return };
    lines.extend([
        String::new(),
        format!("Regions (AWS's table as of {})", first.regions.as_of),
    ]);
    for row in rows {
        let told = format!("{}: {}", name(row), row.regions.in_words);
        let parts = wrapped(&told, width, 0, 2).into_iter().enumerate();
        lines.extend(parts.map(|(index, part)| match index {
            0 => part,
            _ => format!("  {part}"),
        }));
    }
    lines.push(first.regions.source.to_owned());
}

fn name(row: &CapabilityRow) -> String {
    match row.variant {
        Some(variant) => format!("{} ({variant})", row.resource_type),
        None => row.resource_type.to_string(),
    }
}

const fn encryption(of: Encryption) -> &'static str {
    match of {
        Encryption::Independent => "vault",
        Encryption::OfResource => "resource",
        Encryption::IndependentDisputed => "vault*",
    }
}

const fn support(of: Support) -> &'static str {
    match of {
        Support::Yes => "yes",
        Support::Inferred => "inferred",
        Support::YesDisputed => "yes*",
        Support::No => "no",
        Support::NoDisputed => "no*",
        Support::Unlisted => "-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::rows;
    use crate::known::ResourceType;

    fn wide(width: usize) -> Options {
        Options {
            width: Some(width),
            ..Options::default()
        }
    }

    #[test]
    fn the_table_has_every_row_and_fits() {
        let all: Vec<_> = rows(None).collect();
        for width in [60, 80, 100] {
            let text = capabilities_table(&all, &wide(width));
            for line in text.lines().filter(|line| !line.contains("https://")) {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
        let text = capabilities_table(&all, &wide(80));
        assert!(text.contains(" inferred  yes"), "no word is cut: {text}");
        let text = capabilities_table(&all, &wide(200));
        for row in &all {
            assert!(text.contains(&name(row)), "{}", name(row));
            assert!(row.sources.iter().all(|url| text.contains(url)));
        }
        assert!(text.ends_with("as of 2026-09-24\n"));
    }

    #[test]
    fn what_aws_disputes_is_marked() {
        let of: Vec<_> = rows(Some(&ResourceType::CloudFormation)).collect();
        let text = capabilities_table(&of, &wide(100));
        assert!(text.contains("vault*") && text.contains("no*"), "{text}");
    }

    #[test]
    fn the_json_is_a_list_of_rows() {
        let of: Vec<_> = rows(Some(&ResourceType::Fsx)).collect();
        let json: serde_json::Value = serde_json::from_str(&capabilities_json(&of)).unwrap();
        assert_eq!(json.as_array().unwrap().len(), 4);
        assert_eq!(json[0]["type"], "FSx");
        assert_eq!(json[0]["as_of"], "2026-09-24");
    }
}
