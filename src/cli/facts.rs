//! Where facts come from, and how AWS is asked for them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use super::{arns, files, moment};

/// Where the facts come from, and what is taken for granted.
#[derive(Clone, Debug, Default, Args)]
pub struct Given {
    /// Take the facts from an inventory file; several, repeatable, `-` is standard input
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Facts")]
    pub inventory: Vec<PathBuf>,
    /// Take the facts from an example that is built in; repeatable
    #[arg(long, value_name = "NAME", help_heading = "Facts")]
    pub example: Vec<String>,
    /// Ask AWS, too, where files are given
    #[arg(long, help_heading = "Facts")]
    pub live: bool,
    /// Keep the facts in a file, to decide from later
    #[arg(long, value_name = "FILE", value_parser = files::written, help_heading = "Facts")]
    pub save: Option<PathBuf>,
    /// Take a fact for granted where it was not read; the report says so; repeatable
    #[arg(long, value_name = "FACT", help_heading = "Facts")]
    pub assume: Vec<Assume>,
    /// Decide as of this moment, not of when the facts were read: RFC 3339, or a date, which is its beginning in UTC
    #[arg(long, value_name = "TIME", value_parser = moment::parse, help_heading = "Facts")]
    pub assume_at: Option<Timestamp>,
    /// What is laid over them.
    #[command(flatten)]
    pub change: super::ChangeArgs,
}

impl Given {
    /// Whether the facts come from files or examples.
    #[must_use]
    pub fn from_files(&self) -> bool {
        !self.inventory.is_empty() || !self.example.is_empty() || !self.change.over.0.is_empty()
    }

    /// Whether files tell what is there.
    #[must_use]
    pub fn has_facts(&self) -> bool {
        !self.inventory.is_empty() || !self.example.is_empty()
    }

    /// The files that are read.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let over = self.change.over.0.iter().map(|(_, file)| file);
        let files = self.inventory.iter().chain(over);
        let files = files.chain(&self.change.baseline);
        let files = files.chain(&self.change.cloudformation_before);
        files.chain(&self.change.parameters).cloned().collect()
    }
}

/// How AWS is asked.
#[derive(Clone, Debug, Args)]
pub struct Aws {
    /// The credentials to ask it with.
    #[command(flatten)]
    pub credentials: Credentials,
    /// Calls to AWS at the same time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "AWS")]
    pub concurrency: u16,
    /// Give a call to AWS up after so many seconds, retries included
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600), help_heading = "AWS")]
    pub timeout: u64,
    /// End all reading of AWS after so many seconds: what was not read then is unknown
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=604_800), help_heading = "AWS")]
    pub deadline: Option<u64>,
}

impl Aws {
    /// How long a call may take, retries included.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// Which credentials to use on which side.
#[derive(Clone, Debug, Default, Args)]
pub struct Credentials {
    /// The profile for the source account; else the environment's credentials
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub source_profile: Option<String>,
    /// The role to assume for the source account
    #[arg(long, value_name = "ARN", value_parser = role_to_assume, help_heading = "AWS")]
    pub source_role_arn: Option<String>,
    /// The profile for the destination account
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub destination_profile: Option<String>,
    /// The role to assume for the destination account
    #[arg(long, value_name = "ARN", value_parser = role_to_assume, help_heading = "AWS")]
    pub destination_role_arn: Option<String>,
    /// The profile for the organization's management account
    #[arg(long, value_name = "NAME", help_heading = "AWS")]
    pub management_profile: Option<String>,
    /// The role to assume for the organization's management account
    #[arg(long, value_name = "ARN", value_parser = role_to_assume, help_heading = "AWS")]
    pub management_role_arn: Option<String>,
    /// The external id that goes with each role
    #[arg(long, value_name = "ID", help_heading = "AWS")]
    pub external_id: Option<String>,
}

/// The ARN of a role, as it was given.
fn role_to_assume(text: &str) -> Result<String, String> {
    arns::role(text).map(|role| role.to_string())
}

impl Credentials {
    /// Whether any were given.
    #[must_use]
    pub fn are_given(&self) -> bool {
        let all = [
            &self.source_profile,
            &self.source_role_arn,
            &self.destination_profile,
            &self.destination_role_arn,
            &self.management_profile,
            &self.management_role_arn,
        ];
        all.into_iter().any(Option::is_some)
    }
}

/// A fact that can be taken for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Assume {
    /// The organization's service and resource control policies deny nothing that the copy takes
    OrganizationPoliciesAllow,
}
