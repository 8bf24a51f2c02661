//! The examples that the help of a command ends with. No line is longer than a terminal of 80 columns: it would be wrapped, and
//! break when it is pasted.

/// Of `check`.
pub const CHECK: &str = "\
Examples:
  backup-preflight check --example field-notes-rds-before
  backup-preflight check \\
    --resource arn:aws:rds:us-east-2:111122223333:db:orders \\
    --to arn:aws:backup:us-east-2:444455556666:backup-vault:central \\
    --source-profile prod --destination-profile backup
  backup-preflight check --plan daily
  backup-preflight check --inventory facts.json --format json=report.json";

/// Of `audit`.
pub const AUDIT: &str = "\
Examples:
  backup-preflight audit --example organization
  backup-preflight audit --region eu-west-1
  backup-preflight audit --organization --role-name BackupPreflightRead \\
    --region all --only blocked";

/// Of `backtest`.
pub const BACKTEST: &str = "\
Examples:
  backup-preflight backtest --region us-east-1
  backup-preflight backtest --inventory facts.json --strict";

/// Of `collect`.
pub const COLLECT: &str = "\
Examples:
  backup-preflight collect --output facts.json --region us-east-1
  backup-preflight collect --output facts.json --organization \\
    --role-name BackupPreflightRead --region all";

/// Of `fix`.
pub const FIX: &str = "\
Examples:
  backup-preflight fix --dir fixes --example field-notes-rds-before
  backup-preflight fix --dir fixes --audit --inventory facts.json";

/// Of `init`.
pub const INIT: &str = "\
Examples:
  backup-preflight init --example organization --output -
  backup-preflight init --inventory facts.json";

/// Of `explain`.
pub const EXPLAIN: &str = "\
Examples:
  backup-preflight explain vault-refuses-copy
  backup-preflight explain \\
    --message \"Access Denied trying to call AWS Backup service\"";

/// Of `simulate`.
pub const SIMULATE: &str = "\
Examples:
  backup-preflight simulate --requests requests.jsonl
  backup-preflight simulate --requests - < requests.jsonl > answers.jsonl";

/// Of `capabilities`.
pub const CAPABILITIES: &str = "\
Examples:
  backup-preflight capabilities RDS
  backup-preflight capabilities --format json=capabilities.json";

/// Of `permissions`.
pub const PERMISSIONS: &str = "\
Examples:
  backup-preflight permissions --for source > read.json
  backup-preflight permissions --for management --partition aws-us-gov";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use crate::cli::Cli;

    /// What is pasted is what the help prints, however wide the terminal is.
    #[test]
    fn every_example_of_the_help_is_a_command_when_it_is_pasted() {
        let mut cli = Cli::command();
        cli.build();
        let mut read = 0;
        for command in cli.get_subcommands_mut() {
            for width in [80, 100, 400] {
                let help = command
                    .clone()
                    .term_width(width)
                    .render_long_help()
                    .to_string();
                let Some((_, examples)) = help.split_once("Examples:\n") else {
                    continue;
                };
                let examples = examples.replace("\\\n", " ");
                let lines = examples.lines().map(str::trim);
                for line in lines.filter(|line| !line.is_empty()) {
                    let line = line.split(['<', '>']).next().unwrap().trim_end();
                    // A quoted value is every other piece.
                    let pieces = line.split('"').enumerate();
                    let given: Vec<&str> = pieces
                        .flat_map(|(place, piece)| match place % 2 {
                            0 => piece.split_whitespace().collect(),
                            _ => vec![piece],
                        })
                        .collect();
                    let error = Cli::try_parse_from(&given).err();
                    let error = error.map(|error| error.to_string());
                    assert_eq!(error, None, "{given:?}");
                    read += 1;
                }
            }
        }
        assert!(read > 3 * 14, "{read}");
    }

    #[test]
    fn every_command_that_takes_more_than_a_word_has_examples() {
        let mut cli = Cli::command();
        cli.build();
        for command in cli.get_subcommands() {
            let has = command.get_after_help().is_some();
            let is_plain = ["schema", "completions", "man", "help"].contains(&command.get_name());
            assert_eq!(has, !is_plain, "{}", command.get_name());
        }
    }
}
