//! The command that comes next: the one that was given, with `fix` in the place of what it did.

use crate::cli::Words;
use crate::quote::shell::word as shell_word;

use super::hidden::Hidden;

/// Options that say how a report is printed or kept, and not what it is about.
const HOW: &[&str] = &[
    "format",
    "color",
    "save",
    "dir",
    "verbose",
    "quiet",
    "strict",
    "force",
    "audit",
    "sarif-suppressions",
];

/// Options that say how AWS is asked: of no use where files are, and `--live` does not stand beside them.
const OF_AWS: &[&str] = &[
    "source-profile",
    "source-role-arn",
    "destination-profile",
    "destination-role-arn",
    "management-profile",
    "management-role-arn",
    "external-id",
    "region",
    "organization",
    "role-name",
    "ou",
    "exclude",
    "profiles",
    "shard",
];

/// The options that name files of facts.
const FILES: &[&str] = &[
    "inventory",
    "example",
    "overlay",
    "terraform-plan",
    "cloudformation",
];

/// The command that writes the changes with the same facts, of the words of the command line, without what is hidden; `None` where
/// facts came from standard input, which is read by now.
pub(super) fn fix(words: &[String], hidden: &Hidden) -> Option<String> {
    let Words { command, options } = Words::of(words)?;
    let mut text = "backup-preflight fix --dir fixes".to_owned();
    if command == "audit" || options.iter().any(|(option, _)| option == "audit") {
        text += " --audit";
    }
    let has = |names: &[&str]| options.iter().any(|(option, _)| names.contains(&&**option));
    let from_files_alone = has(FILES) && !has(&["live"]);
    for (option, words) in &options {
        if from_files_alone && OF_AWS.contains(&option.as_str()) {
            continue;
        }
        if HOW.contains(&option.as_str()) || !Words::is_option_of("fix", option) {
            continue;
        }
        let from_input = format!("--{option}=-");
        if words.iter().any(|word| word == "-" || *word == from_input) {
            return None;
        }
        for word in words {
            text.push(' ');
            text += &shell_word(&hidden.told(option, word));
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, options};

    fn of(line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        fix(&words, &Hidden::of(&words, 1 << 20))
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
        assert_eq!(
            of("fix --dir there --audit --force --format table --example x").as_deref(),
            Some("backup-preflight fix --dir fixes --audit --example x")
        );
    }

    #[test]
    fn what_says_how_aws_is_asked_goes_where_it_is_not() {
        assert_eq!(
            of("audit --source-profile prod --region all --example x").as_deref(),
            Some("backup-preflight fix --dir fixes --audit --example x")
        );
        assert_eq!(
            of("check --source-profile prod --live --example x").as_deref(),
            Some("backup-preflight fix --dir fixes --source-profile prod --live --example x")
        );
    }

    #[test]
    fn an_option_may_stand_before_the_command() {
        assert_eq!(
            of("-v check --example x").as_deref(),
            Some("backup-preflight fix --dir fixes --example x")
        );
        assert_eq!(
            of("--config f.toml --format json=x audit --region all").as_deref(),
            Some("backup-preflight fix --dir fixes --audit --config f.toml --region all")
        );
        assert_eq!(
            of("--no-config --color never check --example x").as_deref(),
            Some("backup-preflight fix --dir fixes --no-config --example x")
        );
    }

    /// Whatever option of `check` or `audit` was given, the command that is proposed is one that the program takes.
    #[test]
    fn what_is_proposed_is_taken() {
        let mut proposed = 0;
        for command in ["check", "audit"] {
            for option in options() {
                for line in [
                    format!("--{option}"),
                    format!("--{option} 1"),
                    format!("--{option} x"),
                    format!("--{option} a=1 b"),
                ] {
                    for line in [
                        format!("{command} {line}"),
                        format!("{line} {command}"),
                        format!(
                            "{command} --to arn:aws:backup:us-east-1:111122223333:backup-vault:v {line}"
                        ),
                        format!("{command} --organization --role-name r {line}"),
                    ] {
                        let given = std::iter::once("p").chain(line.split(' '));
                        if Cli::try_parse_from(given).is_err() {
                            continue;
                        }
                        let text = of(&line).unwrap_or_else(|| panic!("{line}"));
                        let read = Cli::try_parse_from(text.split(' '));
                        let error = read.err().map(|error| error.to_string());
                        assert_eq!(error, None, "{line}: {text}");
                        proposed += 1;
                    }
                }
            }
        }
        assert!(proposed > 100, "{proposed}");
    }

    #[test]
    fn a_word_that_the_shell_would_read_is_quoted() {
        let words = ["check", "--inventory", "my facts.json"].map(str::to_owned);
        let text = fix(&words, &Hidden::of(&words, 0)).unwrap();
        assert!(text.ends_with("--inventory 'my facts.json'"), "{text}");
    }

    #[test]
    fn what_was_read_from_standard_input_cannot_be_read_again() {
        for line in [
            "check --inventory -",
            "check --inventory a -",
            "check --inventory=-",
            "-v check --inventory -",
            "check --example x --overlay -",
            "check --example x --terraform-plan=-",
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }
}
