//! Text set to a width, with colours where they are wanted.

use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};

use crate::quote::{terminal, workflow};
use crate::report::Names;
use crate::report::settle::Step;

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

/// The columns of a label, the space behind it included.
const FIELD: usize = 7;

/// The width of what is not wrapped.
pub const ENDLESS: usize = usize::MAX;

/// A page that grows line by line.
pub struct Sheet {
    text: String,
    width: usize,
    color: bool,
    names: Names,
}

impl Sheet {
    pub fn new(width: usize, color: bool) -> Self {
        Self {
            text: String::new(),
            width,
            color,
            names: Names::default(),
        }
    }

    /// The same, on which accounts have their names beside them.
    pub fn naming(mut self, names: &Names) -> Self {
        self.names = names.clone();
        self
    }

    /// A text with the names of accounts beside them.
    pub fn named(&self, text: &str) -> String {
        self.names.beside(text).into_owned()
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn finish(self) -> String {
        match workflow::inert(&self.text) {
            Cow::Borrowed(_) => self.text,
            Cow::Owned(inert) => inert,
        }
    }

    /// A label that stands in a column of its own, and text beside it.
    pub fn field(&mut self, indent: usize, (label, paint): (&str, Paint), text: &str) {
        let hang = indent.saturating_add(FIELD);
        let lines = wrapped(&self.names.beside(text), self.width, hang, hang);
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let room = " ".repeat(FIELD.saturating_sub(label.chars().count()));
            let label = self.paint(paint, label);
            let margin = " ".repeat(indent);
            self.as_it_stands(&format!("{margin}{label}{room}{line}"));
        }
    }

    /// Text in a colour, where there are colours.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if self.color && !text.is_empty() {
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

    /// Text in which some parts have a colour, each the next after the one before, wrapped.
    pub fn parts(&mut self, text: &str, parts: &[(String, Paint)]) {
        let mut parts = parts.iter().peekable();
        for (index, line) in wrapped(text, self.width, 0, 2).iter().enumerate() {
            let mut painted = String::from(if index == 0 { "" } else { "  " });
            let mut rest = line.as_str();
            while let Some((before, after)) =
                parts.peek().and_then(|(part, _)| rest.split_once(&**part))
            {
                if let Some((part, paint)) = parts.next() {
                    painted += before;
                    painted += &self.paint(*paint, part);
                }
                rest = after;
            }
            painted += rest;
            self.as_it_stands(&painted);
        }
    }

    /// What settles something, and what else is to be said: its command stands alone on a line.
    pub fn step(&mut self, lead: &str, step: &Step, more: &str) {
        let end = if step.command.is_some() { ":" } else { "" };
        let text = format!("{}{more}{end}", step.words);
        self.item(2, (lead, Paint::Quiet), &text);
        if let Some(command) = &step.command {
            self.verbatim(&format!("    {command}"));
        }
    }

    /// Text after a lead in a colour; the lines after the first are moved in two further than the lead.
    pub fn item(&mut self, indent: usize, (lead, paint): (&str, Paint), text: &str) {
        let lead = terminal::line(lead);
        let text = &*self.named(text);
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

/// An arrow and a space at which no line ends.
const TIED: &str = "→\u{a0}";

/// Text in lines of at most so many columns, the margins counted but not written: `indent` before the first line,
/// `hang` before the others. A word longer than a line stands whole on a line of its own.
pub fn wrapped(text: &str, width: usize, indent: usize, hang: usize) -> Vec<String> {
    let text = terminal::line(text);
    if width == ENDLESS {
        return vec![text.into_owned()];
    }
    let (first, others) = (" ".repeat(indent), " ".repeat(hang));
    let options = textwrap::Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(&others)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    // An arrow stays with what it leads to.
    let text = text.replace("→ ", TIED);
    let lines = textwrap::wrap(&text, options);
    let margins = std::iter::once(indent).chain(std::iter::repeat(hang));
    let without = lines.iter().zip(margins).map(|(line, margin)| {
        let line = line.get(margin..).unwrap_or_default();
        line.replace(TIED, "→ ")
    });
    without.collect()
}

/// Text of several lines, of which those that are longer than the width are wrapped, each further line moved in so many columns
/// more than its first; those of an item of a list by its mark.
#[must_use]
pub fn set(text: &str, width: Option<usize>, hang: usize) -> String {
    let Some(width) = width else {
        return text.to_owned();
    };
    let mut out: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let words = line.trim_start_matches(' ');
        let indent = line.len().saturating_sub(words.len());
        if columns(line) <= width {
            out.push(line.to_owned());
            continue;
        }
        let own = if words.starts_with("- ") { 2 } else { hang };
        let hang = indent.saturating_add(own);
        let lines = wrapped(words, width, indent, hang).into_iter().enumerate();
        out.extend(lines.map(|(place, line)| {
            let margin = " ".repeat(if place == 0 { indent } else { hang });
            format!("{margin}{line}")
        }));
    }
    out.join("\n")
}

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    textwrap::core::display_width(text)
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
        if width == ENDLESS {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(needed)));
        } else if whole.contains(&index) && usize::from(needed) <= width / 2 {
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
    fn a_word_longer_than_a_line_stands_whole_on_one_of_its_own() {
        let arn = "arn:aws:kms:us-east-2:111122223333:key/1";
        let lines = wrapped(&format!("see {arn} there"), 16, 0, 4);
        assert_eq!(lines, ["see", arn, "there"]);
    }

    #[test]
    fn an_arrow_stands_beside_what_it_leads_to() {
        assert_eq!(
            wrapped("from here → there", 12, 0, 0),
            ["from here", "→ there"]
        );
    }

    #[test]
    fn nothing_is_wrapped_where_there_is_no_width() {
        let text = "one two three ".repeat(40);
        assert_eq!(wrapped(text.trim(), ENDLESS, 2, 4).len(), 1);
    }

    #[test]
    fn lines_are_wrapped_at_words_and_keep_their_indentation() {
        let text = "error: one two three\n\n  - four five six seven\nend";
        let set_text = set(text, Some(14), 2);
        assert_eq!(
            set_text,
            "error: one two\n  three\n\n  - four five\n    six seven\nend"
        );
        assert_eq!(set(text, None, 0), text);
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
