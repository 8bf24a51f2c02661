//! The command that comes next: the one that was given, with `fix` in the place of what it did.

use crate::quote::shell::word as shell_word;

/// Options of their own value that say how a report is printed, and not what it is about.
const HOW: &[&str] = &["--format", "--color", "--save", "--only", "--dir"];
/// The same, without a value.
const SWITCHES: &[&str] = &[
    "--verbose",
    "-v",
    "--quiet",
    "-q",
    "--strict",
    "--force",
    "--sarif-suppressions",
];

/// The command that writes the changes with the same facts, of the words of the command line; `None` where the facts came
/// from standard input, which is read by now.
pub(super) fn fix(words: &[String]) -> Option<String> {
    let (command, rest) = words.split_first()?;
    let mut text = "backup-preflight fix --dir fixes".to_owned();
    if command == "audit" {
        text += " --audit";
    }
    let mut rest = rest.iter();
    let mut before = "";
    while let Some(word) = rest.next() {
        if word == "-" && before == "--inventory" || word == "--inventory=-" {
            return None;
        }
        if HOW.contains(&word.as_str()) {
            rest.next();
        } else if !SWITCHES.contains(&word.as_str())
            && !HOW.iter().any(|how| word.starts_with(&format!("{how}=")))
        {
            text.push(' ');
            text += &shell_word(word);
        }
        before = word;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        fix(&words)
    }

    #[test]
    fn the_facts_stay_and_the_way_of_printing_goes() {
        assert_eq!(
            of("audit --inventory facts.json -v --format json=out.json --only blocked").as_deref(),
            Some("backup-preflight fix --dir fixes --audit --inventory facts.json")
        );
        assert_eq!(
            of("check --strict --format=json --example x").as_deref(),
            Some("backup-preflight fix --dir fixes --example x")
        );
    }

    #[test]
    fn a_word_that_the_shell_would_read_is_quoted() {
        let words = ["check", "--inventory", "my facts.json"].map(str::to_owned);
        let text = fix(&words).unwrap();
        assert!(text.ends_with("--inventory 'my facts.json'"), "{text}");
    }

    #[test]
    fn what_was_read_from_standard_input_cannot_be_read_again() {
        assert_eq!(of("check --inventory -"), None);
    }
}
