//! Each resource type that is read, with what it says.

use serde_json::{Map, Value, json};

use crate::inventory::WHERE_IT_STANDS;
use crate::sources::planned::{Home, Places, World, join};

use super::names::{arn, kind, property};
use super::properties::wrong;
use super::template::{Template, is_open, plain, unknown, why};
use super::text::Node;

/// The facts of a template, in the making.
pub struct Reader<'t> {
    pub template: Template<'t>,
    /// The other template of a change: what is the same in both changes nothing.
    pub other: Option<&'t Node>,
    pub home: Option<Home>,
    pub world: World,
    pub notes: Vec<String>,
    pub open: Vec<String>,
    pub places: Places,
}

/// What reads a resource of a type.
type Read = for<'r, 't> fn(&'r mut Reader<'t>, &'r str, &'r Node);

/// The types, in an order in which what a thing is comes before what is said of it.
#[rustfmt::skip]
const READERS: &[(&str, Read)] = &[
    ("AWS::KMS::Key",                               key),
    ("AWS::KMS::ReplicaKey",                        key),
    ("AWS::KMS::Alias",                             alias),
    ("AWS::IAM::Role",                              role),
    ("AWS::IAM::ServiceLinkedRole",                 service_linked_role),
    ("AWS::IAM::Policy",                            inline_policy),
    ("AWS::IAM::RolePolicy",                        inline_policy),
    ("AWS::IAM::ManagedPolicy",                     managed_policy),
    ("AWS::Backup::BackupVault",                    vault),
    ("AWS::Backup::LogicallyAirGappedBackupVault",  air_gapped_vault),
    ("AWS::RDS::DBInstance",                        |reader, id, node| stored(reader, id, node, "RDS")),
    ("AWS::RDS::DBCluster",                         |reader, id, node| stored(reader, id, node, "Aurora")),
    ("AWS::DocDB::DBCluster",                       |reader, id, node| stored(reader, id, node, "DocumentDB")),
    ("AWS::Neptune::DBCluster",                     |reader, id, node| stored(reader, id, node, "Neptune")),
    ("AWS::DynamoDB::Table",                        |reader, id, node| stored(reader, id, node, "DynamoDB")),
    ("AWS::DynamoDB::GlobalTable",                  |reader, id, node| stored(reader, id, node, "DynamoDB")),
    ("AWS::Serverless::SimpleTable",                |reader, id, node| stored(reader, id, node, "DynamoDB")),
    ("AWS::EKS::Cluster",                           |reader, id, node| stored(reader, id, node, "EKS")),
    ("AWS::EC2::Volume",                            |reader, id, node| stored(reader, id, node, "EBS")),
    ("AWS::EC2::Instance",                          |reader, id, node| stored(reader, id, node, "EC2")),
    ("AWS::EFS::FileSystem",                        |reader, id, node| stored(reader, id, node, "EFS")),
    ("AWS::FSx::FileSystem",                        |reader, id, node| stored(reader, id, node, "FSx")),
    ("AWS::FSx::Volume",                            |reader, id, node| stored(reader, id, node, "FSx")),
    ("AWS::S3::Bucket",                             |reader, id, node| stored(reader, id, node, "S3")),
    ("AWS::Redshift::Cluster",                      |reader, id, node| stored(reader, id, node, "Redshift")),
    ("AWS::Timestream::Table",                      |reader, id, node| stored(reader, id, node, "Timestream")),
    ("AWS::Backup::BackupPlan",                     plan),
    ("AWS::Backup::BackupSelection",                selection),
    ("AWS::Organizations::Policy",                  organization_policy),
];

/// Reads every resource of a template.
pub fn read(reader: &mut Reader<'_>) {
    let resources = reader
        .template
        .root
        .get("Resources")
        .map_or(&[][..], Node::fields);
    for (of, read) in READERS {
        for (id, resource) in resources
            .iter()
            .filter(|(_, resource)| kind(resource) == *of)
        {
            let properties = resource.get("Properties").map_or(&[][..], Node::fields);
            if let Some((function, _)) =
                properties.iter().find(|(name, _)| name.starts_with("Fn::"))
            {
                let text = format!(
                    "{}:{}: {function} may set any property of {id}",
                    reader.template.file, resource.line
                );
                reader.open.push(text.clone());
                reader.notes.push(text);
                continue;
            }
            let condition = resource.get("Condition").and_then(Node::text);
            match condition.map(|name| reader.template.condition_named(name)) {
                None | Some(Some(true)) => read(reader, id, resource),
                Some(Some(false)) => {}
                Some(None) => {
                    let text = format!(
                        "{}:{}: whether {id} is made depends on the condition {}",
                        reader.template.file,
                        resource.line,
                        condition.unwrap_or_default()
                    );
                    // Whatever it is: what the facts say of it may be what it changes.
                    reader.open.push(text.clone());
                    reader.notes.push(text);
                }
            }
        }
    }
    for (id, resource) in resources {
        unread(reader, id, resource);
        if !id.starts_with("Fn::") && reader.is_made(resource) != Some(false) {
            let read = READERS.iter().any(|(read, _)| *read == kind(resource));
            let wrong = if read || kind(resource).is_empty() {
                wrong(id, resource)
            } else {
                Vec::new()
            };
            for text in wrong {
                let file = reader.template.file;
                reader.open(format!("{file}:{}: {text}", resource.line));
            }
        }
    }
}

/// What may make more resources than those that are told.
#[rustfmt::skip]
const MAKERS: &[&str] = &[
    "AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::Serverless::Application",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
];

/// What matters to copies by the beginning of its type.
#[rustfmt::skip]
const NEAR: &[&str] = &[
    "AWS::Backup::", "AWS::KMS::", "AWS::Organizations::", "AWS::RAM::", "AWS::RDS::OptionGroup", "AWS::ControlTower::",
    "AWS::RedshiftServerless::Namespace",
];

/// What of that no check asks for.
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "AWS::Backup::Framework", "AWS::Backup::ReportPlan", "AWS::Backup::RestoreTestingPlan",
    "AWS::Backup::RestoreTestingSelection", "AWS::Organizations::OrganizationalUnit", "AWS::Organizations::ResourcePolicy",
];

/// Says what is not read, which leaves the answer open where it matters.
fn unread(reader: &mut Reader<'_>, id: &str, resource: &Node) {
    let of = kind(resource);
    let at = format!("{}:{}: {id}", reader.template.file, resource.line);
    let is_custom = of.starts_with("Custom::") || of == "AWS::CloudFormation::CustomResource";
    let text = if id.starts_with("Fn::") || MAKERS.contains(&of) || of.ends_with("::MODULE") {
        format!("{at} may make more resources, and is not read")
    } else if is_custom {
        // What its function does is not in the template; what it is given tells whom it speaks to.
        let given = resource.to_value().to_string().to_lowercase();
        if !["backup", "kms"].iter().any(|word| given.contains(word)) {
            return;
        }
        format!("{at} is a custom resource, and what it changes is not known")
    } else if NEAR.iter().any(|prefix| of.starts_with(prefix))
        && !HARMLESS.contains(&of)
        && !READERS.iter().any(|(read, _)| *read == of)
    {
        format!("{at} is of type {of}, which is not read")
    } else {
        return;
    };
    if reader.is_made(resource) != Some(false) && !reader.is_same(id, resource) {
        reader.open(text);
    }
}

impl Reader<'_> {
    fn of(&self, node: &Node, name: &str) -> Option<Value> {
        property(&self.template, node, name)
    }

    /// Where a resource is, and its ARN; noted where that is not known.
    fn place(&mut self, id: &str, node: &Node) -> Option<(Home, String)> {
        let arn = arn(&self.template, id, node);
        let home = self.home.clone();
        match (home, arn) {
            (Some(home), Value::String(arn)) => {
                let place = format!("{}:{} {id}", self.template.file, node.line);
                self.places.entry(arn.clone()).or_default().push(place);
                Some((home, arn))
            }
            (_, arn) => {
                let why = why(&arn)
                    .unwrap_or("give --account ACCOUNT_ID and --region REGION")
                    .to_owned();
                self.open.push(why.clone());
                self.note(why);
                None
            }
        }
    }

    /// Says what leaves the answer open.
    fn open(&mut self, text: String) {
        if !self.open.contains(&text) {
            self.open.push(text.clone());
        }
        self.note(text);
    }

    /// Whether a resource is made: its condition; `None` where that is not known.
    fn is_made(&self, resource: &Node) -> Option<bool> {
        match resource.get("Condition").map(Node::text) {
            None => Some(true),
            Some(name) => self.template.condition_named(name?),
        }
    }

    /// Whether a resource is the same in the other template of a change, and what it may refer to is, too.
    fn is_same(&self, id: &str, resource: &Node) -> bool {
        self.other.is_some_and(|other| {
            let section = |root: &Node, name: &str| root.get(name).map(Node::to_value);
            let sections = ["Parameters", "Mappings", "Conditions"];
            let same = other.get("Resources").and_then(|all| all.get(id));
            same.is_some_and(|same| same.to_value() == resource.to_value())
                && sections
                    .iter()
                    .all(|name| section(other, name) == section(self.template.root, name))
        })
    }

    fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    fn set<const N: usize>(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
        fields: [(&str, Value); N],
    ) {
        let thing = self.world.thing(home, list, name);
        for (field, value) in fields {
            thing.insert(field.to_owned(), value);
        }
    }

    /// A key by its ARN, or by its id.
    fn key(&self, value: &Value, home: &Home) -> Value {
        match value {
            Value::String(key) if key.starts_with("arn:") && key.contains(":key/") => value.clone(),
            Value::String(key) if key.contains("alias/") => unknown(format!("the key of {key}")),
            Value::String(key) => {
                let partition = super::template::partition(&home.region);
                json!(format!(
                    "arn:{partition}:kms:{}:{}:key/{key}",
                    home.region, home.account
                ))
            }
            open @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => open.clone(),
        }
    }

    /// The key that AWS manages for a service.
    fn aws_managed(&mut self, home: &Home, service: &str) -> Value {
        json!(self.world.aws_managed_key(home, service))
    }
}

/// What is all that there is of something where the template makes the thing: what is there may have more.
fn made(value: Value) -> Value {
    json!({"made": value})
}

/// A policy document; null where none is set.
fn document(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Null)
}

fn tags(value: Option<Value>) -> Value {
    match value {
        None => json!({}),
        Some(Value::Array(items)) => {
            let mut all = Map::new();
            for item in items {
                match (item.get("Key"), item.get("Value")) {
                    (Some(Value::String(key)), Some(value)) => {
                        let value = plain(value).map_or_else(|| value.clone(), |text| json!(text));
                        drop(all.insert(key.clone(), value))
                    }
                    _ => return unknown("a tag whose key is not known"),
                }
            }
            Value::Object(all)
        }
        Some(value) => value,
    }
}

fn key<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let state = match reader.of(node, "Enabled") {
        None | Some(Value::Bool(true)) => json!("Enabled"),
        Some(Value::Bool(false)) => json!("Disabled"),
        Some(open) => open,
    };
    let state = match reader.of(node, "Origin") {
        None => state,
        Some(Value::String(origin)) if origin == "AWS_KMS" => state,
        Some(_) => unknown(format!("{id}, whose key material is imported")),
    };
    let or = |value: Option<Value>, otherwise: &str| value.unwrap_or_else(|| json!(otherwise));
    let spec = or(reader.of(node, "KeySpec"), "SYMMETRIC_DEFAULT");
    let usage = or(reader.of(node, "KeyUsage"), "ENCRYPT_DECRYPT");
    let policy = document(reader.of(node, "KeyPolicy"));
    reader.set(
        &home,
        "keys",
        &arn,
        [
            ("KeyManager", json!("CUSTOMER")),
            ("KeyState", state),
            ("KeySpec", spec),
            ("KeyUsage", usage),
        ],
    );
    // Without one KMS gives a key that is made its default policy, and leaves one that is there as it is.
    if !policy.is_null() {
        reader.set(&home, "keys", &arn, [("Policy", policy)]);
    }
}

fn alias<'t>(reader: &mut Reader<'t>, _: &str, node: &Node) {
    let (Some(home), Some(target)) = (reader.home.clone(), reader.of(node, "TargetKeyId")) else {
        return;
    };
    let key = reader.key(&target, &home);
    let name = reader.of(node, "AliasName");
    match (key, name) {
        (Value::String(key), Some(name)) => {
            let key = reader.world.thing(&home, "keys", &key);
            join(key, "Aliases", Some(name), None);
        }
        (open, _) => {
            let why = why(&open).unwrap_or("not known").to_owned();
            reader.open(format!("an alias is of a key that is not known: {why}"));
        }
    }
}

fn role<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
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
            let items = items.into_iter().map(|item| {
                if item.get("unknown").is_some() {
                    return item;
                }
                json!({"PolicyName": item.get("PolicyName"), "Document": document(item.get("PolicyDocument").cloned())})
            });
            made(items.collect())
        }
        Some(open) => open,
    };
    let role = reader.world.role(home.account, &arn);
    for (field, value) in [
        ("AssumeRolePolicyDocument", trust),
        ("PermissionsBoundary", boundary),
        ("AttachedPolicies", managed),
        ("InlinePolicies", inline),
    ] {
        role.insert(field.to_owned(), value);
    }
}

/// A managed policy: AWS's own are known by their ARN, others where the template makes them.
fn attached(reader: &Reader<'_>, name: &str) -> Value {
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
fn inline_policy<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
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
fn managed_policy<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Value::String(arn) = arn(&reader.template, id, node) else {
        return reader.open(format!("the ARN of the policy {id} is not known"));
    };
    let document = document(reader.of(node, "PolicyDocument"));
    let policy = json!({"PolicyArn": arn, "Document": document});
    reader.world.policies.insert(arn, document);
    add(reader, (id, node), "AttachedPolicies", &policy);
}

/// Adds a policy to the roles that it names.
fn add<'t>(reader: &mut Reader<'t>, (id, node): (&str, &Node), list: &str, policy: &Value) {
    let roles = match (reader.of(node, "Roles"), reader.of(node, "RoleName")) {
        (None, None) => return,
        (Some(Value::Array(roles)), _) => roles,
        (Some(one), _) | (None, Some(one)) => vec![one],
    };
    for name in roles {
        let (Some(home), Some(name)) = (reader.home.clone(), name.as_str()) else {
            let why = why(&name).unwrap_or("give --account ACCOUNT_ID and --region REGION");
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
            let partition = super::template::partition(&home.region);
            reader.world.role_named(home.account, partition, name).0
        });
        let place = format!("{}:{} {id}", reader.template.file, node.line);
        reader.places.entry(arn.clone()).or_default().push(place);
        let role = reader.world.role(home.account, &arn);
        join(role, list, Some(policy.clone()), None);
    }
}

fn service_linked_role<'t>(reader: &mut Reader<'t>, _: &str, node: &Node) {
    if reader.of(node, "AWSServiceName") == Some(json!("backup.amazonaws.com"))
        && let Some(home) = reader.home.clone()
    {
        reader
            .world
            .backup_service_linked_role(home.account, super::template::partition(&home.region));
    }
}

fn vault<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let key = match reader.of(node, "EncryptionKeyArn") {
        None => reader.aws_managed(&home, "backup"),
        Some(value) => reader.key(&value, &home),
    };
    let policy = access_policy(reader, node);
    let (locked, min, max) = match reader.of(node, "LockConfiguration") {
        None => (made(json!(false)), made(Value::Null), made(Value::Null)),
        Some(lock) if lock.get("unknown").is_some() => (lock.clone(), lock.clone(), lock),
        Some(lock) => {
            let of = |name: &str| lock.get(name).cloned().unwrap_or(Value::Null);
            (json!(true), of("MinRetentionDays"), of("MaxRetentionDays"))
        }
    };
    reader.set(
        &home,
        "vaults",
        &arn,
        [
            ("BackupVaultName", json!(name_of(&arn))),
            ("VaultType", json!("BACKUP_VAULT")),
            ("VaultState", json!("AVAILABLE")),
            ("EncryptionKeyArn", key),
            ("AccessPolicy", policy),
            ("Locked", locked),
            ("MinRetentionDays", min),
            ("MaxRetentionDays", max),
        ],
    );
}

/// A vault's access policy.
fn access_policy(reader: &Reader<'_>, node: &Node) -> Value {
    match reader.of(node, "AccessPolicy") {
        None => made(Value::Null),
        some => document(some),
    }
}

fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

fn air_gapped_vault<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let key = match reader.of(node, "EncryptionKeyArn") {
        None => Value::Null,
        Some(value) => reader.key(&value, &home),
    };
    let of = match &key {
        Value::Null => json!("AWS_OWNED_KMS_KEY"),
        Value::String(_) => json!("CUSTOMER_MANAGED_KMS_KEY"),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => key.clone(),
    };
    let bound = |value: Option<Value>| value.unwrap_or(Value::Null);
    let (min, max) = (
        bound(reader.of(node, "MinRetentionDays")),
        bound(reader.of(node, "MaxRetentionDays")),
    );
    let policy = access_policy(reader, node);
    reader.set(
        &home,
        "vaults",
        &arn,
        [
            ("BackupVaultName", json!(name_of(&arn))),
            ("VaultType", json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT")),
            ("VaultState", json!("AVAILABLE")),
            ("EncryptionKeyArn", key),
            ("EncryptionKeyType", of),
            ("AccessPolicy", policy),
            ("Locked", json!(true)),
            ("MinRetentionDays", min),
            ("MaxRetentionDays", max),
        ],
    );
}

/// What is backed up, with the key that it is encrypted with.
fn stored<'t>(reader: &mut Reader<'t>, id: &str, node: &Node, of: &'static str) {
    // AWS writes the name of an engine in lower case, however it was given.
    let engine = match reader.of(node, "Engine") {
        Some(Value::String(engine)) => Some(json!(engine.to_lowercase())),
        other => other,
    };
    // A cluster of RDS is one of Aurora by its engine.
    let of = match (of, engine.as_ref().and_then(Value::as_str)) {
        ("Aurora", Some(engine)) if !engine.starts_with("aurora") => "RDS",
        ("Aurora", None) => return reader.open(format!("{id}: its engine is not known")),
        (of, _) => of,
    };
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    // An instance of a cluster is backed up with it: said of one that stands, and no resource of its own.
    if of == "RDS"
        && kind(node) == "AWS::RDS::DBInstance"
        && let Some(cluster) = reader.of(node, "DBClusterIdentifier")
    {
        if is_open(&cluster) {
            reader.open(format!("{id}: whether it is of a cluster is not known"));
        }
        let detail = json!({"DBClusterIdentifier": cluster});
        let fields = [("Detail", detail), (WHERE_IT_STANDS, json!(true))];
        return reader.set(&home, "resources", &arn, fields);
    }
    let (file, line) = (reader.template.file, node.line);
    let open = |what: &str| unknown(format!("{file}:{line}: {id}, {what}"));
    let (service, key, switch) = match of {
        "RDS" | "Aurora" | "DocumentDB" | "Neptune" => ("rds", "KmsKeyId", "StorageEncrypted"),
        "EBS" => ("ebs", "KmsKeyId", "Encrypted"),
        "EFS" => ("elasticfilesystem", "KmsKeyId", "Encrypted"),
        "Redshift" => ("redshift", "KmsKeyId", "Encrypted"),
        "FSx" => ("fsx", "KmsKeyId", ""),
        _ => ("", "", ""),
    };
    let copied = [
        "SourceDBInstanceIdentifier",
        "DBSnapshotIdentifier",
        "SnapshotIdentifier",
        "SourceDBClusterIdentifier",
        "SnapshotId",
    ];
    let globals = reader.template.root.get("Globals");
    let is_copied = copied.iter().any(|name| reader.of(node, name).is_some())
        || (kind(node) == "AWS::Serverless::SimpleTable"
            && globals.is_some_and(|globals| globals.get("SimpleTable").is_some()));
    let on = match (switch, reader.of(node, switch)) {
        ("", _) => json!(true),
        // A cluster of Aurora, a volume, a cluster of Redshift: AWS's own default decides.
        (_, None) if matches!(of, "Aurora" | "EBS" | "Redshift") => {
            open("whether it is encrypted by default")
        }
        (_, None) => json!(reader.of(node, key).is_some()),
        (_, Some(value)) => value,
    };
    let (on, key) = match of {
        _ if is_copied => (open("what it is a copy of"), open("what it is a copy of")),
        "DynamoDB" => match reader.of(node, "SSESpecification") {
            None => (json!(true), Value::Null),
            Some(sse) => match (sse.get("SSEEnabled"), sse.get("KMSMasterKeyId")) {
                (Some(Value::Bool(false)), _) => (json!(true), Value::Null),
                (Some(Value::Bool(true)), None) => {
                    (json!(true), reader.aws_managed(&home, "dynamodb"))
                }
                (Some(Value::Bool(true)), Some(key)) => (json!(true), reader.key(key, &home)),
                _ => (json!(true), open("its encryption")),
            },
        },
        "EC2" | "EKS" | "S3" | "Timestream" => (
            open("the keys of what is in it"),
            open("the keys of what is in it"),
        ),
        "FSx" if kind(node) == "AWS::FSx::Volume" => {
            (json!(true), open("the key of its file system"))
        }
        _ => {
            let key = match (&on, reader.of(node, key)) {
                (Value::Bool(true), Some(value)) => reader.key(&value, &home),
                (Value::Bool(true), None) => reader.aws_managed(&home, service),
                (Value::Bool(false), _) => Value::Null,
                (open, _) => open.clone(),
            };
            (on, key)
        }
    };
    let detail = match of {
        "RDS" | "Aurora" | "DocumentDB" | "Neptune" => {
            let engine = match of {
                "DocumentDB" => Some(json!("docdb")),
                "Neptune" => Some(json!("neptune")),
                _ => engine,
            };
            let group = reader.of(node, "OptionGroupName");
            let mut all = Map::new();
            for (name, value) in [
                ("Engine", engine),
                ("EngineVersion", reader.of(node, "EngineVersion")),
                ("StorageType", reader.of(node, "StorageType")),
                ("TdeCredentialArn", reader.of(node, "TdeCredentialArn")),
                ("BackupTarget", reader.of(node, "BackupTarget")),
                ("AvailabilityZone", reader.of(node, "AvailabilityZone")),
                (
                    "OptionGroupMemberships",
                    group.map(|group| json!([{"OptionGroupName": group}])),
                ),
            ] {
                if let Some(value) = value {
                    all.insert(name.to_owned(), value);
                }
            }
            Value::Object(all)
        }
        "FSx" => {
            let mut all = Map::new();
            for name in [
                "FileSystemType",
                "StorageType",
                "VolumeType",
                "OntapConfiguration",
            ] {
                if let Some(value) = reader.of(node, name) {
                    all.insert(name.to_owned(), value);
                }
            }
            Value::Object(all)
        }
        // What an EKS backup is made of is not worked out.
        "EKS" => open("the volumes of it"),
        _ => json!({}),
    };
    let tags = tags(
        reader
            .of(node, "Tags")
            .or_else(|| reader.of(node, "FileSystemTags")),
    );
    reader.set(
        &home,
        "resources",
        &arn,
        [
            ("ResourceType", json!(of)),
            ("Encrypted", on),
            ("EncryptionKeyArn", key),
            ("Tags", tags),
            ("Detail", detail),
        ],
    );
}

fn plan<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Some(home) = reader.home.clone() else {
        let text = format!("{id} may make copies: give --account ACCOUNT_ID and --region REGION");
        reader.note(text.clone());
        reader.open.push(text);
        return;
    };
    let Some(body) = reader.of(node, "BackupPlan") else {
        return reader.open(format!(
            "{id} has no `BackupPlan`: what it copies is not known"
        ));
    };
    let rules = match body.get("BackupPlanRule") {
        Some(Value::Array(rules)) => rules.iter().map(rule).collect(),
        Some(other) => other.clone(),
        None if is_open(&body) => body.clone(),
        None => json!([]),
    };
    let name = body
        .get("BackupPlanName")
        .cloned()
        .unwrap_or_else(|| json!(id));
    let place = format!("{}:{} {id}", reader.template.file, node.line);
    reader.places.entry(id.to_owned()).or_default().push(place);
    reader.set(
        &home,
        "plans",
        id,
        [
            (
                "BackupPlan",
                json!({"BackupPlanName": name, "Rules": rules}),
            ),
            ("Selections", json!([])),
        ],
    );
}

/// A rule as AWS Backup prints it.
fn rule(rule: &Value) -> Value {
    let Value::Object(fields) = rule else {
        return rule.clone();
    };
    let mut made = Map::new();
    for (name, value) in fields {
        let name = if name == "TargetBackupVault" {
            "TargetBackupVaultName"
        } else {
            name
        };
        made.insert(name.to_owned(), value.clone());
    }
    Value::Object(made)
}

fn selection<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let Some(home) = reader.home.clone() else {
        return reader.open(format!(
            "{id} may make copies: give --account ACCOUNT_ID and --region REGION"
        ));
    };
    let (Some(plan), Some(body)) = (
        reader.of(node, "BackupPlanId"),
        reader.of(node, "BackupSelection"),
    ) else {
        return reader.open(format!("{id} has no `BackupPlanId` or `BackupSelection`"));
    };
    let Value::String(plan) = plan else {
        reader
            .open
            .push(format!("{id} is of a plan that is not known"));
        return;
    };
    let mut made = match body {
        Value::Object(fields) => fields,
        open @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => {
            reader
                .open
                .push(format!("{id}: {}", why(&open).unwrap_or("not known")));
            return;
        }
    };
    made.entry("SelectionName").or_insert_with(|| json!(id));
    let made = Value::Object(made);
    let plan = reader.world.thing(&home, "plans", &plan);
    join(plan, "Selections", Some(made), None);
}

fn organization_policy<'t>(reader: &mut Reader<'t>, id: &str, node: &Node) {
    let text = format!(
        "{}:{}: {id} is a policy of the organization: lay it over the accounts with --overlay to see what it does",
        reader.template.file, node.line
    );
    if !reader.is_same(id, node) {
        reader.open(text);
    }
}
