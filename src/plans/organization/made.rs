//! A plan of a policy as AWS Backup prints it.

use serde_json::{Map, Value, json};

use crate::catalog;
use crate::inventory::{Extra, Field, Json, PLAN_OF_POLICY, Plan};
use crate::known::{AccountId, Arn, Region};

use super::node::{Node, Open};

/// What a plan of a policy may have.
pub const OF_PLAN: &[&str] = &[
    "regions",
    "rules",
    "selections",
    "advanced_backup_settings",
    "backup_plan_tags",
    "scan_settings",
];
const OF_RULE: &[&str] = &[
    STARTS,
    "schedule_expression_timezone",
    "start_backup_window_minutes",
    "complete_backup_window_minutes",
    VAULT,
    TARGET,
    "lifecycle",
    "enable_continuous_backup",
    "recovery_point_tags",
    "copy_actions",
    "index_actions",
    "scan_actions",
];
/// A policy must say it, where CreateBackupPlan takes 05:00 UTC.
const STARTS: &str = "schedule_expression";
const SCHEDULE: &[(&str, &str)] = &[
    (STARTS, "ScheduleExpression"),
    ("schedule_expression_timezone", "ScheduleExpressionTimezone"),
];
/// In minutes.
const WINDOWS: &[(&str, &str)] = &[
    ("start_backup_window_minutes", "StartWindowMinutes"),
    ("complete_backup_window_minutes", "CompletionWindowMinutes"),
];
const VAULT: &str = "target_backup_vault_name";
const TARGET: &str = "target_logically_air_gapped_backup_vault_arn";
const OF_COPY_ACTION: &[&str] = &["target_backup_vault_arn", "lifecycle"];
const DAYS: &[(&str, &str)] = &[
    ("delete_after_days", "DeleteAfterDays"),
    (
        "move_to_cold_storage_after_days",
        "MoveToColdStorageAfterDays",
    ),
];
const ARCHIVE: (&str, &str) = (
    "opt_in_to_archive_for_supported_resources",
    "OptInToArchiveForSupportedResources",
);
const EVENT: (&str, &str) = ("delete_after_event", "DeleteAfterEvent");
const OF_LIFECYCLE: &[&str] = &[
    "delete_after_days",
    "move_to_cold_storage_after_days",
    ARCHIVE.0,
    EVENT.0,
];
/// A resource type of the advanced settings, and its options, each as a policy names it and as AWS Backup does.
type Setting = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_AdvancedBackupSetting.html>.
const SETTINGS: &[Setting] = &[
    ("ec2", "EC2", &[("windows_vss", "WindowsVSS")]),
    (
        "s3",
        "S3",
        &[
            ("backup_acls", "BackupACLs"),
            ("backup_object_tags", "BackupObjectTags"),
        ],
    ),
];
const OF_TAGS: &[&str] = &["iam_role_arn", "tag_key", "tag_value", "conditions"];
const OF_RESOURCES: &[&str] = &[
    "iam_role_arn",
    "resource_types",
    "not_resource_types",
    "conditions",
];
const OPERATORS: &[(&str, &str)] = &[
    ("string_equals", "StringEquals"),
    ("string_not_equals", "StringNotEquals"),
    ("string_like", "StringLike"),
    ("string_not_like", "StringNotLike"),
];

/// The id that the program gives a plan of a policy.
pub fn id_of(account: AccountId, region: &Region, name: &str) -> String {
    format!("{PLAN_OF_POLICY}{account}/{region}/{name}")
}

/// The plan as AWS Backup prints it, as far as the policy says it. AWS gives it an id of its own, which is not known before.
pub fn plan(
    account: AccountId,
    region: &Region,
    name: &str,
    plan: &Node<'_>,
    open: &mut Vec<Open>,
) -> Plan {
    let mut here = Here {
        account,
        region,
        open,
    };
    plan.members(OF_PLAN, here.open);
    let named = here.named(plan, "rules");
    if named.is_empty() {
        here.open.push(plan.lacks("rules"));
    }
    let rules = named.iter();
    let rules: Vec<Value> = rules
        .filter_map(|(name, rule)| here.rule(name, rule))
        .collect();
    let mut selections: Vec<Value> = Vec::new();
    if let Some(all) = here.member(plan, "selections") {
        all.members(&["tags", "resources"], here.open);
        let has = |name: &str| {
            let named = all.get(name).map(|list| list.named(&mut Vec::new()));
            named.is_some_and(|named| !named.is_empty())
        };
        match (has("tags"), has("resources")) {
            (false, false) => here.open.push(all.unexpected()),
            (true, true) => {
                let what = "a plan with selections by `tags` and by `resources`".to_owned();
                here.open.push(all.refused(what));
            }
            (true, false) | (false, true) => {}
        }
        for (name, one) in optional(&all, "tags", here.open) {
            selections.extend(here.understood(|here| here.by_tags(&name, &one)));
        }
        for (name, one) in optional(&all, "resources", here.open) {
            selections.extend(here.understood(|here| here.by_types(&name, &one)));
            here.open.extend(other_types(&one));
        }
    }
    let settings = here.settings(plan);
    let body = if settings.is_empty() {
        json!({"BackupPlanName": name, "Rules": rules})
    } else {
        json!({"BackupPlanName": name, "Rules": rules, "AdvancedBackupSettings": settings})
    };
    Plan {
        id: id_of(account, region, name).into(),
        arn: Field::Absent,
        plan: Field::Is(Json(body)),
        selections: Field::Is(Json(Value::Array(selections))),
        extra: Extra::new(),
    }
}

/// The types that a selection of a policy may name, within their partition; `*` stands for all.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html>.
const TYPES: &[&str] = &[
    "backup-gateway:*:*:vm/*",
    "cloudformation:*:*:stack/*",
    "dsql:*:*:cluster/*",
    "dynamodb:*:*:table/*",
    "ec2:*:*:instance/*",
    "ec2:*:*:volume/*",
    "eks:*:*:cluster/*",
    "elasticfilesystem:*:*:file-system/*",
    "fsx:*:*:file-system/*",
    "fsx:*:*:volume/*",
    "rds:*:*:cluster:*",
    "rds:*:*:db:*",
    "redshift-serverless:*:*:namespace/*",
    "redshift:*:*:cluster:*",
    "s3:::*",
    "ssm-sap:*:*:HANA/*",
    "storagegateway:*:*:gateway/*",
    "timestream:*:*:database/*",
];

/// What stands among the types of a selection and is none of them: whether a policy takes a part of one, or a resource by its ARN, is
/// on no page.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/manage-cross-account.html>.
fn other_types(selection: &Node<'_>) -> Option<Open> {
    let is_type = |text: &&str| {
        let of = text.splitn(3, ':').nth(2);
        *text == "*" || text.starts_with("arn:") && of.is_some_and(|of| TYPES.contains(&of))
    };
    let types = selection.get("resource_types")?;
    let list = types.list(&mut Vec::new())?;
    let is_other = !list.iter().all(is_type);
    is_other.then(|| types.unexpected())
}

/// Where a policy is in force, and what of it was not understood.
struct Here<'a> {
    account: AccountId,
    region: &'a Region,
    open: &'a mut Vec<Open>,
}

impl Here<'_> {
    /// A member that must be there.
    fn member<'p>(&mut self, of: &Node<'p>, name: &str) -> Option<Node<'p>> {
        let member = of.get(name);
        if member.is_none() {
            self.open.push(of.lacks(name));
        }
        member
    }

    /// The members of one that must be there.
    fn named<'p>(&mut self, of: &Node<'p>, name: &str) -> Vec<(String, Node<'p>)> {
        let member = self.member(of, name);
        member.map_or_else(Vec::new, |member| member.named(self.open))
    }

    /// A list that must be there and have something in it.
    fn some<'p>(&mut self, of: &Node<'p>, name: &str) -> Option<Vec<&'p str>> {
        let member = self.member(of, name)?;
        let list = member.list(self.open)?;
        if list.is_empty() {
            self.open.push(member.unexpected());
        }
        Some(list)
    }

    /// A rule; `None`: AWS makes none of it.
    fn rule(&mut self, name: &str, rule: &Node<'_>) -> Option<Value> {
        rule.members(OF_RULE, self.open);
        if rule.get(VAULT).is_none() {
            let what = format!("a rule without `{VAULT}`");
            self.open.push(rule.refused(what));
            return None;
        }
        if rule.get(STARTS).is_none() {
            let what = format!("a rule without `{STARTS}`");
            self.open.push(rule.refused(what));
        }
        let mut made = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                made.insert(name.to_owned(), value);
            }
        };
        put("RuleName", Some(name.into()));
        put("TargetBackupVaultName", self.text(rule, VAULT));
        put(
            "TargetLogicallyAirGappedBackupVaultArn",
            self.text(rule, TARGET),
        );
        for (theirs, ours) in SCHEDULE {
            put(ours, self.text(rule, theirs));
        }
        for (theirs, ours) in WINDOWS {
            put(ours, self.number(rule, theirs).map(Value::from));
        }
        put(
            "Lifecycle",
            rule.get("lifecycle").map(|kept| self.lifecycle(&kept)),
        );
        let continuous = rule.get("enable_continuous_backup");
        put(
            "EnableContinuousBackup",
            continuous.and_then(|flag| self.flag(&flag)),
        );
        let tags: Map<String, Value> = optional(rule, "recovery_point_tags", self.open)
            .iter()
            .filter_map(|(_, tag)| self.tag(tag))
            .collect();
        put(
            "RecoveryPointTags",
            (!tags.is_empty()).then_some(Value::Object(tags)),
        );
        let actions: Vec<Value> = optional(rule, "copy_actions", self.open)
            .iter()
            .filter_map(|(key, action)| self.copy_action(key, action))
            .collect();
        put("CopyActions", Some(Value::Array(actions)));
        Some(Value::Object(made))
    }

    /// The options of backups, by resource type. Whether backups are indexed or scanned keeps no copy back.
    fn settings(&mut self, plan: &Node<'_>) -> Vec<Value> {
        let Some(settings) = plan.get("advanced_backup_settings") else {
            return Vec::new();
        };
        let types: Vec<&str> = SETTINGS.iter().map(|(theirs, ..)| *theirs).collect();
        settings.members(&types, self.open);
        let each = SETTINGS.iter().filter_map(|(theirs, ours, options)| {
            let of = settings.get(theirs)?;
            let names: Vec<&str> = options.iter().map(|(theirs, _)| *theirs).collect();
            of.members(&names, self.open);
            let mut made = Map::new();
            for (theirs, ours) in *options {
                let Some(option) = of.get(theirs) else {
                    continue;
                };
                match option.text(self.open) {
                    Some(value @ ("enabled" | "disabled")) => {
                        made.insert((*ours).to_owned(), value.into());
                    }
                    Some(_) => self.open.push(option.unexpected()),
                    None => {}
                }
            }
            Some(json!({"ResourceType": ours, "BackupOptions": made}))
        });
        each.collect()
    }

    fn tag(&mut self, tag: &Node<'_>) -> Option<(String, Value)> {
        tag.members(&["tag_key", "tag_value"], self.open);
        let key = self.member(tag, "tag_key")?.text(self.open)?.to_owned();
        let value = self.text(tag, "tag_value")?;
        Some((key, value))
    }

    /// The key of a copy action is its vault's ARN, which the policy may say once more. Where the two differ, no page says which of
    /// them counts. `None`: AWS takes none of it.
    fn copy_action(&mut self, key: &str, action: &Node<'_>) -> Option<Value> {
        action.members(OF_COPY_ACTION, self.open);
        let said = action.get("target_backup_vault_arn");
        let of_key = self.filled(key);
        let vault = match &said {
            Some(said) => said.text(self.open).map(|text| self.filled(text)),
            None => Some(of_key.clone()),
        };
        if let (Some(vault), Some(said)) = (&vault, &said)
            && Arn::parse(&of_key).is_ok_and(|key| key.as_str() != vault)
        {
            self.open.push(said.unexpected());
        }
        let mut made = Map::new();
        if let Some(vault) = vault {
            let at = said.as_ref().unwrap_or(action);
            self.arn(at, "target_backup_vault_arn", &vault)?;
            made.insert("DestinationBackupVaultArn".to_owned(), vault.into());
        }
        if let Some(kept) = action.get("lifecycle") {
            made.insert("Lifecycle".to_owned(), self.lifecycle(&kept));
        }
        Some(Value::Object(made))
    }

    /// Notes a text that is no ARN, where AWS takes one of a vault or a role alone.
    fn arn(&mut self, at: &Node<'_>, field: &str, text: &str) -> Option<()> {
        let arn = Arn::parse(text).ok();
        if arn.is_none_or(|arn| arn.account().is_none()) {
            self.open
                .push(at.refused(format!("`{field}` \"{text}\", which is not an ARN,")));
            return None;
        }
        Some(())
    }

    /// The days of a lifecycle, which policies write as text. One that was not understood is not one that can be read.
    fn lifecycle(&mut self, kept: &Node<'_>) -> Value {
        let before = self.open.len();
        kept.members(OF_LIFECYCLE, self.open);
        let mut made = Map::new();
        for (theirs, ours) in DAYS {
            let days = self.number(kept, theirs);
            made.extend(days.map(|days| ((*ours).to_owned(), days.into())));
        }
        let archive = kept.get(ARCHIVE.0).and_then(|flag| self.flag(&flag));
        made.extend(archive.map(|on| (ARCHIVE.1.to_owned(), on)));
        let event = self.text(kept, EVENT.0);
        made.extend(event.map(|event| (EVENT.1.to_owned(), event)));
        if self.open.len() == before {
            Value::Object(made)
        } else {
            "not understood".into()
        }
    }

    /// A number that may be left out, which policies write as text.
    fn number(&mut self, of: &Node<'_>, name: &str) -> Option<i64> {
        let node = of.get(name)?;
        let value = node.one(self.open)?;
        let number = match value.as_str() {
            Some(text) => text.trim().parse().ok(),
            None => value.as_i64(),
        };
        if number.is_none() {
            self.open.push(node.unexpected());
        }
        number
    }

    fn flag(&mut self, flag: &Node<'_>) -> Option<Value> {
        let value = flag.one(self.open)?;
        let text = value.as_str().map(str::to_ascii_lowercase);
        let on = match text.as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) | None => value.as_bool(),
        };
        if on.is_none() {
            self.open.push(flag.unexpected());
        }
        on.map(Value::from)
    }

    /// A selection of which nothing is open. Another takes nothing for certain.
    fn understood(&mut self, read: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        let before = self.open.len();
        let selection = read(self);
        selection.filter(|_| self.open.len() == before)
    }

    /// A selection by one of several values of a tag.
    fn by_tags(&mut self, name: &str, selection: &Node<'_>) -> Option<Value> {
        selection.members(OF_TAGS, self.open);
        let tag_key = self.member(selection, "tag_key")?;
        let key = tag_key.text(self.open)?;
        if key.is_empty() {
            self.open.push(tag_key.unexpected());
        }
        let values = self.some(selection, "tag_value")?;
        let tags: Vec<Value> = values
            .iter()
            .map(|value| json!({"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value}))
            .collect();
        self.selection(name, selection, "ListOfTags", tags)
    }

    /// A selection by types or ARNs.
    fn by_types(&mut self, name: &str, selection: &Node<'_>) -> Option<Value> {
        selection.members(OF_RESOURCES, self.open);
        let types = self.some(selection, "resource_types")?;
        let types = types.iter().map(|text| self.filled(text).into()).collect();
        self.selection(name, selection, "Resources", types)
    }

    fn selection(
        &mut self,
        name: &str,
        selection: &Node<'_>,
        includes: &str,
        included: Vec<Value>,
    ) -> Option<Value> {
        let mut made = Map::new();
        made.insert("SelectionName".to_owned(), name.into());
        let at = self.member(selection, "iam_role_arn")?;
        let role = at.text(self.open)?;
        let role = self.filled(role);
        self.arn(&at, "iam_role_arn", &role)?;
        made.insert("IamRoleArn".to_owned(), role.into());
        if let Some(not) = selection.get("not_resource_types") {
            let not = not.list(self.open)?;
            let not: Vec<Value> = not.iter().map(|text| self.filled(text).into()).collect();
            made.insert("NotResources".to_owned(), Value::Array(not));
        }
        made.insert(includes.to_owned(), Value::Array(included));
        let conditions = self.conditions(selection);
        made.insert("Conditions".to_owned(), Value::Object(conditions));
        Some(Value::Object(made))
    }

    fn conditions(&mut self, selection: &Node<'_>) -> Map<String, Value> {
        let mut made = Map::new();
        let Some(conditions) = selection.get("conditions") else {
            return made;
        };
        let names: Vec<&str> = OPERATORS.iter().map(|(theirs, _)| *theirs).collect();
        conditions.members(&names, self.open);
        for (theirs, ours) in OPERATORS {
            let all: Vec<Value> = optional(&conditions, theirs, self.open)
                .iter()
                .filter_map(|(_, one)| {
                    one.members(&["condition_key", "condition_value"], self.open);
                    let key = self.member(one, "condition_key")?.text(self.open)?;
                    let value = self.member(one, "condition_value")?.text(self.open)?;
                    Some(json!({"ConditionKey": key, "ConditionValue": value}))
                })
                .collect();
            if !all.is_empty() {
                made.insert((*ours).to_owned(), Value::Array(all));
            }
        }
        made
    }

    /// A text that may be left out.
    fn text(&mut self, of: &Node<'_>, name: &str) -> Option<Value> {
        let text = of.get(name)?.text(self.open)?;
        Some(self.filled(text).into())
    }

    /// A text with the account and the Region in the places that a policy keeps for them.
    fn filled(&self, text: &str) -> String {
        let text = text
            .replace("$account", &self.account.to_string())
            .replace("$region", self.region.as_str());
        match catalog::partition(self.region) {
            "aws" => text,
            // AWS's pages have a policy name the partition; where it does not, its own is meant.
            partition => match text.strip_prefix("arn:aws:") {
                Some(rest) => format!("arn:{partition}:{rest}"),
                None => text,
            },
        }
    }
}

/// The members of one that may be left out.
fn optional<'p>(of: &Node<'p>, name: &str, open: &mut Vec<Open>) -> Vec<(String, Node<'p>)> {
    let member = of.get(name);
    member.map_or_else(Vec::new, |member| member.named(open))
}
