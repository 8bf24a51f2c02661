//! The pages of the checks.

use crate::checks::{CHECKS, Check};

/// Every check, one a line: its id, and the problem it names.
#[must_use]
pub fn list() -> String {
    let longest = CHECKS
        .iter()
        .map(|check| check.id.len())
        .max()
        .unwrap_or_default();
    CHECKS
        .iter()
        .map(|check| format!("{:longest$}  {}\n", check.id, check.title))
        .collect()
}

/// The page of one check, in Markdown, with the AWS pages that it goes by and the state of them that was read.
#[must_use]
pub fn page(check: &Check) -> String {
    let mut text = check.doc.trim_end().to_owned();
    text.push_str("\n\n## Sources\n");
    for cite in check.cites {
        text.push_str(&format!(
            "- {}, as of {}: {}\n",
            cite.title, cite.as_of, cite.url
        ));
    }
    text
}

/// The same for who reads it on a terminal, where the end is what is seen: how to fix it comes last.
#[must_use]
pub fn page_to_read(check: &Check) -> String {
    let page = without_links(&page(check));
    let heading = "\n## How to fix it\n";
    let Some((before, rest)) = page.split_once(heading) else {
        return page;
    };
    let (fix, after) = rest.split_once("\n## ").unwrap_or((rest, ""));
    if after.is_empty() {
        return page;
    }
    format!(
        "{before}\n## {}\n{heading}{}\n",
        after.trim_end(),
        fix.trim_end()
    )
}

/// The same with `words (address)` in place of Markdown's links.
fn without_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(words, after)| {
            let (address, after) = after.split_once(')')?;
            (!words.contains(['[', ']']) && address.starts_with("https://"))
                .then_some((words, address, after))
        });
        out.push_str(before);
        rest = match link {
            Some((words, address, after)) => {
                out.push_str(&format!("{words} ({address})"));
                after
            }
            None => {
                out.push('[');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// The same text with each paragraph, and each item of a list, on one line, for who sets it to another width.
#[must_use]
pub fn flowing(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_open, mut is_code) = (false, false);
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        let begins = |c: char| line.trim_start().starts_with(c);
        let begins_anew = line.trim().is_empty()
            || is_fence
            || is_code
            || ['#', '-', '*', '|', '>'].into_iter().any(begins)
            || line.starts_with(|c: char| c.is_ascii_digit());
        if is_open && !begins_anew {
            out.push(' ');
            out.push_str(line.trim_start());
        } else {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(line);
        }
        is_code ^= is_fence;
        let ends = line.trim().is_empty() || is_fence || is_code || begins('#') || begins('|');
        is_open = !ends;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_flows_and_the_rest_stays() {
        let text = "# a\nb\n\n## c\nd e\nf\n- g\n  h\n- i\n\n```text\nj\nk\n```\nl\nm\n";
        assert_eq!(
            flowing(text),
            "# a\nb\n\n## c\nd e f\n- g h\n- i\n\n```text\nj\nk\n```\nl m\n"
        );
    }

    #[test]
    fn the_list_has_every_check_on_a_line_of_its_own() {
        let list = list();
        assert_eq!(list.lines().count(), CHECKS.len());
        for (line, check) in list.lines().zip(CHECKS) {
            assert!(
                line.starts_with(&format!("{} ", check.id)) && line.ends_with(check.title),
                "{line}"
            );
        }
    }

    #[test]
    fn a_page_to_read_ends_with_how_to_fix_it_and_has_all() {
        for check in CHECKS {
            let (page, read) = (without_links(&page(check)), page_to_read(check));
            assert!(!read.contains("](http"), "{}", check.id);
            let lines = |text: &str| {
                let lines = text.lines().filter(|line| !line.is_empty());
                let mut lines: Vec<String> = lines.map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert_eq!(lines(&page), lines(&read), "{}", check.id);
            let last = read.rfind("\n## ").unwrap();
            assert!(read[last..].starts_with("\n## How to fix it\n"), "{read}");
            assert!(!read.contains("\n\n\n") && read.ends_with('\n'), "{read}");
        }
    }

    #[test]
    fn a_page_is_the_check_s_own_and_names_its_sources() {
        for check in CHECKS {
            let page = page(check);
            assert!(page.starts_with(check.doc.trim_end()));
            for cite in check.cites {
                assert!(page.contains(cite.url), "{}", check.id);
            }
            assert!(page.ends_with('\n') && !page.ends_with("\n\n"));
        }
    }
}
