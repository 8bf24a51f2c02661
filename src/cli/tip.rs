//! What a wrong command line tells besides clap's own words: which command has the option that this one has not, and what
//! stands here for what other programs call otherwise.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is typed by who knows other programs: the command that it is typed at (of an empty name any), and what is meant.
const OTHERWISE: &[(&str, &str, &str)] = &[
    (
        "check",
        "--region",
        "`--template-region` says where a template's stack is; a copy's Regions stand in its ARNs",
    ),
    ("fix", "--output", "`--dir` names the folder"),
    ("fix", "--out", "`--dir` names the folder"),
    ("fix", "-o", "`--dir` names the folder"),
    (
        "backtest",
        "--days",
        "the copy jobs of the last 30 days are compared, which is all that AWS keeps",
    ),
    ("", "--json", "`--format json`"),
    (
        "",
        "--output",
        "`--format FORMAT`, or `--format FORMAT=FILE`",
    ),
    ("", "-o", "`--format FORMAT`, or `--format FORMAT=FILE`"),
    (
        "",
        "--profile",
        "`--source-profile`, `--destination-profile` and `--management-profile` each say whose",
    ),
    (
        "",
        "--destination",
        "`--to` names the vault that the copy goes to",
    ),
    (
        "",
        "--dry-run",
        "nothing here changes AWS, and no copy is started: leave it out",
    ),
    (
        "",
        "--fail-on",
        "the exit code is 1 where a copy is blocked; `--strict` makes a warning or an undecided copy 1, too",
    ),
    (
        "",
        "--exit-code",
        "the exit code says it by itself: 0 feasible, 1 blocked, 3 undecided; `--strict` counts warnings, too",
    ),
    (
        "",
        "--ignore",
        "a finding is waived in backup-preflight.toml, with a reason and a day (`backup-preflight init` writes one); `--baseline REPORT` leaves out what failed in an earlier report",
    ),
    ("permissions", "source", "`--for source`"),
    ("permissions", "destination", "`--for destination`"),
    ("permissions", "management", "`--for management`"),
];

/// The error, with what is meant, or with the commands that have the option where others than the one given do.
pub fn with_tip(mut error: clap::Error, cli: &clap::Command) -> clap::Error {
    if error.kind() == ErrorKind::InvalidSubcommand {
        return of_no_command(error);
    }
    if let Some(tip) = tip(&error, cli) {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::Usage);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

/// The error of a command that there is not: the nearest one first, and what prints the version.
fn of_no_command(mut error: clap::Error) -> clap::Error {
    let is_version = matches!(error.get(ContextKind::InvalidSubcommand),
        Some(ContextValue::String(word)) if word == "version");
    if is_version {
        error.remove(ContextKind::SuggestedSubcommand);
        let tip = StyledStr::from("`--version` prints the version");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    } else if let Some(ContextValue::Strings(names)) =
        error.get(ContextKind::SuggestedSubcommand).cloned()
    {
        // The likest stands last.
        let names = names.into_iter().rev().collect();
        error.insert(
            ContextKind::SuggestedSubcommand,
            ContextValue::Strings(names),
        );
    }
    error
}

fn tip(error: &clap::Error, cli: &clap::Command) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let command = command_of(error).unwrap_or_default();
    let is_meant = |(at, typed, _): &&(&str, &str, &str)| {
        (at.is_empty() || *at == command) && *typed == word.as_str()
    };
    let otherwise = OTHERWISE.iter().find(is_meant);
    let otherwise = otherwise.map(|(.., meant)| (*meant).to_owned());
    otherwise
        .or_else(|| of_a_word(word, &command, cli))
        .or_else(|| of_another(word, cli))
}

/// The command that the words were for, as the line of its usage has it.
fn command_of(error: &clap::Error) -> Option<String> {
    let usage = error.get(ContextKind::Usage)?.to_string();
    let mut words = usage.split_whitespace();
    words.find(|word| *word == "backup-preflight")?;
    words.next().map(str::to_owned)
}

/// What a word may be that belongs to no option, where the command takes facts: a file, an ARN, or an example.
fn of_a_word(word: &str, command: &str, cli: &clap::Command) -> Option<String> {
    let command = cli.find_subcommand(command)?;
    let mut arguments = command.get_arguments();
    if word.starts_with('-') || !arguments.any(|argument| argument.get_long() == Some("inventory"))
    {
        return None;
    }
    if word.starts_with("arn:") {
        return Some(
            "`--resource ARN`, `--recovery-point ARN` or `--to VAULT_ARN` says what the ARN is"
                .to_owned(),
        );
    }
    let option = if word.contains(['.', '/']) {
        "--inventory"
    } else {
        "--example"
    };
    Some(format!("facts are given by an option: `{option} {word}`"))
}

/// The commands that have an option which the one that was given has not.
fn of_another(option: &str, cli: &clap::Command) -> Option<String> {
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
