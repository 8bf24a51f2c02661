//! AWS Config's configuration items as the inventory's resources: a row a type.
//!
//! See <https://github.com/awslabs/aws-config-resource-schema>.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::catalog::Kind as ResourceKind;
use crate::inventory::{Resource, Tree};
use crate::known::{AccountId, Arn, Region, ResourceType};
use crate::sources::live::kms;
use crate::sources::live::shape::{Shape, tags as in_order};

/// A type as AWS Config has it.
pub struct ConfigType {
    /// Its name there.
    pub name: &'static str,
    of: BackupType,
    encryption: Encryption,
    /// The fields of its description that checks read. All must be there, or none is taken: a field that AWS Config
    /// leaves out would pass for one that is not set.
    detail: &'static [&'static str],
}

/// What a type is to AWS Backup.
enum BackupType {
    Type(ResourceType),
    /// The engine tells.
    Cluster,
}

/// Where a type says what it is encrypted with.
enum Encryption {
    /// In two fields.
    Fields(&'static str, &'static str),
    /// The same; but one that says `false` may be encrypted by the service itself, which AWS Config does not record.
    TrueFields(&'static str, &'static str),
    /// As DynamoDB does: without a description, with a key that AWS owns.
    Table,
    /// Its backups take the vault's key.
    OfVault,
    /// It is its volumes that are.
    OfVolumes,
}

use Encryption::{Fields, OfVault, OfVolumes, Table, TrueFields};

const fn row(
    name: &'static str,
    of: BackupType,
    encryption: Encryption,
    detail: &'static [&'static str],
) -> ConfigType {
    ConfigType {
        name,
        of,
        encryption,
        detail,
    }
}

#[rustfmt::skip]
pub const KINDS: &[ConfigType] = &[
    row("AWS::CloudFormation::Stack", BackupType::Type(ResourceType::CloudFormation), OfVault,                                    &[]),
    row("AWS::DynamoDB::Table",       BackupType::Type(ResourceType::DynamoDb),       Table,                                      &[]),
    row("AWS::EC2::Instance",         BackupType::Type(ResourceType::Ec2),            OfVolumes,                                  &["rootDeviceName", "blockDeviceMappings", "productCodes"]),
    row("AWS::EC2::Volume",           BackupType::Type(ResourceType::Ebs),            Fields("/encrypted", "/kmsKeyId"),          &[]),
    row("AWS::EFS::FileSystem",       BackupType::Type(ResourceType::Efs),            Fields("/Encrypted", "/KmsKeyId"),          &[]),
    row("AWS::EKS::Cluster",          BackupType::Type(ResourceType::Eks),            OfVault,                                    &[]),
    row("AWS::RDS::DBCluster",        BackupType::Cluster,                            TrueFields("/storageEncrypted", "/kmsKeyId"), &["engine"]),
    row("AWS::RDS::DBInstance",       BackupType::Type(ResourceType::Rds),            TrueFields("/storageEncrypted", "/kmsKeyId"), &["engine", "engineVersion", "optionGroupMemberships"]),
    row("AWS::S3::Bucket",            BackupType::Type(ResourceType::S3),             OfVault,                                    &[]),
];

/// What an item says.
pub struct Told {
    pub account: AccountId,
    pub region: Region,
    pub resource: Resource,
}

impl ConfigType {
    /// The resource of an item. The outer `None`: the item does not say what it is, or where. The inner: AWS Backup
    /// takes it as a part of another.
    pub fn read(&self, item: &Value) -> Option<Option<Told>> {
        let (account, region, arn) = place(item)?;
        let configuration = item.get("configuration").unwrap_or(&Value::Null);
        if part_of_a_cluster(configuration) {
            return Some(None);
        }
        let text = |name: &str| configuration.get(name).and_then(Value::as_str);
        let of = match &self.of {
            BackupType::Type(of) => Some(of.clone()),
            BackupType::Cluster => text("engine")
                .and_then(ResourceKind::of_cluster_engine)
                .map(ResourceKind::resource_type),
        };
        let shape = Shape::new()
            .with("ResourceArn", Some(arn.as_str()))
            .with("ResourceType", of.as_ref().map(ResourceType::as_str))
            .with("Tags", item.get("tags").and_then(tags));
        let shape = self.encrypted(shape, configuration);
        let shape = shape.with("Detail", self.detail(configuration));
        Some(Some(Told {
            account,
            region,
            resource: shape.read().ok()?,
        }))
    }

    /// A key that is not named by its ARN is the other account's to resolve, and stays open.
    fn encrypted(&self, shape: Shape, configuration: &Value) -> Shape {
        let at = |pointer: &str| configuration.pointer(pointer);
        let key = |pointer: &str| at(pointer).and_then(Value::as_str);
        let (encrypted, key) = match self.encryption {
            OfVault | OfVolumes => return shape,
            Table => {
                let status = at("/ssedescription/status").and_then(Value::as_str);
                let key = key("/ssedescription/kmsmasterKeyArn");
                if key.is_none() && matches!(status, None | Some("DISABLED")) {
                    let shape = shape.with("Encrypted", Some(true));
                    return shape.without("EncryptionKeyArn");
                }
                (Some(true), key)
            }
            Fields(encrypted, named) => (at(encrypted).and_then(Value::as_bool), key(named)),
            TrueFields(encrypted, named) => (
                at(encrypted).and_then(Value::as_bool).filter(|on| *on),
                key(named),
            ),
        };
        match (encrypted, key.and_then(kms::arn_of_key)) {
            (Some(false), _) => {
                let shape = shape.with("Encrypted", Some(false));
                shape.without("EncryptionKeyArn")
            }
            (Some(true), Some(key)) => {
                let shape = shape.with("Encrypted", Some(true));
                shape.with("EncryptionKeyArn", Some(key.as_str()))
            }
            (Some(true), None) | (None, _) => shape,
        }
    }

    fn detail(&self, configuration: &Value) -> Option<Value> {
        let fields: Option<Vec<(&str, &Value)>> = self
            .detail
            .iter()
            .map(|name| Some((*name, configuration.get(*name)?)))
            .collect();
        let engine = configuration.get("engine").and_then(Value::as_str);
        // Whether these are encrypted by TDE is not in AWS Config.
        let by_tde = engine.is_some_and(|engine| {
            ["oracle", "sqlserver", "custom"]
                .iter()
                .any(|word| engine.starts_with(word))
        });
        let fields = fields.filter(|fields| !fields.is_empty() && !by_tde)?;
        let named = fields
            .into_iter()
            .map(|(name, value)| (capital(name), as_aws(value)));
        Some(named.collect::<Map<_, _>>().into())
    }
}

fn place(item: &Value) -> Option<(AccountId, Region, Arn)> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    Some((
        AccountId::parse(text("accountId")?).ok()?,
        Region::new(text("awsRegion")?),
        Arn::parse(text("arn")?).ok()?,
    ))
}

fn part_of_a_cluster(configuration: &Value) -> bool {
    let cluster = configuration.get("dBClusterIdentifier");
    configuration.get("dBInstanceIdentifier").is_some() && cluster.is_some_and(Value::is_string)
}

/// AWS Config writes the names of most fields with a small first letter.
fn as_aws(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (capital(name), as_aws(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(as_aws).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn tags(list: &Value) -> Option<Value> {
    let pairs: Option<Vec<(&str, &str)>> = list
        .as_array()?
        .iter()
        .map(|tag| Some((tag.get("key")?.as_str()?, tag.get("value")?.as_str()?)))
        .collect();
    pairs.map(in_order)
}

/// An instance has no key of its own: its root volume's stands for it.
pub fn give_instances_their_roots_key(told: &mut [Told]) {
    let volumes: BTreeMap<Arn, Resource> = told
        .iter()
        .map(|told| &told.resource)
        .filter(|resource| resource.resource_type.value() == Some(&ResourceType::Ebs))
        .map(|volume| (volume.arn.clone(), volume.clone()))
        .collect();
    for told in told {
        if let Some(root) = root_of(&told.resource).and_then(|root| volumes.get(&root)) {
            told.resource.encrypted = root.encrypted.clone();
            told.resource.encryption_key_arn = root.encryption_key_arn.clone();
        }
    }
}

fn root_of(instance: &Resource) -> Option<Arn> {
    let detail = instance.detail.value()?;
    let root = detail.get("RootDeviceName")?.as_str()?;
    let devices = detail.get("BlockDeviceMappings")?.as_array()?;
    let device = devices
        .iter()
        .find(|device| device.get("DeviceName").and_then(Tree::as_str) == Some(root))?;
    let volume = device.get("Ebs")?.get("VolumeId")?.as_str()?;
    let prefix = instance
        .arn
        .as_str()
        .strip_suffix(instance.arn.resource())?;
    Arn::parse(&format!("{prefix}volume/{volume}")).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: &str = "arn:aws:kms:us-east-2:111122223333:key/1-2";

    fn read(name: &str, arn: &str, configuration: &Value) -> Option<Value> {
        let kind = KINDS.iter().find(|kind| kind.name == name).unwrap();
        let item = json!({
            "accountId": "111122223333", "awsRegion": "us-east-2", "arn": arn, "configuration": configuration,
            "tags": [{"key": "team", "value": "orders", "tag": "team=orders"}],
        });
        let told = kind.read(&item).unwrap()?;
        Some(serde_json::to_value(told.resource).unwrap())
    }

    #[test]
    fn a_database_is_taken_with_its_key_and_its_option_groups() {
        let arn = "arn:aws:rds:us-east-2:111122223333:db:orders";
        let configuration = json!({
            "dBInstanceIdentifier": "orders", "engine": "mysql", "engineVersion": "8.0.40", "storageEncrypted": true,
            "kmsKeyId": KEY, "dBClusterIdentifier": null,
            "optionGroupMemberships": [{"optionGroupName": "default:mysql-8-0", "status": "in-sync"}],
        });
        assert_eq!(
            read("AWS::RDS::DBInstance", arn, &configuration).unwrap(),
            json!({
                "ResourceArn": arn, "ResourceType": "RDS", "Encrypted": true, "EncryptionKeyArn": KEY,
                "Tags": {"team": "orders"},
                "Detail": {"Engine": "mysql", "EngineVersion": "8.0.40",
                           "OptionGroupMemberships": [{"OptionGroupName": "default:mysql-8-0", "Status": "in-sync"}]},
            })
        );
    }

    #[test]
    fn what_aws_config_does_not_say_stays_open() {
        let arn = "arn:aws:rds:us-east-2:111122223333:db:orders";
        let mut configuration = json!({
            "dBInstanceIdentifier": "orders", "engine": "oracle-ee", "engineVersion": "19", "storageEncrypted": false,
            "optionGroupMemberships": [],
        });
        let read_now =
            |configuration: &Value| read("AWS::RDS::DBInstance", arn, configuration).unwrap();
        // TDE, and encryption by RDS itself.
        let found = read_now(&configuration);
        for name in ["Encrypted", "EncryptionKeyArn", "Detail"] {
            assert_eq!(found.get(name), None, "{name}");
        }
        configuration["engine"] = json!("mysql");
        assert!(read_now(&configuration).get("Detail").is_some());
        configuration
            .as_object_mut()
            .unwrap()
            .remove("optionGroupMemberships");
        assert_eq!(read_now(&configuration).get("Detail"), None);
    }

    #[test]
    fn a_key_that_is_no_arn_stays_open() {
        let arn = "arn:aws:ec2:us-east-2:111122223333:volume/vol-1";
        let configuration = json!({"encrypted": true, "kmsKeyId": "alias/aws/ebs"});
        let found = read("AWS::EC2::Volume", arn, &configuration).unwrap();
        assert_eq!(
            (found.get("Encrypted"), found.get("EncryptionKeyArn")),
            (None, None)
        );
    }

    #[test]
    fn an_instance_of_a_cluster_is_no_resource_of_its_own() {
        let arn = "arn:aws:rds:us-east-2:111122223333:db:c-1";
        let configuration = json!({"dBInstanceIdentifier": "c-1", "dBClusterIdentifier": "c"});
        assert_eq!(read("AWS::RDS::DBInstance", arn, &configuration), None);
    }

    #[test]
    fn a_table_without_a_description_of_its_encryption_is_on_a_key_that_aws_owns() {
        let arn = "arn:aws:dynamodb:us-east-2:111122223333:table/carts";
        let found = read("AWS::DynamoDB::Table", arn, &json!({})).unwrap();
        assert_eq!(
            (&found["Encrypted"], found.get("EncryptionKeyArn")),
            (&json!(true), Some(&Value::Null))
        );
        let keyed = json!({"ssedescription": {"status": "ENABLED", "kmsmasterKeyArn": KEY}});
        let found = read("AWS::DynamoDB::Table", arn, &keyed).unwrap();
        assert_eq!(found["EncryptionKeyArn"], KEY);
        let unsaid = json!({"ssedescription": {"status": "ENABLED"}});
        let found = read("AWS::DynamoDB::Table", arn, &unsaid).unwrap();
        assert_eq!(found.get("Encrypted"), None);
    }

    #[test]
    fn an_instance_takes_the_key_of_its_root_volume() {
        let kind = |name: &str| KINDS.iter().find(|kind| kind.name == name).unwrap();
        let item = |arn: &str, configuration: Value| json!({"accountId": "111122223333", "awsRegion": "us-east-2", "arn": arn, "configuration": configuration});
        let volume = item(
            "arn:aws:ec2:us-east-2:111122223333:volume/vol-1",
            json!({"encrypted": true, "kmsKeyId": KEY}),
        );
        let instance = item(
            "arn:aws:ec2:us-east-2:111122223333:instance/i-1",
            json!({"rootDeviceName": "/dev/xvda", "productCodes": [],
                   "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeId": "vol-1"}}]}),
        );
        let mut told = vec![
            kind("AWS::EC2::Instance").read(&instance).unwrap().unwrap(),
            kind("AWS::EC2::Volume").read(&volume).unwrap().unwrap(),
        ];
        give_instances_their_roots_key(&mut told);
        let instance = serde_json::to_value(&told[0].resource).unwrap();
        assert_eq!(
            (&instance["Encrypted"], &instance["EncryptionKeyArn"]),
            (&json!(true), &json!(KEY))
        );
        assert_eq!(instance["Detail"]["ProductCodes"], json!([]));
    }
}
