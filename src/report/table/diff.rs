//! What changes in a policy.

use serde_json::Value;
use similar::TextDiff;

use crate::report::json::pretty;

use super::sheet::{Paint, Sheet, wrapped};

/// The margin of a difference.
const MARGIN: usize = 2;

/// The lines of a unified difference, without its file names. All of it is new where there was no policy.
pub fn lines(before: Option<&Value>, after: &Value) -> Vec<String> {
    let text = |value: &Value| format!("{}\n", pretty(value));
    let before = before.map(text).unwrap_or_default();
    let after = text(after);
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let unified = diff.unified_diff().context_radius(2).to_string();
    unified.lines().map(str::to_owned).collect()
}

/// One of these lines, its sign before each part of it where it is longer than the page.
pub fn write(sheet: &mut Sheet, line: &str) {
    let (sign, rest) = match line.chars().next() {
        Some(sign @ ('+' | '-' | ' ')) => (sign, line.get(1..).unwrap_or_default()),
        Some(_) | None => ('@', line.trim_start_matches('@')),
    };
    let depth = rest.chars().take_while(|c| *c == ' ').count();
    let margin = depth.saturating_add(MARGIN).saturating_add(1);
    for (index, part) in wrapped(
        rest.trim_start_matches(' '),
        sheet.width(),
        margin,
        margin.saturating_add(4),
    )
    .into_iter()
    .enumerate()
    {
        let depth = if index == 0 {
            depth
        } else {
            depth.saturating_add(4)
        };
        let text = format!("{sign}{}{part}", " ".repeat(depth));
        let text = match sign {
            '+' => sheet.paint(Paint::Good, &text),
            '-' => sheet.paint(Paint::Bad, &text),
            '@' => sheet.paint(Paint::Quiet, &format!("@@{part}")),
            _ => text,
        };
        sheet.as_it_stands(&format!("{}{text}", " ".repeat(MARGIN)));
    }
}
