//! IAM roles and their policies.

use serde_json::{Value, json};

use crate::inventory::{BY_NAME, NAME_SHAPE, NAME_TO_COME};
use crate::sources::cloudformation::names::{arn, given_by_aws, kind};
use crate::sources::cloudformation::reader::{
    RolePolicyAttachment, TemplateReader, document, made,
};
use crate::sources::cloudformation::template::{is_open, partition, unknown, why};
use crate::sources::cloudformation::text::Node;
use crate::sources::planned::{join, put};

pub fn role<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let trust = document(reader.of(node, "AssumeRolePolicyDocument"));
    let boundary = match reader.of(node, "PermissionsBoundary") {
        None => made(Value::Null),
        Some(Value::String(arn)) => attached(reader, &arn),
        Some(open) => open,
    };
    let managed: Value = match reader.of(node, "ManagedPolicyArns") {
        None => made(json!([])),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| {
                item.as_str()
                    .map_or_else(|| item.clone(), |arn| attached(reader, arn))
            });
            made(items.collect())
        }
        Some(open) => open,
    };
    let inline: Value = match reader.of(node, "Policies") {
        None => made(json!([])),
        Some(Value::Array(items)) => {
            let mut all = Vec::new();
            for item in items {
                let policy = match item.get("unknown") {
                    Some(_) => item,
                    None => {
                        json!({"PolicyName": item.get("PolicyName"), "Document": document(item.get("PolicyDocument").cloned())})
                    }
                };
                put(&mut all, policy);
            }
            made(Value::Array(all))
        }
        Some(open) => open,
    };
    let tags = reader.tagged(reader.of(node, "Tags"));
    let to_come = role_name_to_come(reader, id, node);
    let role = reader.world.role(home.account, &arn);
    if let Some(shape) = to_come {
        role.insert(NAME_TO_COME.to_owned(), unknown(format!("{id}.RoleName")));
        role.insert(NAME_SHAPE.to_owned(), json!(shape));
    }
    for (field, value) in [
        ("AssumeRolePolicyDocument", trust),
        ("PermissionsBoundary", boundary),
        ("AttachedPolicies", managed),
        ("InlinePolicies", inline),
        ("Tags", tags),
    ] {
        role.insert(field.to_owned(), value);
    }
}

/// The shape of the name that CloudFormation gives a role, `*` for any letters and `?` for one: the stack's name, the logical id and
/// twelve letters or more, with as much left out of both as makes it too long. `None`: it is known.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html>.
fn role_name_to_come(reader: &TemplateReader<'_>, id: &str, node: &Node) -> Option<String> {
    /// As many letters of each are never left out of a name of 64.
    const KEPT: usize = 24;
    given_by_aws(&reader.template, id, node)?;
    let settings = reader.template.settings;
    let kept = |text: &str| -> String {
        match text.chars().count() {
            0..=KEPT => text.to_owned(),
            _ => text.chars().take(KEPT).chain(['*']).collect(),
        }
    };
    let before = match settings.stack.as_deref() {
        // A stack in another has a name that is longer than is known.
        Some(stack) if settings.is_nested => format!("{stack}*"),
        Some(stack) => format!("{}-{}", kept(stack), kept(id)),
        None => "*".to_owned(),
    };
    Some(format!("{before}-{}*", "?".repeat(12)))
}

/// A managed policy: AWS's own are known by their ARN, others where the template makes them.
fn attached(reader: &TemplateReader<'_>, name: &str) -> Value {
    let resources = reader
        .template
        .root
        .get("Resources")
        .map_or(&[][..], Node::fields);
    let mut policies = resources
        .iter()
        .filter(|(_, node)| kind(node) == "AWS::IAM::ManagedPolicy");
    let made = policies.find(|(id, node)| arn(&reader.template, id, node) == json!(name));
    match made {
        Some((_, node)) => {
            json!({"PolicyArn": name, "Document": document(reader.of(node, "PolicyDocument"))})
        }
        None => json!({"PolicyArn": name}),
    }
}

/// A policy of the roles that it names, or of the one.
pub fn inline_policy<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let name = reader.of(node, "PolicyName").unwrap_or_else(|| json!(id));
    let document = document(reader.of(node, "PolicyDocument"));
    let policy = if is_open(&name) {
        name
    } else {
        json!({"PolicyName": name, "Document": document})
    };
    add(reader, (id, node), "InlinePolicies", &policy);
}

/// A managed policy: of the roles that it names, and of whichever others have it.
pub fn managed_policy<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Value::String(arn) = arn(&reader.template, id, node) else {
        return reader.open(format!("the ARN of the policy {id} is not known"));
    };
    let document = document(reader.of(node, "PolicyDocument"));
    let policy = json!({"PolicyArn": arn, "Document": document});
    reader.world.policies.insert(arn, document);
    add(reader, (id, node), "AttachedPolicies", &policy);
}

/// Adds a policy to the roles that it names.
fn add<'t>(
    reader: &mut TemplateReader<'t>,
    (id, node): (&str, &Node),
    list: &'static str,
    policy: &Value,
) {
    let roles = match (reader.of(node, "Roles"), reader.of(node, "RoleName")) {
        (None, None) => return,
        (Some(Value::Array(roles)), _) => roles,
        (Some(one), _) | (None, Some(one)) => vec![one],
    };
    for name in roles {
        let (Some(home), Some(name)) = (reader.home.clone(), name.as_str()) else {
            let why =
                why(&name).unwrap_or("give --account ACCOUNT_ID and --template-region REGION");
            reader.open(format!("{id} is of a role that is not known: {why}"));
            continue;
        };
        let resources = reader
            .template
            .root
            .get("Resources")
            .map_or(&[][..], Node::fields);
        let made = resources
            .iter()
            .filter(|(_, node)| kind(node) == "AWS::IAM::Role")
            .find_map(|(id, node)| {
                let arn = arn(&reader.template, id, node);
                let arn = arn.as_str()?;
                (arn.rsplit('/').next() == Some(name)).then(|| arn.to_owned())
            });
        let arn = made.unwrap_or_else(|| {
            let partition = partition(&home.region);
            reader.world.role_named(home.account, partition, name).0
        });
        let place = format!("{}:{} {id}", reader.template.file, node.line);
        reader.places.entry(arn.clone()).or_default().push(place);
        let role = reader.world.role(home.account, &arn);
        join(role, list, Some(policy.clone()), None);
        let name = ["PolicyArn", "PolicyName"]
            .iter()
            .find_map(|name| policy.get(*name));
        if let Some(name) = name {
            reader.attached.push(RolePolicyAttachment {
                account: home.account,
                role: arn,
                list,
                policy: name.clone(),
                by: id.to_owned(),
            });
        }
    }
}

/// What the template of now gives a role and the change no longer does, role by role.
pub fn detached(
    now: &TemplateReader<'_>,
    then: &mut TemplateReader<'_>,
    stays: impl Fn(&str) -> Option<bool>,
) {
    let TemplateReader {
        world,
        attached,
        template,
        ..
    } = then;
    for was in &now.attached {
        let same = |is: &&RolePolicyAttachment| {
            is.role == was.role && is.list == was.list && is.policy == was.policy
        };
        let mut again = attached.iter().filter(same).peekable();
        if again.peek().is_some() {
            // CloudFormation makes what is new first: what goes takes the policy of its name away, whoever put it last.
            let is_gone = was.list == "InlinePolicies" && template.resource(&was.by).is_none();
            if is_gone {
                let why = format!("{}, which is deleted after another sets its policy", was.by);
                world
                    .role(was.account, &was.role)
                    .insert(was.list.to_owned(), unknown(why));
            }
            continue;
        }
        // A resource that gives the same policy to other roles is no longer of this one, whatever its attributes say.
        let moved = |is: &RolePolicyAttachment| is.by == was.by && is.policy == was.policy;
        let is_told = template.resource(&was.by).is_some_and(|node| {
            kind(node) == "AWS::IAM::ManagedPolicy" && arn(template, &was.by, node) == was.policy
        });
        let stays = if is_told || attached.iter().any(moved) {
            Some(false)
        } else {
            stays(&was.by)
        };
        let role = match world.knows_role(was.account, &was.role) {
            true => world.role(was.account, &was.role),
            false if stays == Some(true) => continue,
            false => {
                let role = world.role(was.account, &was.role);
                role.insert(BY_NAME.to_owned(), json!(true));
                role
            }
        };
        match stays {
            Some(true) => {}
            Some(false) => join(role, was.list, None, Some(was.policy.clone())),
            None => {
                let why = format!("whether the policy {} stays is not known", was.by);
                role.insert(was.list.to_owned(), unknown(why));
            }
        }
    }
}

pub fn service_linked_role<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    // With a suffix it is another role, if AWS Backup takes that at all.
    if reader.of(node, "AWSServiceName") == Some(json!("backup.amazonaws.com"))
        && reader.of(node, "CustomSuffix").is_none()
        && let Some(home) = reader.home.clone()
    {
        let partition = partition(&home.region);
        let arn = reader
            .world
            .backup_service_linked_role(home.account, partition);
        let place = format!("{}:{} {id}", reader.template.file, node.line);
        reader.places.entry(arn).or_default().push(place);
    }
}
