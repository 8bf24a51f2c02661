//! Which account and Region a resource of a plan is in: its own `region`, its provider, what the plan knows of that provider.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::known::{AccountId, Arn, Region};

use super::file::{Configuration, PlanError, PlanFile};
use super::object::{Moment, Object};
use super::objects::Objects;

/// The account and Region of each provider, as far as the plan tells.
///
/// A plan prints an expression as what it refers to, and not what it does with that: `var.region` and
/// `var.primary == "us-west-2" ? "us-east-2" : "us-west-2"` look alike. So only a constant, what the configuration's own text comes to,
/// and what the provider made tell them.
#[derive(Debug, Default)]
pub struct Providers {
    known: BTreeMap<String, Provider>,
    told: Vec<String>,
}

#[derive(Debug, Default, Clone)]
struct Provider {
    account: Option<AccountId>,
    region: Option<Region>,
    /// Whether it may stand for several, each of an account and Region of its own.
    has_instances: bool,
}

impl Providers {
    /// Those of a plan, with the accounts that the command line gives by provider, and what the blocks of providers come to in the
    /// configuration's own text.
    ///
    /// # Errors
    /// Where the command line gives another account than the plan.
    pub fn of(
        file: &str,
        objects: &Objects<'_>,
        given: &BTreeMap<String, AccountId>,
        written: &BTreeMap<String, Value>,
    ) -> Result<Self, PlanError> {
        let mut known: BTreeMap<String, Provider> = BTreeMap::new();
        // All that tells of one: where it does not say the same, nothing is told.
        let mut accounts: BTreeMap<String, BTreeSet<AccountId>> = BTreeMap::new();
        let mut regions: BTreeMap<String, BTreeSet<Region>> = BTreeMap::new();
        let configuration = objects.plan.configuration.as_ref();
        for (key, config) in configuration.iter().flat_map(|all| &all.provider_config) {
            let written = written.get(key).unwrap_or(&Value::Null);
            let of = |name: &str| value(&config.expressions, written, name);
            let region = of("region").and_then(|region| Some(Region::new(region.as_str()?)));
            regions.entry(key.clone()).or_default().extend(region);
            let role = last_role(&config.expressions, written);
            let role = role.and_then(|role| Arn::parse(&role).ok()?.account());
            let allowed = of("allowed_account_ids").and_then(|ids| one_account(&ids));
            let told = role.into_iter().chain(allowed);
            accounts.entry(key.clone()).or_default().extend(told);
            let has_instances = is_of_each(&config.expressions);
            let provider = known.entry(key.clone()).or_default();
            provider.has_instances = has_instances;
        }
        let has_instances = |key: &String| known.get(key).is_some_and(|one| one.has_instances);
        for (key, account) in agreed(objects, account_of) {
            if !has_instances(&key) {
                accounts.entry(key).or_default().insert(account);
            }
        }
        for (key, region) in agreed(objects, region_of) {
            if !has_instances(&key) {
                regions.entry(key).or_default().insert(region);
            }
        }
        for (key, all) in accounts {
            known.entry(key).or_default().account = only(all);
        }
        for (key, all) in regions {
            known.entry(key).or_default().region = only(all);
        }
        let mut told = Vec::new();
        for (key, given) in given {
            let account = &mut known.entry(key.clone()).or_default().account;
            match *account {
                Some(of_plan) if of_plan != *given => {
                    return Err(PlanError::Account {
                        file: file.to_owned(),
                        provider: key.clone(),
                        given: *given,
                        of_plan,
                    });
                }
                Some(_) => {}
                None => told.push(key.clone()),
            }
            *account = Some(*given);
        }
        // What is no longer in the configuration may be under any.
        let is_under = |object: &Object<'_>, key: &str| {
            !object.is_data && provider_of(object).is_none_or(|own| own == key)
        };
        told.retain(|key| objects.all.iter().any(|object| is_under(object, key)));
        Ok(Self { known, told })
    }

    /// Those whose account nothing but the command line tells, of those that something may be under.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        self.told.clone()
    }

    /// The names of a plan's providers.
    #[must_use]
    pub fn names(plan: &PlanFile) -> Vec<String> {
        let all = plan.configuration.iter();
        let all = all.flat_map(|all| all.provider_config.iter());
        all.map(|(key, _)| key.clone()).collect()
    }

    /// The account of an object.
    #[must_use]
    pub fn account(&self, object: &Object<'_>) -> Option<AccountId> {
        match provider_of(object) {
            Some(key) => self.known.get(key)?.account,
            // Of what is no longer in the configuration the plan does not name the provider: the only account it can be.
            None => self.only_account(),
        }
    }

    /// Whether the account of each of them is known.
    #[must_use]
    pub fn are_all_known(&self) -> bool {
        let mut all = self.known.values();
        all.all(|provider| provider.account.is_some())
    }

    /// The account of all providers, where they are in one.
    fn only_account(&self) -> Option<AccountId> {
        let mut all = self.known.values().map(|provider| provider.account);
        let first = all.next().flatten()?;
        all.all(|account| account == Some(first)).then_some(first)
    }

    /// The Region of an object at a moment.
    #[must_use]
    pub fn region(&self, object: &Object<'_>, moment: Moment) -> Option<Region> {
        if let Some(own) = object.text(moment, "region") {
            return Some(Region::new(own));
        }
        match provider_of(object) {
            Some(key) => self.known.get(key)?.region.clone(),
            // Of what is no longer in the configuration the plan does not name the provider: the only Region it can be.
            None => self.only_region(),
        }
    }

    /// The Region of all providers, where they are in one.
    fn only_region(&self) -> Option<Region> {
        let mut all = self.known.values().map(|provider| &provider.region);
        let first = all.next()?.as_ref()?;
        all.all(|region| region.as_ref() == Some(first))
            .then(|| first.clone())
    }

    /// Whether one of the name of a provider stands for several, of which the plan does not tell them apart.
    #[must_use]
    pub fn has_instances(&self, key: &str) -> bool {
        self.known
            .get(key)
            .is_some_and(|provider| provider.has_instances)
    }
}

/// Whether a provider is one for each of several keys, as OpenTofu has them: the plan names all of them alike.
///
/// See <https://opentofu.org/docs/language/providers/configuration/#for_each-multiple-instances-of-a-provider-configuration>.
fn is_of_each(expressions: &Value) -> bool {
    match expressions {
        Value::Array(all) => all.iter().any(is_of_each),
        Value::Object(fields) => match fields.get("references").and_then(Value::as_array) {
            Some(references) => references.iter().any(|one| {
                let one = one.as_str().unwrap_or_default();
                one.starts_with("each.")
            }),
            None => fields.values().any(is_of_each),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The key of an object's provider.
#[must_use]
pub fn provider_of<'p>(object: &Object<'p>) -> Option<&'p str> {
    let key = object.block.map(|block| block.provider_config_key.as_str());
    key.filter(|key| !key.is_empty())
}

/// The tags that the provider of an object ignores: `{"keys": […], "prefixes": […]}`; null where it is not told which. `None`: it
/// ignores none.
#[must_use]
pub fn ignored_tags(object: &Object<'_>, configuration: Option<&Configuration>) -> Option<Value> {
    const BLOCK: &str = "ignore_tags";
    let all = &configuration?.provider_config;
    let Some(key) = provider_of(object) else {
        // Of what is no longer in the configuration the plan does not name the provider.
        let mut all = all.values();
        let is_any = all.any(|config| config.expressions.get(BLOCK).is_some());
        return is_any.then_some(Value::Null);
    };
    let block = all.get(key)?.expressions.get(BLOCK)?;
    let block = block.get(0).unwrap_or(block);
    let constants = |name: &str| match block.get(name) {
        None => Some(Value::Array(Vec::new())),
        Some(told) => told.get("constant_value").cloned().filter(Value::is_array),
    };
    let told = constants("keys").zip(constants("key_prefixes"));
    Some(told.map_or(
        Value::Null,
        |(keys, prefixes)| json!({"keys": keys, "prefixes": prefixes}),
    ))
}

/// An argument that is a constant, or what it comes to as it is written.
fn value(expressions: &Value, written: &Value, name: &str) -> Option<Value> {
    let expression = expressions.get(name)?;
    let constant = expression.get("constant_value");
    let written = written.get(name).filter(|value| !is_open(value));
    constant.or(written).cloned()
}

fn is_open(value: &Value) -> bool {
    value.to_string().contains("{\"unknown\":")
}

/// The role that a provider ends in: of several `assume_role` blocks each is assumed with the credentials of the one before it.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#assuming-an-iam-role>.
fn last_role(expressions: &Value, written: &Value) -> Option<String> {
    const NAME: &str = "assume_role";
    let blocks = |of: &Value| match of.get(NAME) {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let (planned, written) = (blocks(expressions), blocks(written));
    // A dynamic block stands in the text alone.
    let is_dynamic =
        written.len() != planned.len() || written.iter().any(|one| one.get("unknown").is_some());
    let (planned, written) = match written.last() {
        Some(last) if is_dynamic => (Value::Null, last.clone()),
        last => (planned.last()?.clone(), last.cloned().unwrap_or_default()),
    };
    let constant = planned.pointer("/role_arn/constant_value");
    let role = constant.or_else(|| written.get("role_arn"))?;
    role.as_str().map(str::to_owned)
}

/// The one account of a list.
fn one_account(ids: &Value) -> Option<AccountId> {
    let [id] = ids.as_array()?.as_slice() else {
        return None;
    };
    AccountId::parse(id.as_str()?).ok()
}

/// What all that is known under a provider agrees on.
fn agreed<T: Clone + Ord>(
    objects: &Objects<'_>,
    tells: impl Fn(&Object<'_>) -> Option<T>,
) -> BTreeMap<String, T> {
    let mut found: BTreeMap<String, BTreeSet<T>> = BTreeMap::new();
    for object in &objects.all {
        if let (Some(provider), Some(told)) = (provider_of(object), tells(object)) {
            let of = found.entry(provider.to_owned()).or_default();
            of.insert(told);
        }
    }
    let one = |(provider, all): (String, BTreeSet<T>)| Some((provider, only(all)?));
    found.into_iter().filter_map(one).collect()
}

/// The only one of them.
fn only<T: Ord>(mut all: BTreeSet<T>) -> Option<T> {
    let first = all.pop_first()?;
    all.is_empty().then_some(first)
}

/// What is in the account of its provider, and in its Region if it is in one: the ARN of another may be that of what it belongs to, as a
/// subscription's is its topic's, or of the organization's management account, as that of an organization's trail is.
#[rustfmt::skip]
const AT_HOME: &[&str] = &[
    "aws_backup_logically_air_gapped_vault", "aws_backup_plan", "aws_backup_report_plan", "aws_backup_vault", "aws_cloudformation_stack",
    "aws_cloudwatch_event_bus", "aws_cloudwatch_event_rule", "aws_cloudwatch_log_group", "aws_cloudwatch_metric_alarm",
    "aws_db_instance", "aws_db_option_group", "aws_db_parameter_group", "aws_db_subnet_group", "aws_docdb_cluster",
    "aws_docdb_cluster_instance", "aws_dynamodb_table", "aws_ebs_volume", "aws_ecr_repository", "aws_ecs_cluster", "aws_ecs_service",
    "aws_efs_file_system", "aws_eks_cluster", "aws_fsx_lustre_file_system", "aws_fsx_ontap_file_system", "aws_fsx_ontap_volume",
    "aws_fsx_openzfs_file_system", "aws_fsx_openzfs_volume", "aws_fsx_windows_file_system", "aws_iam_group", "aws_iam_instance_profile",
    "aws_iam_policy", "aws_iam_role", "aws_iam_service_linked_role", "aws_iam_user", "aws_instance", "aws_kms_alias",
    "aws_kms_external_key", "aws_kms_key", "aws_kms_replica_key", "aws_lambda_function", "aws_lb", "aws_neptune_cluster",
    "aws_neptune_cluster_instance", "aws_rds_cluster", "aws_rds_cluster_instance", "aws_redshift_cluster", "aws_secretsmanager_secret",
    "aws_security_group", "aws_sfn_state_machine", "aws_sns_topic", "aws_sqs_queue", "aws_ssm_parameter", "aws_subnet",
    "aws_timestreamwrite_database", "aws_timestreamwrite_table", "aws_vpc",
];

/// The ARN of what a provider made. A KMS alias, a policy of AWS's: only what the provider itself makes tells where it is.
fn made_by(object: &Object<'_>) -> Option<Arn> {
    let is_at_home = !object.is_data && AT_HOME.contains(&object.kind);
    let mut texts = [Moment::Now, Moment::Then].into_iter();
    let arn = texts.find_map(|moment| object.text(moment, "arn").filter(|_| is_at_home))?;
    Arn::parse(arn).ok()
}

/// The account of a provider by one of its objects: who Terraform is there, or an ARN.
fn account_of(object: &Object<'_>) -> Option<AccountId> {
    if object.kind == "aws_caller_identity" {
        let id = object.text(Moment::Then, "account_id");
        return id.and_then(|id| AccountId::parse(id).ok());
    }
    made_by(object)?.account()
}

/// The Region of a provider by one of its objects that names none of its own: where Terraform is there, or an ARN.
fn region_of(object: &Object<'_>) -> Option<Region> {
    const CHOOSE: [&str; 3] = ["region", "name", "endpoint"];
    let is_asked = object.kind == "aws_region" && object.is_data;
    let choose = if is_asked { &CHOOSE[..] } else { &CHOOSE[..1] };
    if !choose.iter().all(|name| object.is_not_configured(name)) {
        return None;
    }
    if is_asked {
        let mut names = ["region", "name", "id"].into_iter();
        return names.find_map(|name| Some(Region::new(object.text(Moment::Then, name)?)));
    }
    made_by(object)?.region()
}
