//! Text set to a width, with colours where they are wanted.

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};

use crate::quote::terminal;

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Good,
    Bad,
    Unsure,
    Title,
    Quiet,
}

impl Paint {
    fn style(self) -> Style {
        let bold = |color: AnsiColor| Style::new().bold().fg_color(Some(color.into()));
        match self {
            Self::Good => bold(AnsiColor::Green),
            Self::Bad => bold(AnsiColor::Red),
            Self::Unsure => bold(AnsiColor::Yellow),
            Self::Title => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
        }
    }
}

/// A page that grows line by line.
pub struct Sheet {
    text: String,
    width: usize,
    color: bool,
}

impl Sheet {
    pub fn new(width: usize, color: bool) -> Self {
        Self {
            text: String::new(),
            width,
            color,
        }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn finish(self) -> String {
        self.text
    }

    /// Text in a colour, where there are colours.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if self.color {
            let style = paint.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// An empty line, unless there is one or the page is empty.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A line of our own making, as it stands.
    pub fn as_it_stands(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// What will be pasted: no line is wrapped or moved. Only what a terminal would obey is taken out; no JSON and no
    /// ARN has that.
    pub fn verbatim(&mut self, text: &str) {
        for line in terminal::lines(text).lines() {
            self.as_it_stands(line);
        }
    }

    /// A title with an empty line before it.
    pub fn title(&mut self, text: &str) {
        self.gap();
        let text = self.paint(Paint::Title, text);
        self.as_it_stands(&text);
    }

    /// Text, wrapped, each line moved in.
    pub fn text(&mut self, indent: usize, text: &str) {
        self.item(indent, ("", Paint::Quiet), text);
    }

    /// Text after a lead in a colour; the lines after the first are moved in two further than the lead.
    pub fn item(&mut self, indent: usize, (lead, paint): (&str, Paint), text: &str) {
        let lead = terminal::line(lead);
        let all = match (lead.is_empty(), text.is_empty()) {
            (true, _) => text.to_owned(),
            (false, true) => lead.to_string(),
            (false, false) => format!("{lead} {text}"),
        };
        let hang = if lead.is_empty() {
            indent
        } else {
            indent.saturating_add(2)
        };
        for (index, line) in wrapped(&all, self.width, indent, hang).iter().enumerate() {
            let margin = " ".repeat(if index == 0 { indent } else { hang });
            let line = match (index, line.strip_prefix(&*lead)) {
                (0, Some(rest)) if !lead.is_empty() => {
                    format!("{}{rest}", self.paint(paint, &lead))
                }
                _ => line.clone(),
            };
            self.as_it_stands(&format!("{margin}{line}"));
        }
    }
}

/// Text in lines of at most so many columns, the margins counted but not written: `indent` before the first line,
/// `hang` before the others. A word longer than a line is cut.
pub fn wrapped(text: &str, width: usize, indent: usize, hang: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let room = |lines: &Vec<String>| {
        let margin = if lines.is_empty() { indent } else { hang };
        width.saturating_sub(margin).max(1)
    };
    for word in terminal::line(text).split(' ') {
        let mut word = word;
        let used = line.chars().count();
        if used > 0 && used.saturating_add(1).saturating_add(word.chars().count()) > room(&lines) {
            lines.push(std::mem::take(&mut line));
        } else if used > 0 {
            line.push(' ');
        }
        while line.chars().count().saturating_add(word.chars().count()) > room(&lines) {
            let fits = room(&lines).saturating_sub(line.chars().count());
            let at = word
                .char_indices()
                .nth(fits)
                .map_or(word.len(), |(at, _)| at);
            let (head, tail) = word.split_at(at);
            line.push_str(head);
            lines.push(std::mem::take(&mut line));
            word = tail;
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// A grid with a line under its head, at most so many columns wide. The lines of the columns in `whole` are kept whole
/// where half of the width is enough for them.
pub fn grid(
    width: usize,
    head: &[&str],
    whole: &[usize],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Vec<String> {
    const STYLE: TableStyle =
        TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
    let columns = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns(width))
        .set_header(head.to_vec());
    for row in rows {
        let cells = row.iter().map(|cell| {
            cell.split('\n')
                .map(terminal::line)
                .collect::<Vec<_>>()
                .join("\n")
        });
        table.add_row(cells.collect::<Vec<_>>());
    }
    let longest = table.column_max_content_widths();
    let last = head.len().saturating_sub(1);
    for (index, column) in table.column_iter_mut().enumerate() {
        // Columns stand a space apart by themselves.
        let padding = u16::from(index != last);
        column.set_padding((0, padding));
        let needed = longest
            .get(index)
            .copied()
            .unwrap_or_default()
            .saturating_add(padding);
        if whole.contains(&index) && usize::from(needed) <= width / 2 {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(needed)));
        }
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(wrapped("one two three", 9, 0, 2), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 100, 0, 2), ["one two three"]);
        assert_eq!(wrapped("", 10, 0, 0), [""]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut_and_nothing_of_it_is_lost() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1";
        let lines = wrapped(&format!("see {arn} there"), 16, 0, 4);
        assert!(
            lines.iter().skip(1).all(|line| line.chars().count() <= 12),
            "{lines:?}"
        );
        assert_eq!(lines.concat().replace(' ', ""), format!("see{arn}there"));
    }

    #[test]
    fn what_a_terminal_would_obey_is_not_printed() {
        let mut sheet = Sheet::new(80, false);
        sheet.text(0, "a\u{1b}[31mb\u{202e}c\nd");
        sheet.verbatim("x\u{1b}y\n\tz");
        assert_eq!(
            sheet.finish(),
            "a\u{fffd}[31mb\u{fffd}c d\nx\u{fffd}y\n\tz\n"
        );
    }

    #[test]
    fn a_grid_keeps_the_lines_whole_that_it_is_asked_to() {
        let id = "accounts-in-different-organizations";
        let lines = grid(
            80,
            &["copy", "why"],
            &[1],
            [vec!["a-long-name ".repeat(20), format!("{id}\nb")]],
        );
        assert!(lines.iter().any(|line| line.ends_with(id)), "{lines:#?}");
        assert!(lines.iter().any(|line| line.ends_with(" b")), "{lines:#?}");
    }

    #[test]
    fn a_grid_is_no_wider_than_it_may_be() {
        let row = || vec!["BLOCKED".to_owned(), "a ".repeat(60), "x".repeat(90)];
        for width in [40, 80, 100] {
            let lines = grid(width, &["verdict", "copy", "why"], &[0], [row(), row()]);
            assert!(
                lines.iter().all(|line| line.chars().count() <= width),
                "{width}: {lines:#?}"
            );
        }
    }
}
