//! What `terraform show -json` prints of a plan, as far as it is read. `variables` and what is sensitive are used and not kept.
//!
//! See <https://developer.hashicorp.com/terraform/internals/json-format>.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::inventory::ValidJson;
use crate::known::AccountId;

/// Why a file is no plan that can be read.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A plan as `terraform plan -out` writes it.
    #[error(
        "{0}: a binary plan; expected its JSON: `terraform show -json {0} > plan.json` (`tofu show -json` for OpenTofu)"
    )]
    Binary(String),
    /// A state.
    #[error(
        "{0}: a Terraform state; expected a plan: `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`"
    )]
    State(String),
    /// The messages of `terraform plan -json`.
    #[error(
        "{0}: the log of `terraform plan -json`; expected the plan: `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`"
    )]
    Log(String),
    /// It says what there will be, and not what becomes of each thing.
    #[error(
        "{0}: the plan has `planned_values` and no `resource_changes`: expected all that `terraform show -json PLAN` prints"
    )]
    NoChanges(String),
    /// It says neither what there will be nor what becomes of anything, as `terraform show -json` without the name of a plan prints.
    #[error(
        "{0}: not a plan: it has neither `planned_values` nor `resource_changes`; `terraform show -json` without the name of a plan prints the state: expected what `terraform plan -out plan.bin && terraform show -json plan.bin` prints"
    )]
    NoPlan(String),
    /// The command line contradicts it.
    #[error(
        "{file}: the provider {provider} is of account {of_plan} by its configuration or its resources, and --account {provider}={given} says another: leave the flag out, name the plan that it is for (--account FILE=ACCOUNT_ID), or plan again"
    )]
    Account {
        /// The file.
        file: String,
        /// The provider.
        provider: String,
        /// Its account by the command line.
        given: AccountId,
        /// Its account by the plan.
        of_plan: AccountId,
    },
    /// A CloudFormation template.
    #[error(
        "{0}: not a Terraform plan: a CloudFormation template is given as --cloudformation FILE"
    )]
    Template(String),
    /// Some other JSON, or none.
    #[error(
        "{file}:{line}:{column}: not a Terraform plan: {message}; expected what `terraform show -json PLAN` prints"
    )]
    Format {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
}

/// A plan.
#[derive(Debug, Deserialize)]
pub struct PlanFile {
    /// `1.2`.
    pub format_version: String,
    /// When it was made: since Terraform 1.5 and OpenTofu 1.6.
    pub timestamp: Option<String>,
    /// Every resource instance, with what becomes of it.
    #[serde(default)]
    pub resource_changes: Vec<ResourceChange>,
    /// What there will be: only whether it is anything.
    #[serde(default)]
    planned_values: PlannedValues,
    /// What the configuration says, without values.
    pub configuration: Option<Configuration>,
    /// What data sources said.
    pub prior_state: Option<State>,
    /// The root module's variables.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    /// Planning ended with an error.
    #[serde(default)]
    pub errored: bool,
    /// False: some changes wait for another plan. Absent: nobody says.
    pub complete: Option<bool>,
    /// Changes that wait for another plan.
    #[serde(default)]
    pub deferred_changes: Vec<serde::de::IgnoredAny>,
    /// Actions that it invokes.
    #[serde(default)]
    pub action_invocations: Vec<ActionInvocation>,
}

/// An action, which a resource or the command line invokes: since Terraform 1.14.
#[derive(Debug, Deserialize)]
pub struct ActionInvocation {
    /// `action.aws_lambda_invoke.setup`.
    pub address: String,
    /// `aws_lambda_invoke`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// What it is given, without what is unknown.
    #[serde(default)]
    pub config_values: Value,
    /// What of that is unknown.
    #[serde(default)]
    pub config_unknown: Value,
}

/// The resources that there will be, of the root module and of its children.
#[derive(Debug, Default, Deserialize)]
struct PlannedValues {
    #[serde(default)]
    root_module: Contents,
}

#[derive(Debug, Default, Deserialize)]
struct Contents {
    #[serde(default)]
    resources: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    child_modules: Vec<serde::de::IgnoredAny>,
}

/// One resource instance.
#[derive(Debug, Deserialize)]
pub struct ResourceChange {
    /// `module.bunker.aws_backup_vault.this["locked"]`.
    pub address: String,
    /// `module.bunker`.
    #[serde(default)]
    pub module_address: String,
    /// `managed` or `data`.
    #[serde(default)]
    pub mode: String,
    /// `aws_backup_vault`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `this`.
    #[serde(default)]
    pub name: String,
    /// `"locked"`, or a number.
    pub index: Option<Value>,
    /// A former object of a replacement that is yet to be destroyed.
    pub deposed: Option<String>,
    /// What becomes of it.
    pub change: Change,
}

/// What becomes of a resource instance.
#[derive(Debug, Deserialize)]
pub struct Change {
    /// `create`, `update`, `delete`, `no-op`, `read`, `forget`; two for a replacement.
    pub actions: Vec<String>,
    /// Its values now.
    pub before: Option<Map<String, Value>>,
    /// Its values then, without those that are unknown.
    pub after: Option<Map<String, Value>>,
    /// Which values are unknown.
    #[serde(default)]
    pub after_unknown: Value,
    /// Which values now are sensitive.
    #[serde(default)]
    pub before_sensitive: Value,
    /// Which values then are sensitive.
    #[serde(default)]
    pub after_sensitive: Value,
}

/// What the configuration says.
#[derive(Debug, Default, Deserialize)]
pub struct Configuration {
    /// Providers by their keys.
    #[serde(default)]
    pub provider_config: BTreeMap<String, ProviderConfig>,
    /// The root module.
    #[serde(default)]
    pub root_module: Module,
}

/// A provider's configuration.
#[derive(Debug, Deserialize)]
pub struct ProviderConfig {
    /// The module that it stands in.
    #[serde(default)]
    pub module_address: String,
    /// Its arguments.
    #[serde(default)]
    pub expressions: Value,
}

/// A module.
#[derive(Debug, Default, Deserialize)]
pub struct Module {
    /// Its resources and data sources.
    #[serde(default)]
    pub resources: Vec<ConfigResource>,
    /// The modules that it calls.
    #[serde(default)]
    pub module_calls: BTreeMap<String, ModuleCall>,
    /// Its outputs.
    #[serde(default)]
    pub outputs: BTreeMap<String, Output>,
}

/// A resource's block.
#[derive(Debug, Deserialize)]
pub struct ConfigResource {
    /// `managed` or `data`.
    #[serde(default)]
    pub mode: String,
    /// `aws_backup_vault`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `this`.
    pub name: String,
    /// The provider that makes it.
    #[serde(default)]
    pub provider_config_key: String,
    /// Its arguments: constants and references.
    #[serde(default)]
    pub expressions: Value,
    /// What `for_each` goes over.
    pub for_each_expression: Option<Value>,
    /// How many there are.
    pub count_expression: Option<Value>,
    /// What it comes after, beside what its arguments refer to.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// What is run when it is made or destroyed.
    #[serde(default)]
    pub provisioners: Vec<Provisioner>,
}

/// A provisioner of a resource.
#[derive(Debug, Deserialize)]
pub struct Provisioner {
    /// `local-exec`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its arguments.
    #[serde(default)]
    pub expressions: Value,
}

/// A call of a module.
#[derive(Debug, Deserialize)]
pub struct ModuleCall {
    /// Its arguments.
    #[serde(default)]
    pub expressions: Value,
    /// What `for_each` goes over.
    pub for_each_expression: Option<Value>,
    /// How many there are.
    pub count_expression: Option<Value>,
    /// What all of the module comes after.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// The module.
    pub module: Module,
}

/// An output.
#[derive(Debug, Deserialize)]
pub struct Output {
    /// Its value.
    #[serde(default)]
    pub expression: Value,
    /// What it comes after.
    #[serde(default)]
    pub depends_on: Vec<String>,
}

/// A variable's value.
#[derive(Debug, Deserialize)]
pub struct Variable {
    /// The value.
    #[serde(default)]
    pub value: Value,
}

/// A state, for what data sources said.
#[derive(Debug, Deserialize)]
pub struct State {
    /// Its values.
    pub values: Option<StateValues>,
}

/// A state's values.
#[derive(Debug, Deserialize)]
pub struct StateValues {
    /// The root module.
    pub root_module: Option<StateModule>,
}

/// A module of a state.
#[derive(Debug, Default, Deserialize)]
pub struct StateModule {
    /// Its address.
    #[serde(default)]
    pub address: String,
    /// Its resources.
    #[serde(default)]
    pub resources: Vec<StateResource>,
    /// Its modules.
    #[serde(default)]
    pub child_modules: Vec<StateModule>,
}

/// A resource of a state.
#[derive(Debug, Deserialize)]
pub struct StateResource {
    /// Its address.
    pub address: String,
    /// `managed` or `data`.
    #[serde(default)]
    pub mode: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its index.
    pub index: Option<Value>,
    /// Its values.
    #[serde(default)]
    pub values: Map<String, Value>,
    /// Which of them are sensitive.
    #[serde(default)]
    pub sensitive_values: Value,
}

impl PlanFile {
    /// Reads a plan.
    ///
    /// # Errors
    /// Where the file is something else: what it is, and which command makes a plan.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, PlanError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Err(PlanError::Binary(file.to_owned()));
        }
        let error = match serde_json::from_slice::<Self>(bytes) {
            Ok(plan) => {
                // A state has neither, and a plan of nothing may.
                if plan.resource_changes.is_empty()
                    && let Ok(told) = serde_json::from_slice::<OfState>(bytes)
                {
                    if told.is_one() {
                        return Err(PlanError::State(file.to_owned()));
                    }
                    let says_nothing = plan.configuration.is_none()
                        && !plan.errored
                        && plan.complete != Some(false)
                        && plan.deferred_changes.is_empty();
                    if told.planned_values.is_none()
                        && told.resource_changes.is_none()
                        && says_nothing
                    {
                        return Err(PlanError::NoPlan(file.to_owned()));
                    }
                }
                let contents = &plan.planned_values.root_module;
                let is_empty = contents.resources.is_empty() && contents.child_modules.is_empty();
                if plan.resource_changes.is_empty() && !is_empty {
                    return Err(PlanError::NoChanges(file.to_owned()));
                }
                // What stands twice in one object is two things, and neither is taken.
                match serde_json::from_slice::<ValidJson>(bytes) {
                    Ok(ValidJson) => return Ok(plan),
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        if serde_json::from_slice::<OfState>(bytes).is_ok_and(|it| it.is_one()) {
            return Err(PlanError::State(file.to_owned()));
        }
        let first = bytes
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let is_log =
            serde_json::from_slice::<Value>(first).is_ok_and(|line| line.get("@level").is_some());
        if is_log {
            return Err(PlanError::Log(file.to_owned()));
        }
        if is_template(bytes) {
            return Err(PlanError::Template(file.to_owned()));
        }
        let message = error.to_string();
        let end = format!(" at line {} column {}", error.line(), error.column());
        let message = message.replace("expected value", "it is not JSON");
        Err(PlanError::Format {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            message: without_values(message.strip_suffix(&end).unwrap_or(&message)),
        })
    }

    /// Whether its format is of a major version that is known: another may mean something else by the same words.
    ///
    /// See <https://developer.hashicorp.com/terraform/internals/json-format>.
    #[must_use]
    pub fn is_of_known_major(&self) -> bool {
        let major = self.format_version.split('.').next();
        major.is_some_and(|major| matches!(major, "0" | "1"))
    }

    /// Whether its format is one that is known: 0.1 to 1.2.
    #[must_use]
    pub fn is_known_format(&self) -> bool {
        matches!(
            self.format_version.as_str(),
            "0.1" | "0.2" | "1.0" | "1.1" | "1.2"
        )
    }
}

/// Whether a file has the sections of a CloudFormation template, as JSON or YAML.
fn is_template(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let has = |name: &str| {
        let is_key = |line: &str| line.starts_with(&format!("{name}:"));
        text.contains(&format!("\"{name}\"")) || text.lines().any(is_key)
    };
    has("AWSTemplateFormatVersion") || has("Resources")
}

/// A message of the parser without the value that it quotes: it may be a secret.
fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (message.get(..first), message.get(last.saturating_add(1)..));
            format!(
                "{}\"…\"{}",
                before.unwrap_or_default(),
                after.unwrap_or_default()
            )
        }
        _ => message.to_owned(),
    }
}

/// What tells a state from a plan.
#[derive(Deserialize)]
struct OfState {
    version: Option<serde::de::IgnoredAny>,
    format_version: Option<serde::de::IgnoredAny>,
    lineage: Option<serde::de::IgnoredAny>,
    values: Option<serde::de::IgnoredAny>,
    planned_values: Option<serde::de::IgnoredAny>,
    resource_changes: Option<serde::de::IgnoredAny>,
}

impl OfState {
    const fn is_one(&self) -> bool {
        self.lineage.is_some()
            || (self.version.is_some() && self.format_version.is_none())
            || (self.values.is_some()
                && self.planned_values.is_none()
                && self.resource_changes.is_none())
    }
}
