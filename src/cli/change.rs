//! What is laid over the facts: plans, templates, overlays, in the order in which they are given.

use std::path::{Path, PathBuf};

use clap::parser::ArgMatches;
use clap::{Arg, ArgAction, Args, Command, FromArgMatches, value_parser};

use crate::known::{AccountId, Region};

/// What is laid over the facts, and how it is judged.
#[derive(Clone, Debug, Default, Args)]
pub struct ChangeArgs {
    /// The files, in their order.
    #[command(flatten)]
    pub over: Over,
    /// The account of a provider of a plan (aws.backup=ACCOUNT_ID; of several plans FILE=ACCOUNT_ID, FILE:aws.backup=ACCOUNT_ID), or of a template (FILE=ACCOUNT_ID); without a name: of the provider `aws`, and of all templates
    #[arg(long, value_name = "[NAME=]ACCOUNT_ID", value_delimiter = ',', value_parser = Named::<AccountId>::account, help_heading = "Change")]
    pub account: Vec<Named<AccountId>>,
    /// The Region that a template is deployed in (FILE=REGION; without a name: all of them)
    #[arg(long, value_name = "[FILE=]REGION", value_parser = Named::<Region>::region, requires = "cloudformation", help_heading = "Change")]
    pub template_region: Vec<Named<Region>>,
    /// The value of a template's parameter; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, help_heading = "Change")]
    pub parameter: Vec<(String, String)>,
    /// The values of a template's parameters: a file as `aws cloudformation` or CodePipeline takes it, which may have the stack's tags too; repeatable
    #[arg(long, value_name = "FILE", help_heading = "Change")]
    pub parameters: Vec<PathBuf>,
    /// The value that the stack has now for a template's parameter, where --parameter gives another, or none; repeatable
    #[arg(
        long,
        value_name = "KEY=VALUE",
        value_parser = pair,
        requires = "cloudformation_before",
        help_heading = "Change"
    )]
    pub parameter_before: Vec<(String, String)>,
    /// The template that is deployed now, for each --cloudformation in its order: what the new one leaves out goes, what both say alike is as the facts say. Without it, what the facts say otherwise than the template is undecided
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        requires = "cloudformation",
        help_heading = "Change"
    )]
    pub cloudformation_before: Vec<PathBuf>,
    /// The name of the stack that a template is deployed as; what CloudFormation named for it is found by it
    #[arg(
        long,
        value_name = "NAME",
        requires = "cloudformation",
        help_heading = "Change"
    )]
    pub cloudformation_stack: Option<String>,
    /// The value that another stack exports by this name, where no template of the run does; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "Change")]
    pub import: Vec<(String, String)>,
    /// The value that the Parameter Store has under this name, for a template's AWS::SSM::Parameter::Value and {{resolve:ssm:NAME}}; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, help_heading = "Change")]
    pub ssm: Vec<(String, String)>,
    /// The configuration behind a plan: a folder of .tf files, for expressions that the plan does not tell, and for lines (of several plans FILE=DIR; without a name: for lines alone)
    #[arg(long, value_name = "[FILE=]DIR", value_parser = Named::<String>::folder, help_heading = "Change")]
    pub terraform_source: Vec<Named<String>>,
    /// Count every copy, not only those that the change makes or makes worse
    #[arg(long, help_heading = "Change")]
    pub all: bool,
    /// A report of ours (JSON): what failed there already does not count
    #[arg(long, value_name = "REPORT", help_heading = "Change")]
    pub baseline: Option<PathBuf>,
}

impl ChangeArgs {
    /// Whether there is a change to judge.
    #[must_use]
    pub fn is_given(&self) -> bool {
        !self.over.0.is_empty() || self.baseline.is_some()
    }
}

/// The files that are laid over the facts, in the order of the command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Over(pub Vec<(OverKind, PathBuf)>);

/// What a file that is laid over the facts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverKind {
    /// `terraform show -json`.
    TerraformPlan,
    /// A CloudFormation template.
    CloudFormation,
    /// An inventory in which what stands wins.
    Overlay,
}

#[rustfmt::skip]
const FILES: [(&str, OverKind, &str); 3] = [
    ("terraform-plan", OverKind::TerraformPlan,  "Lay a Terraform plan over the facts, as `terraform show -json` prints it; several, `*` for any text of a name, repeatable"),
    ("cloudformation", OverKind::CloudFormation, "Lay a CloudFormation template over the facts, YAML or JSON; several, `*` for any text of a name ('cdk.out/*.template.json'), repeatable"),
    ("overlay",        OverKind::Overlay,        "Lay an inventory over the facts in which what stands wins: a what-if; several, `*` for any text of a name, repeatable"),
];

impl Args for Over {
    fn augment_args(command: Command) -> Command {
        FILES.iter().fold(command, |command, (name, _, help)| {
            command.arg(
                Arg::new(*name)
                    .long(*name)
                    .value_name("FILE")
                    .action(ArgAction::Append)
                    .num_args(1..)
                    .value_parser(value_parser!(PathBuf))
                    .help(*help)
                    .help_heading("Change"),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Over {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut all = Vec::new();
        for (name, kind, _) in FILES {
            let files = matches.get_many::<PathBuf>(name).into_iter().flatten();
            let places = matches.indices_of(name).into_iter().flatten();
            all.extend(
                places
                    .zip(files)
                    .map(|(place, file)| (place, kind, file.clone())),
            );
        }
        all.sort_by_key(|(place, _, _)| *place);
        let files = all.into_iter().map(|(_, kind, file)| (kind, file));
        Ok(Self(files.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A value of something that has a name, or of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    /// The provider or the file; `None`: all.
    pub name: Option<String>,
    /// The value.
    pub value: T,
}

impl<T> Named<T> {
    fn of(text: &str, value: impl FnOnce(&str) -> Result<T, String>) -> Result<Self, String> {
        let (name, text) = match text.rsplit_once('=') {
            Some((name, text)) => (Some(name.to_owned()), text),
            None => (None, text),
        };
        Ok(Self {
            name,
            value: value(text)?,
        })
    }
}

impl Named<AccountId> {
    fn account(text: &str) -> Result<Self, String> {
        Self::of(text, |text| {
            AccountId::parse(text).map_err(|error| error.to_string())
        })
    }
}

impl Named<Region> {
    fn region(text: &str) -> Result<Self, String> {
        Self::of(text, |text| {
            match super::estate::WantedRegion::parse(text)? {
                super::WantedRegion::One(region) => Ok(region),
                super::WantedRegion::All => Err("a template is deployed in one Region".to_owned()),
            }
        })
    }
}

impl Named<String> {
    /// The name of a folder may have an equals sign.
    fn folder(text: &str) -> Result<Self, String> {
        if Path::new(text).is_dir() {
            let value = text.to_owned();
            return Ok(Self { name: None, value });
        }
        Self::of(text, |text| Ok(text.to_owned()))
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("`{text}` is not KEY=VALUE"))
}
