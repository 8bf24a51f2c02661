//! The command line: from words to one typed task. Nothing is read here.

mod arns;
mod audit;
mod change;
mod collect;
mod defaults;
mod estate;
mod examples;
mod facts;
mod files;
mod init;
mod moment;
mod read;
mod shown;
mod tip;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::known::Arn;

pub use audit::{Audit, Backtest, Only};
pub use change::{ChangeArgs, Named as OfName, Over, OverKind};
pub use collect::Collect;
pub use defaults::{PREFIX, Setting, configuration, of_variables, options};
pub use estate::{Estate, WantedRegion};
pub use facts::{Assume, Aws, Credentials, Given};
pub use init::Init;
pub use read::Told;
pub use words::Words;

/// Will this AWS Backup copy succeed, and if not, exactly what must change?
///
/// Decides copies before they run, from what AWS says of vaults, keys, policies and organizations, or from files in which
/// that was recorded. It only reads AWS.
///
/// Every option can be given as a variable too: --source-profile as BACKUP_PREFLIGHT_SOURCE_PROFILE. Those of check and audit
/// can stand under `defaults` of backup-preflight.toml (`init` writes one). The command line outweighs the variables, and
/// these the file.
#[derive(Debug, Parser)]
#[command(
    name = "backup-preflight",
    version,
    max_term_width = 100,
    propagate_version = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to say it.
    #[command(flatten)]
    pub output: Output,
}

/// How results are printed.
#[derive(Debug, Args)]
pub struct Output {
    /// How the report is written: table, json, ndjson, markdown, github, sarif, junit, mermaid or html, to standard output or, with =FILE, to a file (`-` is standard output); repeatable
    #[arg(long, global = true, value_name = "FORMAT[=FILE]", value_parser = FormatTo::parse, help_heading = "Output")]
    pub format: Vec<FormatTo>,
    /// Exit with 1 for a warning, an undecided copy, a gap of `collect`, or no copies at all
    #[arg(long, global = true, help_heading = "Output")]
    pub strict: bool,
    /// Say nothing on standard error but errors
    #[arg(
        long,
        short,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Output"
    )]
    pub quiet: bool,
    /// Show the checks that pass too, and what made them pass
    #[arg(long, short, global = true, help_heading = "Output")]
    pub verbose: bool,
    /// The size that a file may have: bytes, or a number with K, M or G
    #[arg(long, global = true, value_name = "SIZE", default_value = "2G", value_parser = size, help_heading = "Input")]
    pub max_input: u64,
    /// Keep what is waived in SARIF, as suppressed; code scanning would show it
    #[arg(long, global = true, help_heading = "Output")]
    pub sarif_suppressions: bool,
    /// Take defaults, account names, levels and waivers from this file; else from the first backup-preflight.toml upward from here
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        conflicts_with = "no_config",
        help_heading = "Configuration"
    )]
    pub config: Option<PathBuf>,
    /// Look for no backup-preflight.toml
    #[arg(long, global = true, help_heading = "Configuration")]
    pub no_config: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub color: Colour,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// For a comment of a pull request, or a page of a wiki.
    Markdown,
    /// Annotations of a GitHub Actions run, and its job's summary.
    Github,
    /// For code scanning.
    Sarif,
    /// For the test views of CI systems.
    Junit,
    /// A picture of accounts, vaults and copies.
    Mermaid,
    /// One page to open from the disk: causes, a matrix, every copy.
    Html,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn names() -> String {
        let names: Vec<String> = Self::value_variants()
            .iter()
            .map(|format| format.name())
            .collect();
        names.join(", ")
    }
}

/// A format, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatTo {
    /// The format.
    pub format: Format,
    /// The file; `None`: standard output.
    pub file: Option<PathBuf>,
}

impl FormatTo {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name must follow `=`".to_owned()),
            Some((name, "-")) => (name, None),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Format::from_str(name, false)
            .map(|format| Self { format, file })
            .map_err(|_| {
                format!(
                    "unknown format `{name}`; expected one of {}",
                    Format::names()
                )
            })
    }
}

/// AWS's partitions.
///
/// See <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
#[rustfmt::skip]
const PARTITIONS: [&str; 8] = [
    "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f",
];

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Decide copies: will they succeed, and if not, what must change
    ///
    /// Exit code: 0 every copy is feasible, 1 one is blocked, 2 nothing was decided, 3 one is undecided.
    #[command(after_help = examples::CHECK)]
    Check(Box<Check>),
    /// Decide every copy of every backup plan, account and Region, and look at every vault
    ///
    /// The report ends with the causes, most copies first, the copies, and the totals. Exit code as for `check`; a vault or a
    /// plan that fails is 1, too.
    #[command(after_help = examples::AUDIT)]
    Audit(Box<Audit>),
    /// Decide the copy jobs of the last 30 days, and compare with how they ended
    ///
    /// They are decided from the facts of now, which may have changed since. Exit code: 0; 3 where the
    /// copy jobs were not read; with --strict 1 where it disagrees with what happened.
    #[command(after_help = examples::BACKTEST)]
    Backtest(Box<Backtest>),
    /// Read AWS into an inventory file, to decide from later: plans, vaults, recovery points, copy jobs, resources, and what they name
    ///
    /// Exit code: 0 it is written, with a gap for each thing that could not be read, or 1 with --strict; 2 it is not; 130 stopped by Ctrl-C, and
    /// --resume goes on.
    #[command(after_help = examples::COLLECT)]
    Collect(Box<Collect>),
    /// Write what must change as files: policies, a script, Terraform, CloudFormation
    ///
    /// Decides as `check` does, or with --audit as `audit`, ends with the same exit code, and never writes to AWS.
    #[command(after_help = examples::FIX)]
    Fix(Box<Fix>),
    /// Write a commented backup-preflight.toml: defaults, names of accounts, levels of checks, waivers
    #[command(after_help = examples::INIT)]
    Init(Init),
    /// The page of one check, or the list of them; what the status message of a failed job means
    #[command(after_help = examples::EXPLAIN)]
    Explain {
        /// A check's id, such as `vault-refuses-copy`
        id: Option<String>,
        /// The StatusMessage of a failed job, to be told what it means and what to look at; `-` is standard input
        #[arg(long, value_name = "TEXT", conflicts_with = "id")]
        message: Option<String>,
    },
    /// The policy evaluator by itself: JSON lines in, JSON lines out
    ///
    /// A line that cannot be read answers with an `error`, and the others are answered. Exit code: 0 every line has an answer,
    /// errors included; 2 the file cannot be read.
    #[command(after_help = examples::SIMULATE)]
    Simulate {
        /// The requests, one JSON object a line; `-` is standard input
        #[arg(long, value_name = "FILE")]
        requests: PathBuf,
    },
    /// What AWS Backup can copy, by resource type
    #[command(after_help = examples::CAPABILITIES)]
    Capabilities {
        /// A resource type, such as `RDS`; all of them if left out
        r#type: Option<String>,
    },
    /// The smallest IAM policy that lets this program read what it needs
    #[command(after_help = examples::PERMISSIONS)]
    Permissions {
        /// The account that it is for; else one policy for all three
        #[arg(long = "for", value_name = "ACCOUNT")]
        side: Option<Side>,
        /// The partition that the account is in
        #[arg(long, value_name = "NAME", default_value = "aws", value_parser = PARTITIONS)]
        partition: String,
    },
    /// The JSON Schema of a format
    Schema {
        /// Which
        // Not `format`, which is the name of the option that every command has.
        #[arg(value_name = "FORMAT")]
        of: Schema,
    },
    /// A completion script for a shell
    Completions {
        /// Which
        shell: clap_complete::Shell,
    },
    /// The manual page, in roff
    Man {
        /// The command that it is of; without one, of all of them
        command: Option<String>,
    },
}

/// What an account is to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// The account that copies come from.
    Source,
    /// The account that they go to.
    Destination,
    /// The organization's management account.
    Management,
}

/// The formats that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Schema {
    /// The inventory file.
    Inventory,
    /// The JSON report.
    Report,
}

/// Which copies to decide, and from what.
#[derive(Clone, Debug, Args)]
pub struct Check {
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: Given,

    /// The resource whose next backup is copied
    #[arg(long, value_name = "ARN", value_parser = arns::resource, help_heading = "Copy")]
    pub resource: Option<Arn>,
    /// The recovery point that is copied
    #[arg(long, value_name = "ARN", value_parser = arns::recovery_point, conflicts_with = "resource", help_heading = "Copy")]
    pub recovery_point: Option<Arn>,
    /// The vault that the copy goes to
    #[arg(long, value_name = "VAULT_ARN", value_parser = arns::vault, help_heading = "Copy")]
    pub to: Option<Arn>,
    /// The vault that the recovery point is in; else that of the newest recovery point
    #[arg(long, value_name = "VAULT_ARN", value_parser = arns::vault, requires = "to", help_heading = "Copy")]
    pub source_vault: Option<Arn>,
    /// The role that the copy job runs as; else AWSBackupDefaultServiceRole
    #[arg(long, value_name = "ARN", value_parser = arns::role, requires = "to", help_heading = "Copy")]
    pub role: Option<Arn>,
    /// Delete the copy after so many days; else it expires with the recovery point that it is made from, or never
    #[arg(long, value_name = "DAYS", requires = "to", value_parser = |text: &str| days(text, 1), help_heading = "Copy")]
    pub delete_after: Option<i64>,
    /// Move the copy to cold storage after so many days
    #[arg(long, value_name = "DAYS", requires = "to", value_parser = |text: &str| days(text, 0), help_heading = "Copy")]
    pub cold_after: Option<i64>,
    /// Who starts the copy
    #[arg(
        long,
        value_name = "HOW",
        requires = "to",
        default_value = "on-demand",
        help_heading = "Copy"
    )]
    pub start: Start,
    /// Decide only the inventory's copy of this id; repeatable
    #[arg(long, value_name = "ID", conflicts_with = "to", help_heading = "Copy")]
    pub copy: Vec<String>,
    /// Decide only the copies of this backup plan, by its id or its name; repeatable
    #[arg(long, value_name = "ID", conflicts_with = "to", help_heading = "Copy")]
    pub plan: Vec<String>,

    /// Decide the way back too, for a restore: from the destination to where the backup came from, as `ID/back`
    #[arg(long, help_heading = "Copy")]
    pub and_back: bool,

    /// How AWS is asked.
    #[command(flatten)]
    pub aws: Aws,
}

/// Where the files go, and which copies they are for.
#[derive(Debug, Args)]
pub struct Fix {
    /// The folder to write to; it must be new or empty
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    pub dir: PathBuf,
    /// Write into a folder that is not empty, over what has the same name; what a former run wrote there and nobody changed goes
    #[arg(long, help_heading = "Files")]
    pub force: bool,
    /// Write what `audit` would report: of every plan, account and Region, and of every vault
    #[arg(long, help_heading = "Copy")]
    pub audit: bool,
    /// Which copies.
    #[command(flatten)]
    pub check: Check,
    /// Which accounts and Regions are looked at, with --audit.
    #[command(flatten)]
    pub estate: Estate,
}

impl Check {
    /// The option that names some copies among all, where one does.
    #[must_use]
    pub const fn narrowed_by(&self) -> Option<&'static str> {
        match self {
            Self { to: Some(_), .. } => Some("--to"),
            Self {
                resource: Some(_), ..
            } => Some("--resource"),
            Self {
                recovery_point: Some(_),
                ..
            } => Some("--recovery-point"),
            Self { copy, .. } if !copy.is_empty() => Some("--copy"),
            Self { plan, .. } if !plan.is_empty() => Some("--plan"),
            Self { and_back: true, .. } => Some("--and-back"),
            Self { .. } => None,
        }
    }
}

/// Who starts a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Start {
    /// By hand, or by a program.
    OnDemand,
    /// By a backup plan.
    Scheduled,
}

/// A number of days, of which there are some at least.
fn days(text: &str, least: i64) -> Result<i64, String> {
    let number = text.parse().ok().filter(|number| *number >= least);
    number.ok_or_else(|| format!("expected whole days, {least} or more, such as `30`"))
}

/// A number of bytes: `2G`, `500M`, `1048576`.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().next_back() {
        Some((at, 'K' | 'k')) => (text.get(..at), 1_000),
        Some((at, 'M' | 'm')) => (text.get(..at), 1_000_000),
        Some((at, 'G' | 'g')) => (text.get(..at), 1_000_000_000),
        Some(_) | None => (Some(text), 1),
    };
    let number: Option<u64> = digits.and_then(|digits| digits.parse().ok());
    number
        .and_then(|number| number.checked_mul(unit))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| {
            format!(
                "`{text}` is not a size: expected bytes, or a number with K, M or G, such as `2G`"
            )
        })
}

#[cfg(test)]
mod tests {

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_format_may_go_to_a_file() {
        let to = FormatTo::parse("json=out/report.json").unwrap();
        assert_eq!(
            (to.format, to.file),
            (Format::Json, Some("out/report.json".into()))
        );
        assert!(
            FormatTo::parse("yaml")
                .unwrap_err()
                .contains("table, json, ndjson")
        );
        assert!(FormatTo::parse("json=").is_err());
        let here = FormatTo::parse("json=-").unwrap();
        assert_eq!((here.format, here.file), (Format::Json, None));
    }
}
