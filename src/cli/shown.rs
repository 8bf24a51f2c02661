//! What the help of each command shows of the options that all commands have.

use clap::{Command, CommandFactory as _};

use super::Cli;

/// The commands that write no report, and which options of one are of no use to them.
const WITHOUT_REPORT: &[(&str, &[&str])] = &[
    ("capabilities", &["strict", "sarif_suppressions"]),
    ("completions", &["format", "strict", "sarif_suppressions"]),
    ("explain", &["strict", "sarif_suppressions"]),
    ("init", &["format", "strict", "sarif_suppressions"]),
    ("man", &["format", "strict", "sarif_suppressions"]),
    ("permissions", &["strict", "sarif_suppressions"]),
    ("schema", &["format", "strict", "sarif_suppressions"]),
    ("simulate", &["strict", "sarif_suppressions"]),
];

/// The command line, without the options in the help of commands that have no use for them.
pub fn command() -> Command {
    let mut cli = Cli::command();
    let all: Vec<clap::Arg> = cli.get_arguments().cloned().collect();
    for (name, options) in WITHOUT_REPORT {
        let hidden = all
            .iter()
            .filter(|option| options.contains(&option.get_id().as_str()));
        let hidden: Vec<clap::Arg> = hidden.map(|option| option.clone().hide(true)).collect();
        cli = cli.mut_subcommand(name, |command| command.args(hidden));
    }
    cli
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_that_a_command_has_no_use_for_is_not_in_its_help() {
        let mut cli = command();
        cli.build();
        for (name, options) in WITHOUT_REPORT {
            let command = cli.find_subcommand(name).unwrap().clone();
            let help = command.clone().render_long_help().to_string();
            for option in *options {
                let option = option.replace('_', "-");
                assert!(!help.contains(&format!("--{option}")), "{name}: {option}");
            }
            assert!(help.contains("--config"), "{name}");
        }
        let check = cli.find_subcommand("check").unwrap().clone();
        assert!(
            check
                .clone()
                .render_long_help()
                .to_string()
                .contains("--strict")
        );
    }
}
