//! Markdown up to a limit: what there is no room for is left out whole, and counted.

use std::num::NonZeroUsize;

use crate::quote::markdown::text;
use crate::report::headline;
use crate::report::model::{Report, Tool};

/// Text up to a limit.
pub(super) struct LimitedText {
    text: String,
    limit: usize,
    /// Where what is written now must end, so that others have room.
    until: usize,
    left_out: Vec<(&'static str, usize)>,
}

impl LimitedText {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            text: String::new(),
            limit,
            until: limit,
            left_out: Vec::new(),
        }
    }

    fn fits(&self, more: usize) -> bool {
        self.text.len().saturating_add(more) <= self.until
    }

    /// Leaves to what is written next one part of so many of the room that there is.
    pub(super) fn share(&mut self, parts: Option<NonZeroUsize>) {
        let room = self.limit.saturating_sub(self.text.len());
        self.until = match parts {
            Some(parts) => {
                let share = room.checked_div(parts.get()).unwrap_or_default();
                self.text.len().saturating_add(share)
            }
            None => self.limit,
        };
    }

    /// Whether all had room.
    pub(super) const fn is_whole(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Texts under a heading, each whole or not at all; no heading where none of them has room.
    pub(super) fn blocks(
        &mut self,
        what: &'static str,
        title: &str,
        blocks: impl Iterator<Item = String>,
    ) {
        let mut head = format!("### {title}\n\n");
        for block in blocks {
            let needed = head.len().saturating_add(block.len());
            if self.fits(needed.saturating_add(1)) {
                self.text.push_str(&std::mem::take(&mut head));
                self.text.push_str(&block);
                self.text.push('\n');
            } else {
                self.leave_out(what, 1);
            }
        }
    }

    /// Text that no limit cuts.
    pub(super) fn head(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Text that stands whole or not at all.
    pub(super) fn block(&mut self, what: &'static str, block: &str) {
        if self.fits(block.len().saturating_add(1)) {
            self.text.push_str(block);
            self.text.push('\n');
        } else {
            self.leave_out(what, 1);
        }
    }

    /// A table: its rows as far as there is room. `more` rows are not there to begin with.
    pub(super) fn table(
        &mut self,
        what: &'static str,
        title: &str,
        heads: &[&str],
        rows: &[Vec<String>],
        more: usize,
    ) {
        if rows.is_empty() && more == 0 {
            return;
        }
        let head = format!(
            "### {title}\n\n| {} |\n|{}\n",
            heads.join(" | "),
            " --- |".repeat(heads.len())
        );
        let mut told = 0_usize;
        let mut table = String::new();
        for row in rows {
            let row = format!("| {} |\n", row.join(" | "));
            let needed = head
                .len()
                .saturating_add(table.len())
                .saturating_add(row.len());
            if !self.fits(needed.saturating_add(1)) {
                break;
            }
            table.push_str(&row);
            told = told.saturating_add(1);
        }
        if told > 0 {
            self.text.push_str(&head);
            self.text.push_str(&table);
            self.text.push('\n');
        }
        self.leave_out(what, rows.len().saturating_sub(told).saturating_add(more));
    }

    pub(super) fn leave_out(&mut self, what: &'static str, number: usize) {
        if number == 0 {
            return;
        }
        match self.left_out.iter_mut().find(|(of, _)| *of == what) {
            Some((_, all)) => *all = all.saturating_add(number),
            None => self.left_out.push((what, number)),
        }
    }

    pub(super) fn finish(mut self, report: &Report) -> String {
        if !self.left_out.is_empty() {
            let parts = self.left_out.iter();
            let parts: Vec<String> = parts
                .map(|(what, number)| format!("{what}: {number}"))
                .collect();
            self.text += &format!(
                "**Left out for want of room**: {}. `--format json` has all.\n\n",
                parts.join(", ")
            );
        }
        let when = match report.collected_at.as_deref() {
            Some(when) => format!(", from what was read at {}", text(when)),
            None => format!(", from facts of {}", headline::facts_of(report)),
        };
        self.text += &format!(
            "<sub>{} {}{when}</sub>\n",
            Tool::THIS.name,
            Tool::THIS.version
        );
        self.text
    }
}
