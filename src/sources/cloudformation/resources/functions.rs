//! What the function of a custom resource does, where the template has it: its code as far as it stands there, its environment, and what
//! its role lets it do.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources-lambda.html>.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::managed_policies;
use crate::sources::cloudformation::mentions::mentioned;
use crate::sources::cloudformation::names::kind;
use crate::sources::cloudformation::template::{Template, is_open};
use crate::sources::cloudformation::text::Node;
use crate::sources::commands::{changes, texts};
use crate::sources::service_calls::is_allowed_by;

/// What leads to a function of a custom resource: the CDK's triggers have one that calls another.
const LEADS: &[&str] = &["ServiceToken", "HandlerArn"];

/// AWS managed policies that let somebody do all of a service, beside those that are built in.
#[rustfmt::skip]
const FULL: &[(&str, &str)] = &[
    ("AmazonDocDBFullAccess",                "rds:*"),
    ("AmazonDynamoDBFullAccess",             "dynamodb:*"),
    ("AmazonEC2FullAccess",                  "ec2:*"),
    ("AmazonElasticFileSystemFullAccess",    "elasticfilesystem:*"),
    ("AmazonFSxFullAccess",                  "fsx:*"),
    ("AmazonRDSFullAccess",                  "rds:*"),
    ("AmazonRedshiftFullAccess",             "redshift:*"),
    ("AmazonS3FullAccess",                   "s3:*"),
    ("AWSCloudFormationFullAccess",          "cloudformation:*"),
    ("AWSKeyManagementServicePowerUser",     "kms:*"),
    ("AWSOrganizationsFullAccess",           "organizations:*"),
    ("AWSResourceAccessManagerFullAccess",   "ram:*"),
    ("IAMFullAccess",                        "iam:*"),
    ("NeptuneFullAccess",                    "rds:*"),
    ("ResourceGroupsandTagEditorFullAccess", "tag:*"),
];

/// The policies that stand beside the roles that they are given to.
const POLICIES: &[&str] = &[
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::ManagedPolicy",
];

/// The first function that a custom resource calls, or that one calls for it, that does what matters, and what that is.
pub fn called(template: &Template<'_>, properties: &Node) -> Option<(String, String)> {
    let leads = LEADS.iter().filter_map(|name| properties.get(name));
    let mut open: Vec<String> = leads.flat_map(|lead| leads_to(template, lead)).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        let properties = template
            .resource(&id)
            .and_then(|node| Some((kind(node), node.get("Properties")?)));
        match properties {
            Some(("AWS::Lambda::Function" | "AWS::Serverless::Function", properties)) => {
                if let Some(does) = does(template, properties) {
                    return Some((id, does));
                }
                // The CDK's provider calls the functions that its environment names.
                let environment = properties.get("Environment");
                open.extend(environment.iter().flat_map(|node| names(template, node)));
            }
            Some((
                "AWS::Lambda::Alias"
                | "AWS::Lambda::Version"
                | "AWS::SNS::Topic"
                | "AWS::StepFunctions::StateMachine",
                properties,
            )) => open.extend(names(template, properties)),
            Some(_) | None => {}
        }
    }
    None
}

fn names(template: &Template<'_>, node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    mentioned(template, node, &mut names);
    names
}

/// The resources that a token leads to: those that it refers to, and the function whose name is in it.
fn leads_to(template: &Template<'_>, token: &Node) -> BTreeSet<String> {
    let mut all = names(template, token);
    let value = template.value(token);
    let name = value.as_ref().and_then(Value::as_str);
    if let Some((_, name)) = name.and_then(|arn| arn.split_once(":function:")) {
        let name = name.split(':').next().unwrap_or_default();
        let named = of_resources(template).filter(|(_, node)| {
            let own = node
                .get("Properties")
                .and_then(|all| all.get("FunctionName"));
            let own = own.and_then(|own| template.value(own));
            own.is_some_and(|own| own == name)
        });
        all.extend(named.map(|(id, _)| id.clone()));
    }
    all
}

fn of_resources<'t>(template: &Template<'t>) -> impl Iterator<Item = &'t (String, Node)> {
    let resources = template.root.get("Resources");
    resources.map_or(&[][..], Node::fields).iter()
}

/// What a function does that matters.
fn does(template: &Template<'_>, properties: &Node) -> Option<String> {
    let of = |name: &str| properties.get(name);
    let code = of("InlineCode").or_else(|| of("Code")?.get("ZipFile"));
    let code = code.map(|code| texts(&code.to_value()));
    let environment = of("Environment").map(|node| texts(&node.to_value()));
    let told = [code.as_ref(), environment.as_ref()];
    if let Some(does) = told.into_iter().flatten().find_map(|text| changes(text)) {
        return Some(does);
    }
    // What a wide policy lets code do that does something else is not what it does.
    let is_wide = |action: &str| action == "*" || action.ends_with(":*");
    let is_known = code.is_some_and(|code| !chooses_its_service(&code));
    let actions = actions(template, properties);
    let action = actions.into_iter().find(|action| {
        action == NOT_KNOWN || (is_allowed_by(action) && !(is_known && is_wide(action)))
    })?;
    Some(format!("may do {action}"))
}

/// Whether code speaks to a service that it does not name where it does.
fn chooses_its_service(code: &str) -> bool {
    let calls = ["client(", "resource("].into_iter();
    let mut arguments = calls.flat_map(|call| code.split(call).skip(1));
    arguments.any(|argument| {
        let argument = argument.trim_start();
        let argument = argument.strip_prefix("service_name=").unwrap_or(argument);
        !argument.starts_with(['"', '\'', ')'])
    })
}

/// An action that is not known.
const NOT_KNOWN: &str = "what is not known";

/// The actions that the role of a function lets it do.
fn actions(template: &Template<'_>, properties: &Node) -> Vec<String> {
    let mut all = Vec::new();
    // SAM's functions have policies of their own, and a role that SAM makes.
    policies(template, properties, &mut all);
    let role = properties.get("Role");
    let roles = role.map(|role| names(template, role)).unwrap_or_default();
    for id in roles {
        let Some(role) = template.resource(&id) else {
            continue;
        };
        if let Some(properties) = role.get("Properties") {
            policies(template, properties, &mut all);
        }
        for (_, policy) in of_resources(template) {
            let given = policy.get("Properties").filter(|properties| {
                let to = ["Roles", "RoleName"].into_iter();
                let mut to = to.filter_map(|name| properties.get(name));
                POLICIES.contains(&kind(policy)) && to.any(|to| names(template, to).contains(&id))
            });
            document(template, given, &mut all);
        }
    }
    all
}

/// What the policies allow that stand in a role, or in a function of SAM, and those that it names.
fn policies(template: &Template<'_>, properties: &Node, all: &mut Vec<String>) {
    let lists = ["Policies", "ManagedPolicyArns"];
    for node in lists.into_iter().filter_map(|name| properties.get(name)) {
        let Some(value) = template.value(node) else {
            continue;
        };
        allowed(&value, all);
        for id in names(template, node) {
            let policy = template.resource(&id);
            let policy = policy.filter(|node| POLICIES.contains(&kind(node)));
            document(
                template,
                policy.and_then(|node| node.get("Properties")),
                all,
            );
        }
        let named = value.as_array().into_iter().flatten().chain([&value]);
        for arn in named.filter_map(Value::as_str) {
            let name = arn.rsplit('/').next().unwrap_or_default();
            let full = FULL.iter().find(|(policy, _)| *policy == name);
            all.extend(full.map(|(_, action)| (*action).to_owned()));
            let mut known = managed_policies::ALL.iter();
            let known = known.find(|policy| policy.name == name);
            let known = known.and_then(|policy| serde_json::from_str(policy.text).ok());
            known.iter().for_each(|document| allowed(document, all));
        }
    }
}

/// What the document of a policy allows that is a resource.
fn document(template: &Template<'_>, policy: Option<&Node>, all: &mut Vec<String>) {
    let document = policy.and_then(|all| all.get("PolicyDocument"));
    if let Some(document) = document.and_then(|node| template.value(node)) {
        allowed(&document, all);
    }
}

/// The actions that statements allow, wherever they stand.
fn allowed(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) if fields.contains_key("Effect") => {
            if fields.get("Effect").and_then(Value::as_str) == Some("Deny") {
                return;
            }
            match fields.get("Action") {
                Some(Value::String(action)) => all.push(action.clone()),
                Some(Value::Array(actions)) => {
                    let actions = actions.iter();
                    all.extend(actions.map(|one| one.as_str().unwrap_or(NOT_KNOWN).to_owned()));
                }
                Some(other) if is_open(other) => all.push(NOT_KNOWN.to_owned()),
                Some(_) => {}
                // All but what NotAction names.
                None => all.push("*".to_owned()),
            }
        }
        Value::Object(fields) => fields.values().for_each(|value| allowed(value, all)),
        Value::Array(items) => items.iter().for_each(|item| allowed(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
