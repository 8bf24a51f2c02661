//! What a wrong command line tells besides clap's own words: which command has the option that this one has not.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The error, with the commands that have the option, where others than the one given do.
pub fn with_tip(mut error: clap::Error, cli: &clap::Command) -> clap::Error {
    if let Some(tip) = tip(&error, cli) {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

fn tip(error: &clap::Error, cli: &clap::Command) -> Option<String> {
    let Some(ContextValue::String(option)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if error.kind() != ErrorKind::UnknownArgument || error.get(ContextKind::Suggested).is_some() {
        return None;
    }
    let name = option.strip_prefix("--")?;
    let has = |command: &&clap::Command| {
        let mut arguments = command.get_arguments();
        !command.is_hide_set() && arguments.any(|argument| argument.get_long() == Some(name))
    };
    let commands: Vec<String> = cli
        .get_subcommands()
        .filter(has)
        .map(|command| format!("`{}`", command.get_name()))
        .collect();
    let commands = match commands.as_slice() {
        [] => return None,
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    Some(format!("`{option}` is an option of {commands}"))
}
