//! The same picture as SVG, for the page: vaults that copies leave on the left, those that they go to on the right.

use std::fmt::Write as _;

use crate::quote::html::text;
use crate::report::Report;

use super::{ARROWS, Arrow, Picture, Vault};

/// The letters of a line in a box; the whole name is in its title.
const LETTERS: usize = 38;
/// The width of a box, and the place of the right ones.
const BOX: usize = 300;
const RIGHT: usize = 640;
const WIDTH: usize = 940;
/// From one box to the next.
const ROW: usize = 58;
const HEIGHT: usize = 46;

impl Picture {
    /// The picture; empty where there are no copies. Its colours are classes of the page's style.
    #[must_use]
    pub fn svg(&self, report: &Report) -> String {
        let ways = self.sorted();
        let drawn = ways.get(..ARROWS).unwrap_or(&ways);
        let rest = ways.get(ARROWS..).unwrap_or_default();
        if drawn.is_empty() {
            return String::new();
        }
        let mut left: Vec<&Vault> = Vec::new();
        let mut right: Vec<&Vault> = Vec::new();
        for ((from, to), _) in drawn {
            for (column, vault) in [(&mut left, from), (&mut right, to)] {
                if !column.contains(&vault) {
                    column.push(vault);
                }
            }
        }
        let rows = left.len().max(right.len());
        let height = rows.saturating_mul(ROW).saturating_add(8);
        let mut svg = format!(
            "<svg role=\"img\" aria-labelledby=\"picture-name\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\
             <title id=\"picture-name\">{} of vaults between which copies go; the table below has the same</title>",
            if drawn.len() == 1 {
                "1 pair".to_owned()
            } else {
                format!("{} pairs", drawn.len())
            }
        );
        let mut labels = String::new();
        for (number, ((from, to), arrow)) in drawn.iter().enumerate() {
            let place = |column: &[&Vault], vault: &Vault| {
                let row = column.iter().position(|one| *one == vault).unwrap_or(0);
                middle(row, column.len(), rows)
            };
            let (start, end) = (place(&left, from), place(&right, to));
            let style = arrow.style();
            let _ = write!(
                svg,
                "<path class=\"way {style}\" d=\"M{BOX} {start} C{} {start} {} {end} {RIGHT} {end}\"/>",
                BOX.saturating_add(120),
                RIGHT.saturating_sub(120),
            );
            // Labels of ways that meet stand apart: at different parts of the way.
            let part = number % 3;
            let (x, y) = on_the_way(start, end, part);
            let _ = write!(
                labels,
                "<text class=\"count {style}\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}<title>{}</title></text>",
                text(&arrow.counts()),
                text(&arrow.says(3))
            );
        }
        for (column, x) in [(&left, 0), (&right, RIGHT)] {
            for (row, vault) in column.iter().enumerate() {
                svg.push_str(&boxed(vault, x, middle(row, column.len(), rows), report));
            }
        }
        svg.push_str(&labels);
        svg.push_str("</svg>");
        if !rest.is_empty() {
            let mut all = Arrow::default();
            rest.iter().for_each(|(_, arrow)| all.add(arrow));
            let _ = write!(
                svg,
                "<p class=\"quiet\">and {} more pairs of vaults: {}</p>",
                rest.len(),
                text(&all.says(3))
            );
        }
        svg
    }
}

/// The middle of a box; the shorter column stands in the middle of the longer.
fn middle(row: usize, of: usize, rows: usize) -> usize {
    let above = rows.saturating_sub(of).saturating_mul(ROW) / 2;
    above
        .saturating_add(row.saturating_mul(ROW))
        .saturating_add(ROW / 2)
}

/// A point on the way between two boxes: a quarter, the half or three quarters along.
fn on_the_way(start: usize, end: usize, part: usize) -> (usize, usize) {
    // Of the curve from (0, 0) to (1, 1), in hundredths.
    let (x, y): (usize, usize) = match part {
        0 => (27, 16),
        1 => (50, 50),
        _ => (73, 84),
    };
    let between = |one: usize, other: usize, share: usize| {
        let sum = one
            .saturating_mul(100_usize.saturating_sub(share))
            .saturating_add(other.saturating_mul(share));
        sum / 100
    };
    (
        between(BOX, RIGHT, x),
        between(start, end, y).saturating_sub(6),
    )
}

fn boxed(vault: &Vault, x: usize, middle: usize, report: &Report) -> String {
    let name = vault.arn.as_ref().map_or("unknown vault", |arn| arn.name());
    let account = vault.account.map_or_else(
        || "unknown account".to_owned(),
        |id| report.names.account(id),
    );
    let region = vault
        .region
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    let whole = vault
        .arn
        .as_ref()
        .map_or_else(|| name.to_owned(), ToString::to_string);
    let (top, inner) = (middle.saturating_sub(HEIGHT / 2), x.saturating_add(10));
    format!(
        "<g><title>{}</title><rect class=\"vault\" x=\"{x}\" y=\"{top}\" width=\"{BOX}\" height=\"{HEIGHT}\" rx=\"6\"/>\
         <text x=\"{inner}\" y=\"{}\">{}</text><text class=\"place\" x=\"{inner}\" y=\"{}\">{}</text></g>",
        text(&whole),
        top.saturating_add(19),
        text(&short(name)),
        top.saturating_add(37),
        text(&short(format!("{account} {region}").trim_end())),
    )
}

fn short(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    let mut all: String = name.chars().take(LETTERS.saturating_sub(1)).collect();
    all.push('…');
    all
}

impl Arrow {
    /// By colour and by shape.
    const fn style(&self) -> &'static str {
        if self.blocked > 0 {
            "bad"
        } else if self.undecided > 0 {
            "unsure"
        } else {
            "good"
        }
    }

    fn counts(&self) -> String {
        let parts = [
            (self.blocked, '✗'),
            (self.undecided, '?'),
            (self.feasible, '✓'),
        ];
        let parts = parts.iter().filter(|(number, _)| *number > 0);
        let parts: Vec<String> = parts
            .map(|(number, sign)| format!("{sign} {number}"))
            .collect();
        parts.join(" ")
    }
}
