//! Options that the command line need not give: those of the environment and of a configuration, as further words.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory as _};

use super::Cli;

/// What every variable begins with.
pub const PREFIX: &str = "BACKUP_PREFLIGHT_";

/// An option that holds where the command line does not give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The option, without its hyphens.
    pub option: String,
    /// Its values; `true` or `false` for a switch.
    pub values: Vec<String>,
    /// Where it stands.
    pub at: String,
}

/// Options that mean nothing without another one.
#[rustfmt::skip]
const NEEDS: [(&str, &str); 10] = [
    ("role-name",       "organization"),
    ("ou",              "organization"),
    ("exclude",         "organization"),
    ("source-vault",    "to"),
    ("role",            "to"),
    ("delete-after",    "to"),
    ("cold-after",      "to"),
    ("start",           "to"),
    ("external-id",     "source-role-arn"),
    ("template-region", "cloudformation"),
];

/// Options that say where the others are, or are asked of the moment.
const NOT_SET: [&str; 4] = ["help", "version", "config", "no-config"];

/// The commands that print a report, whose format can be set for all of them.
const REPORTS: [&str; 4] = ["check", "audit", "backtest", "fix"];

/// The options that a configuration can set: those of `check` and of `audit`.
#[must_use]
pub fn options() -> Vec<String> {
    let mut cli = Cli::command();
    cli.build();
    let commands = ["check", "audit"]
        .into_iter()
        .filter_map(|name| cli.find_subcommand(name));
    let all: BTreeSet<String> = commands
        .flat_map(Command::get_arguments)
        .filter_map(Arg::get_long)
        .filter(|option| !NOT_SET.contains(option))
        .map(str::to_owned)
        .collect();
    all.into_iter().collect()
}

/// The settings of variables of the environment, and the variables that are no option of any command. An empty one is not
/// there; a comma parts the values of an option that can be repeated.
pub fn of_variables(
    variables: impl IntoIterator<Item = (String, String)>,
) -> (Vec<Setting>, Vec<String>) {
    let mut cli = Cli::command();
    cli.build();
    let (mut settings, mut unknown) = (Vec::new(), Vec::new());
    for (name, value) in variables {
        let Some(option) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let option = option.to_ascii_lowercase().replace('_', "-");
        let arguments = cli.get_subcommands().flat_map(Command::get_arguments);
        let mut such = arguments.filter(|arg| arg.get_long() == Some(&*option));
        let Some(arg) = such.next() else {
            unknown.push(name);
            continue;
        };
        if value.is_empty() {
            continue;
        }
        let is_list = matches!(arg.get_action(), ArgAction::Append) || takes_two(arg);
        let values = if is_list {
            value.split(',').map(str::to_owned).collect()
        } else if is_switch(arg) {
            vec![truth(&value).to_owned()]
        } else {
            vec![value]
        };
        settings.push(Setting {
            option,
            values,
            at: name,
        });
    }
    settings.sort_by(|one, other| one.option.cmp(&other.option));
    unknown.sort();
    (settings, unknown)
}

fn truth(value: &str) -> &str {
    match &*value.to_ascii_lowercase() {
        "1" | "yes" | "on" | "true" => "true",
        "0" | "no" | "off" | "false" => "false",
        _ => value,
    }
}

fn is_switch(arg: &Arg) -> bool {
    matches!(
        arg.get_action(),
        ArgAction::SetTrue | ArgAction::SetFalse | ArgAction::Count
    )
}

fn takes_two(arg: &Arg) -> bool {
    arg.get_num_args()
        .is_some_and(|number| number.max_values() == 2)
}

/// What the words say of the configuration itself: the file, and whether none is to be read.
#[must_use]
pub fn configuration(words: &[OsString], settings: &[Setting]) -> (Option<PathBuf>, bool) {
    let matches = given(words).map(|(_, matches)| matches);
    let of = |option: &str| settings.iter().find(|setting| setting.option == option);
    let is_given =
        |matches: &ArgMatches, id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    if let Some(matches) = matches {
        if is_given(&matches, "config") {
            return (matches.get_one::<PathBuf>("config").cloned(), false);
        }
        if is_given(&matches, "no_config") {
            return (None, true);
        }
    }
    let none = of("no-config").is_some_and(|setting| setting.values == ["true"]);
    let file = of("config").and_then(|setting| setting.values.first());
    (file.filter(|_| !none).map(PathBuf::from), none)
}

/// The command that the words name, and what they give it, whatever is wrong with them.
fn given(words: &[OsString]) -> Option<(String, ArgMatches)> {
    let matches = Cli::command()
        .ignore_errors(true)
        .try_get_matches_from(words);
    let mut matches = matches.ok()?;
    matches.remove_subcommand()
}

/// The words with those settings that they do not give and that go with them; where two settings are of one option, the
/// first holds. What is added comes with where it stands.
///
/// # Errors
/// Where a switch is neither true nor false.
pub fn with(
    words: Vec<OsString>,
    settings: &[Setting],
) -> Result<(Vec<OsString>, Vec<Setting>), String> {
    let mut cli = Cli::command();
    cli.build();
    let Some((name, matches)) = given(&words) else {
        return Ok((words, Vec::new()));
    };
    let Some(command) = cli.find_subcommand(&name) else {
        return Ok((words, Vec::new()));
    };
    let named = |option: &str| {
        command
            .get_arguments()
            .find(|arg| arg.get_long() == Some(option))
    };
    let is_given = |arg: &Arg| {
        let id = arg.get_id().as_str();
        matches.try_contains_id(id).unwrap_or(false)
            && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let there: Vec<&Arg> = command
        .get_arguments()
        .filter(|arg| is_given(arg))
        .collect();
    let mut added: Vec<(&Arg, &Setting)> = Vec::new();
    let prints_report = REPORTS.contains(&&*name);
    for setting in settings {
        let Some(arg) = named(&setting.option) else {
            continue;
        };
        if setting.option == "format" && !prints_report {
            continue;
        }
        let others = || {
            there
                .iter()
                .copied()
                .chain(added.iter().map(|(arg, _)| *arg))
        };
        let excludes = |one: &Arg, other: &Arg| {
            let conflicts = command.get_arg_conflicts_with(one);
            conflicts.iter().any(|arg| arg.get_id() == other.get_id())
        };
        let is_there = others().any(|other| other.get_id() == arg.get_id());
        let is_excluded = others().any(|other| excludes(arg, other) || excludes(other, arg));
        let is_off = is_switch(arg) && setting.values == ["false"];
        if is_switch(arg) && !is_off && setting.values != ["true"] {
            let value = setting.values.join(", ");
            return Err(format!(
                "{}: `{}` is `{value}`; expected true or false",
                setting.at, setting.option
            ));
        }
        if !is_there && !is_excluded {
            added.push((arg, setting));
        }
    }
    let has = |option: &str| {
        let is = |arg: &Arg| arg.get_long() == Some(option);
        there.iter().any(|arg| is(arg)) || added.iter().any(|(arg, _)| is(arg))
    };
    let useful: Vec<&(&Arg, &Setting)> = added
        .iter()
        .filter(|(_, setting)| {
            let mut needs = NEEDS.iter().filter(|(option, _)| *option == setting.option);
            needs.all(|(_, other)| has(other))
        })
        .collect();
    let mut more: Vec<OsString> = Vec::new();
    for (arg, setting) in &useful {
        let option = &setting.option;
        if is_switch(arg) {
            more.extend((setting.values == ["true"]).then(|| format!("--{option}").into()));
        } else if takes_two(arg) {
            more.push(format!("--{option}").into());
            more.extend(setting.values.iter().map(OsString::from));
        } else {
            more.extend(
                setting
                    .values
                    .iter()
                    .map(|value| format!("--{option}={value}").into()),
            );
        }
    }
    let added = useful
        .iter()
        .map(|(_, setting)| (*setting).clone())
        .collect();
    let end = words
        .iter()
        .position(|word| word == "--")
        .unwrap_or(words.len());
    let mut words = words;
    words.splice(end..end, more);
    Ok((words, added))
}

/// Where the option stands that an error is about, where it is not one of the command line.
#[must_use]
pub fn place(error: &clap::Error, added: &[Setting]) -> Option<String> {
    let text = error.to_string();
    let setting = added.iter().find(|setting| {
        let option = format!("--{}", setting.option);
        let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        words.any(|word| word == option)
    })?;
    Some(format!("`--{}` is set by {}", setting.option, setting.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(option: &str, values: &[&str]) -> Setting {
        Setting {
            option: option.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            at: "b.toml:1:1".to_owned(),
        }
    }

    fn words(line: &str, settings: &[Setting]) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let (words, _) = with(words, settings).unwrap();
        let words: Vec<String> = words
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn what_the_command_line_gives_outweighs_and_what_is_first_holds() {
        let settings = [
            setting("region", &["us-east-1"]),
            setting("region", &["eu-west-1"]),
            setting("strict", &["true"]),
        ];
        assert_eq!(
            words("p audit", &settings),
            "p audit --region=us-east-1 --strict"
        );
        assert_eq!(
            words("p audit --region=all", &settings),
            "p audit --region=all --strict"
        );
        assert_eq!(
            words("p --strict audit", &settings),
            "p --strict audit --region=us-east-1"
        );
        let format = [setting("format", &["json"])];
        assert_eq!(words("p audit", &format), "p audit --format=json");
        assert_eq!(
            words("p explain", &format),
            "p explain",
            "it prints no report, and refuses the format"
        );
        let off = [setting("strict", &["false"]), setting("strict", &["true"])];
        assert_eq!(words("p audit", &off), "p audit");
        assert_eq!(
            words("p capabilities", &settings),
            "p capabilities --strict",
            "it has no --region"
        );
        assert_eq!(
            words("p explain -- x", &settings),
            "p explain --strict -- x"
        );
    }

    #[test]
    fn what_does_not_go_with_the_command_line_is_left_out() {
        let quiet = [setting("quiet", &["true"])];
        assert_eq!(words("p audit -v", &quiet), "p audit -v");
        let exclude = [setting("exclude", &["111122223333"])];
        assert_eq!(words("p audit", &exclude), "p audit");
        assert_eq!(
            words("p audit --organization", &exclude),
            "p audit --organization --exclude=111122223333"
        );
        let profiles = [setting("profiles", &["f"])];
        assert_eq!(
            words("p audit --organization", &profiles),
            "p audit --organization"
        );
    }

    #[test]
    fn what_cannot_be_said_without_another_is_known_to_be_so() {
        // Each alone is wrong for clap, and right with what it needs.
        for (option, other) in NEEDS {
            let command = if other == "organization" {
                "audit"
            } else {
                "check"
            };
            let alone = ["p", command, &format!("--{option}=1")].map(OsString::from);
            let error = Cli::command().try_get_matches_from(alone);
            let is_needed = error.is_err_and(|error| {
                error.kind() == clap::error::ErrorKind::MissingRequiredArgument
                    || error.kind() == clap::error::ErrorKind::ValueValidation
                    || error.kind() == clap::error::ErrorKind::InvalidValue
            });
            assert!(is_needed || option == "external-id", "{option}");
        }
    }

    #[test]
    fn a_switch_is_true_or_false() {
        let error = with(
            vec!["p".into(), "audit".into()],
            &[setting("strict", &["maybe"])],
        );
        assert_eq!(
            error.unwrap_err(),
            "b.toml:1:1: `strict` is `maybe`; expected true or false"
        );
    }

    #[test]
    fn variables_are_options() {
        let variables = [
            ("BACKUP_PREFLIGHT_REGION", "eu-west-1,us-east-1"),
            ("BACKUP_PREFLIGHT_STRICT", "1"),
            ("BACKUP_PREFLIGHT_OUTPUT", "f.json"),
            ("BACKUP_PREFLIGHT_DELETE_AFTER", "35"),
            ("BACKUP_PREFLIGHT_QUIET", ""),
            ("BACKUP_PREFLIGHT_REGOIN", "x"),
            ("HOME", "/"),
        ];
        let owned = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (settings, unknown) = of_variables(owned);
        let told: Vec<String> = settings
            .iter()
            .map(|setting| format!("{} {}", setting.option, setting.values.join("|")))
            .collect();
        assert_eq!(
            told,
            [
                "delete-after 35",
                "output f.json",
                "region eu-west-1|us-east-1",
                "strict true"
            ]
        );
        assert_eq!(unknown, ["BACKUP_PREFLIGHT_REGOIN"]);
    }

    #[test]
    fn options_of_check_and_audit_can_be_set() {
        let options = options();
        for option in [
            "region",
            "to",
            "strict",
            "format",
            "terraform-plan",
            "max-input",
            "only",
        ] {
            assert!(options.iter().any(|known| known == option), "{option}");
        }
        for option in ["config", "help", "dir", "output"] {
            assert!(!options.iter().any(|known| known == option), "{option}");
        }
    }

    #[test]
    fn the_configuration_is_named_by_the_command_line_first() {
        let of = |line: &str, settings: &[Setting]| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            configuration(&words, settings)
        };
        let variable = [setting("config", &["v.toml"])];
        assert_eq!(of("p audit", &[]), (None, false));
        assert_eq!(of("p audit", &variable), (Some("v.toml".into()), false));
        assert_eq!(
            of("p audit --config f.toml", &variable),
            (Some("f.toml".into()), false)
        );
        assert_eq!(of("p audit --no-config", &variable), (None, true));
        assert_eq!(
            of("p audit", &[setting("no-config", &["true"])]),
            (None, true)
        );
    }
}
