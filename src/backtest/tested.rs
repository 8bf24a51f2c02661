//! One copy job, decided and compared with how it ended.

use schemars::JsonSchema;
use serde::Serialize;

use crate::known::{AccountId, Arn, Region};
use crate::verdict::Verdict;

/// How a decision compares with what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Called feasible, and failed.
    FeasibleButFailed,
    /// Called blocked, and completed.
    BlockedButCompleted,
    /// Not decided.
    Undecided,
    /// As it was said.
    Agreed,
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Ended {
    /// All of it was copied.
    Completed,
    /// Some of what is nested in it was.
    Partial,
    /// Nothing was.
    Failed,
}

/// One job, decided and compared.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Tested {
    /// Its id.
    pub id: String,
    /// The account that it was read in.
    pub account: AccountId,
    /// The Region that it was read in.
    pub region: Region,
    /// When it was made, as AWS says it.
    pub created: Option<String>,
    /// What was backed up.
    pub resource: Option<Arn>,
    /// Its type.
    pub resource_type: Option<String>,
    /// Where it was copied from.
    pub source_vault: Option<Arn>,
    /// Where it was copied to.
    pub destination_vault: Arn,
    /// What was taken for granted, in words.
    pub assumptions: Vec<String>,
    /// How it ended.
    pub ended: Ended,
    /// What is said of it now.
    pub verdict: Verdict,
    /// How the two compare.
    pub comparison: Comparison,
    /// The checks that fail; those that are undecided where none fails.
    pub checks: Vec<&'static str>,
    /// What is not known of a copy that is not decided, each as what would tell it.
    pub unknown: Vec<String>,
    /// The messages that these foretell.
    pub foretold: Vec<String>,
    /// What AWS said.
    pub message: Option<String>,
    /// What AWS filed that under.
    pub message_category: Option<String>,
    /// The checks that foretell what AWS said.
    pub message_leads_to: Vec<&'static str>,
    /// Whether one of these is among those that fail; null where AWS said nothing that is known.
    pub message_agrees: Option<bool>,
}
