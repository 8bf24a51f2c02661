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

#[cfg(test)]
mod tests {
    use super::*;

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
