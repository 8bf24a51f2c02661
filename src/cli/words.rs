//! The words of a command line as they stand: the command, and each option with its values.

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::Cli;

/// A command line, word by word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The command.
    pub command: String,
    /// The long name of each option, and the words that it was given in.
    pub options: Vec<(String, Vec<String>)>,
}

impl Words {
    /// Those of a command line that was understood, without the program; options may stand before the command. `None` where it
    /// has no command.
    #[must_use]
    pub fn of(words: &[String]) -> Option<Self> {
        let mut cli = Cli::command();
        cli.build();
        let mut command: Option<&Command> = None;
        let mut options = Vec::new();
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let arg = match option_of(word) {
                Some(option) => command
                    .unwrap_or(&cli)
                    .get_arguments()
                    .find(|arg| is(arg, option))?,
                None if command.is_none() => {
                    command = Some(cli.find_subcommand(word)?);
                    continue;
                }
                // No command that prints a report takes a word that belongs to no option.
                None => continue,
            };
            let mut given = vec![word.to_owned()];
            let is_whole =
                word.contains('=') || !word.starts_with("--") && word.chars().count() > 2;
            if takes_values(arg) && !is_whole {
                let most = arg.get_num_args().map_or(1, |number| number.max_values());
                while given.len() <= most
                    && let Some(value) =
                        words.next_if(|value| given.len() == 1 || option_of(value).is_none())
                {
                    given.push(value.to_owned());
                }
            }
            if let Some(name) = arg.get_long() {
                options.push((name.to_owned(), given));
            }
        }
        Some(Self {
            command: command?.get_name().to_owned(),
            options,
        })
    }

    /// Whether a command has an option.
    #[must_use]
    pub fn is_option_of(command: &str, option: &str) -> bool {
        let mut cli = Cli::command();
        cli.build();
        let found = cli.find_subcommand(command);
        found.is_some_and(|command| {
            let mut arguments = command.get_arguments();
            arguments.any(|arg| arg.get_long() == Some(option))
        })
    }
}

/// What a word names as an option: all but its hyphens and its value.
fn option_of(word: &str) -> Option<&str> {
    let named = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    let name = named.split('=').next().unwrap_or(named);
    (!name.is_empty()).then_some(name)
}

fn is(arg: &Arg, name: &str) -> bool {
    let mut letters = name.chars();
    arg.get_long() == Some(name) || arg.get_short() == letters.next() && arg.get_short().is_some()
}

fn takes_values(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let words = Words::of(&words)?;
        let options = words.options.iter();
        let options: Vec<String> = options
            .map(|(name, words)| format!("{name}[{}]", words.join(" ")))
            .collect();
        Some(format!("{} {}", words.command, options.join(" ")))
    }

    #[test]
    fn the_command_is_found_behind_options_and_their_values() {
        assert_eq!(
            of("-v --config check check --inventory a - --example=x -q").as_deref(),
            Some(
                "check verbose[-v] config[--config check] inventory[--inventory a -] example[--example=x] quiet[-q]"
            )
        );
        assert_eq!(
            of("--format json=- audit --region all --organization").as_deref(),
            Some("audit format[--format json=-] region[--region all] organization[--organization]")
        );
        assert_eq!(of("--strict"), None);
    }
}
