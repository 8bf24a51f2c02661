//! What names an object of a plan: its ARN, which is known, is made of its account, Region and name, or stands in for one that
//! AWS gives it at apply.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::catalog::regions::partition as partition_of;
use crate::known::{AccountId, Region};
use crate::sources::planned::Home;

use super::object::{Attribute, Moment, Object};
use super::objects::Objects;
use super::provider::{Providers, provider_of};
use super::unplaced::without_account;
use crate::sources::standing::name_of_arn;

/// How the ARN of a type is made of a name.
struct ArnOfName {
    kind: &'static str,
    /// With `{region}`, `{account}`, `{name}`.
    arn: &'static str,
    /// The attribute that is the name; empty: AWS names it.
    name: &'static str,
}

#[rustfmt::skip]
const FORMS: &[ArnOfName] = &[
    ArnOfName { kind: "aws_backup_vault",                         arn: "arn:aws:backup:{region}:{account}:backup-vault:{name}",             name: "name" },
    ArnOfName { kind: "aws_backup_logically_air_gapped_vault",    arn: "arn:aws:backup:{region}:{account}:backup-vault:{name}",             name: "name" },
    ArnOfName { kind: "aws_kms_key",                              arn: "arn:aws:kms:{region}:{account}:key/{name}",                         name: "" },
    ArnOfName { kind: "aws_kms_replica_key",                      arn: "arn:aws:kms:{region}:{account}:key/{name}",                         name: "" },
    ArnOfName { kind: "aws_kms_external_key",                     arn: "arn:aws:kms:{region}:{account}:key/{name}",                         name: "" },
    ArnOfName { kind: "aws_iam_role",                             arn: "arn:aws:iam::{account}:role/{name}",                                name: "name" },
    ArnOfName { kind: "aws_iam_policy",                           arn: "arn:aws:iam::{account}:policy/{name}",                              name: "name" },
    ArnOfName { kind: "aws_db_instance",                          arn: "arn:aws:rds:{region}:{account}:db:{name}",                          name: "identifier" },
    ArnOfName { kind: "aws_rds_cluster_instance",                 arn: "arn:aws:rds:{region}:{account}:db:{name}",                          name: "identifier" },
    ArnOfName { kind: "aws_docdb_cluster_instance",               arn: "arn:aws:rds:{region}:{account}:db:{name}",                          name: "identifier" },
    ArnOfName { kind: "aws_neptune_cluster_instance",             arn: "arn:aws:rds:{region}:{account}:db:{name}",                          name: "identifier" },
    ArnOfName { kind: "aws_rds_cluster",                          arn: "arn:aws:rds:{region}:{account}:cluster:{name}",                     name: "cluster_identifier" },
    ArnOfName { kind: "aws_docdb_cluster",                        arn: "arn:aws:rds:{region}:{account}:cluster:{name}",                     name: "cluster_identifier" },
    ArnOfName { kind: "aws_neptune_cluster",                      arn: "arn:aws:rds:{region}:{account}:cluster:{name}",                     name: "cluster_identifier" },
    ArnOfName { kind: "aws_dynamodb_table",                       arn: "arn:aws:dynamodb:{region}:{account}:table/{name}",                  name: "name" },
    ArnOfName { kind: "aws_ebs_volume",                           arn: "arn:aws:ec2:{region}:{account}:volume/{name}",                      name: "" },
    ArnOfName { kind: "aws_instance",                             arn: "arn:aws:ec2:{region}:{account}:instance/{name}",                    name: "" },
    ArnOfName { kind: "aws_efs_file_system",                      arn: "arn:aws:elasticfilesystem:{region}:{account}:file-system/{name}",   name: "" },
    ArnOfName { kind: "aws_fsx_lustre_file_system",               arn: "arn:aws:fsx:{region}:{account}:file-system/{name}",                 name: "" },
    ArnOfName { kind: "aws_fsx_windows_file_system",              arn: "arn:aws:fsx:{region}:{account}:file-system/{name}",                 name: "" },
    ArnOfName { kind: "aws_fsx_openzfs_file_system",              arn: "arn:aws:fsx:{region}:{account}:file-system/{name}",                 name: "" },
    ArnOfName { kind: "aws_fsx_ontap_volume",                     arn: "arn:aws:fsx:{region}:{account}:volume/{name}",                      name: "" },
    ArnOfName { kind: "aws_s3_bucket",                            arn: "arn:aws:s3:::{name}",                                               name: "bucket" },
    ArnOfName { kind: "aws_eks_cluster",                          arn: "arn:aws:eks:{region}:{account}:cluster/{name}",                     name: "name" },
    ArnOfName { kind: "aws_redshift_cluster",                     arn: "arn:aws:redshift:{region}:{account}:cluster:{name}",                name: "cluster_identifier" },
    ArnOfName { kind: "aws_timestreamwrite_table",                arn: "arn:aws:timestream:{region}:{account}:database/{name}",             name: "" },
];

/// The attributes that a name begins with which the provider completes at apply.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance>.
const PREFIXES: [&str; 4] = [
    "identifier_prefix",
    "cluster_identifier_prefix",
    "bucket_prefix",
    "name_prefix",
];

/// The Region that a resource names itself.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support>.
const REGION: &str = "region";

/// Whether a service-linked role is AWS Backup's own: with a suffix it is another one, if AWS Backup takes that at all.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html>.
#[must_use]
pub fn is_of_backup(role: &Object<'_>, moment: Moment) -> bool {
    role.text(moment, "aws_service_name") == Some("backup.amazonaws.com")
        && role.attribute(moment, "custom_suffix") == Attribute::NotSet
}

/// The name of an object as it stands in its ARN, where it is known.
fn name_of(form: &ArnOfName, object: &Object<'_>, moment: Moment) -> Option<String> {
    let text = |name: &str| object.text(moment, name);
    if object.kind == "aws_timestreamwrite_table" {
        let (database, table) = (text("database_name")?, text("table_name")?);
        return Some(format!("{database}/table/{table}"));
    }
    let name = (!form.name.is_empty()).then(|| text(form.name))?;
    name.map(str::to_owned)
}

/// What the expressions of a plan's configuration come to, with what is known of the plan.
pub trait Expressions {
    /// What an attribute of an object comes to; `None` where it cannot be evaluated.
    fn attribute(&self, ids: &Identities<'_, '_>, object: &Object<'_>, name: &str)
    -> Option<Value>;

    /// The blocks of a name in an object, those that dynamic blocks make among them; what cannot be evaluated in them is
    /// marked.
    fn blocks(&self, ids: &Identities<'_, '_>, object: &Object<'_>, name: &str) -> Option<Value>;

    /// Whether the text of an object is there, and what its blocks come to can be worked out.
    fn reads_blocks(&self, ids: &Identities<'_, '_>, object: &Object<'_>) -> bool;

    /// Whether an attribute of an object is just what one of another is, whatever that comes to.
    fn is_just(
        &self,
        ids: &Identities<'_, '_>,
        object: &Object<'_>,
        name: &str,
        other: (&Object<'_>, &str),
    ) -> bool;

    /// Whether an object's block has what it refers to of another as it is; `None` where that is not told.
    fn takes_as_it_is(&self, object: &Object<'_>, target: &Object<'_>) -> Option<bool>;
}

/// Where the objects of a plan are, and what they are called.
pub struct Identities<'a, 'p> {
    /// The objects.
    pub objects: &'a Objects<'p>,
    /// Their providers.
    pub providers: &'a Providers,
    /// Their configuration, where it was given.
    pub source: Option<&'a dyn Expressions>,
    /// What stands before an address that stands for a name that AWS gives: an address names a thing within its plan alone.
    pub prefix: &'a str,
    /// The references that were taken for the expression that they stand in, by the address of its object: whether something is made
    /// of them the plan does not print.
    pub taken: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

impl<'p> Identities<'_, 'p> {
    /// The account and Region of an object, where both are known.
    #[must_use]
    pub fn home(&self, object: &Object<'p>, moment: Moment) -> Option<Home> {
        let account = self.account(object, moment)?;
        let region = self.region(object, moment)?;
        Some(Home { account, region })
    }

    /// The account of an object.
    #[must_use]
    pub fn account(&self, object: &Object<'p>, moment: Moment) -> Option<AccountId> {
        let of_arn = object
            .text(moment, "arn")
            .and_then(|arn| crate::known::Arn::parse(arn).ok()?.account());
        of_arn.or_else(|| self.providers.account(object))
    }

    fn region(&self, object: &Object<'p>, moment: Moment) -> Option<Region> {
        let of_arn = object
            .text(moment, "arn")
            .and_then(|arn| crate::known::Arn::parse(arn).ok()?.region());
        if of_arn.is_some() {
            return of_arn;
        }
        match object.attribute(moment, REGION) {
            // A region of its own that is not told is none of the provider's.
            Attribute::AfterApply if !self.is_left_out(object, REGION, moment) => {
                let own = self.evaluated(object, REGION, moment)?;
                Some(Region::new(own.as_str()?))
            }
            Attribute::Unread(_) => None,
            Attribute::AfterApply | Attribute::Value(_) | Attribute::NotSet => {
                self.providers.region(object, moment)
            }
        }
    }

    /// The partition of an object, by its Region: `aws` where that is not known.
    #[must_use]
    pub fn partition(&self, object: &Object<'p>, moment: Moment) -> &'static str {
        self.region(object, moment)
            .as_ref()
            .map_or("aws", partition_of)
    }

    /// The ARN of an object at a moment; `None` where its account or Region is not known.
    #[must_use]
    pub fn arn(&self, object: &Object<'p>, moment: Moment) -> Option<String> {
        if let Some(arn) = object.text(moment, "arn") {
            return Some(arn.to_owned());
        }
        let form = FORMS.iter().find(|form| form.kind == object.kind)?;
        let name = name_of(form, object, moment);
        let name = name.unwrap_or_else(|| self.stand_in(object));
        self.arn_of(form, object, moment, &name)
    }

    /// The name of an object that no other may have beside it, as an ARN; `None`: AWS or the provider names it, or it is not known.
    #[must_use]
    pub fn own_name(&self, object: &Object<'p>, moment: Moment) -> Option<String> {
        match object.kind {
            "aws_kms_alias" => {
                let home = self.home(object, moment)?;
                let name = object.text(moment, "name")?;
                Some(format!(
                    "arn:aws:kms:{}:{}:{name}",
                    home.region, home.account
                ))
            }
            _ => {
                let form = FORMS.iter().find(|form| form.kind == object.kind)?;
                name_of(form, object, moment)?;
                Some(name_of_arn(&self.arn(object, moment)?))
            }
        }
    }

    /// What the ARN of an object begins with whose name the provider or AWS gives at apply; `None`: the name is known, or is an id.
    #[must_use]
    pub fn arn_begins(&self, object: &Object<'p>, moment: Moment) -> Option<String> {
        let form = FORMS.iter().find(|form| form.kind == object.kind)?;
        let is_given = object.text(moment, "arn").is_none()
            && !form.name.is_empty()
            && name_of(form, object, moment).is_none();
        let prefix = PREFIXES.iter().find_map(|name| object.text(moment, name));
        is_given.then(|| self.arn_of(form, object, moment, prefix.unwrap_or_default()))?
    }

    /// The ARN of an object of a name.
    fn arn_of(
        &self,
        form: &ArnOfName,
        object: &Object<'p>,
        moment: Moment,
        name: &str,
    ) -> Option<String> {
        let name = match object.kind {
            "aws_iam_role" | "aws_iam_policy" => with_path(object.text(moment, "path"), name),
            _ => name.to_owned(),
        };
        let mut arn = form.arn.replace("{name}", &name);
        if arn.contains("{account}") {
            arn = arn.replace("{account}", &self.account(object, moment)?.to_string());
        }
        if arn.contains("{region}") {
            arn = arn.replace("{region}", self.region(object, moment)?.as_str());
        }
        let partition = self.partition(object, moment);
        if partition != "aws" {
            arn = arn.replacen("arn:aws:", &format!("arn:{partition}:"), 1);
        }
        Some(arn)
    }

    /// Why it is not known what an object will be called that is made.
    #[must_use]
    pub fn open_name(&self, object: &Object<'p>, moment: Moment) -> Option<String> {
        let form = FORMS.iter().find(|form| form.kind == object.kind)?;
        let name = (!form.name.is_empty()).then_some(form.name)?;
        match object.attribute(moment, name) {
            Attribute::AfterApply | Attribute::Unread(_) => {
                Some(format!("{}.{name}", object.address))
            }
            Attribute::Value(_) | Attribute::NotSet => None,
        }
    }

    /// The shape of the name that AWS or the provider gives a role, `*` for any letters and `?` for one, and what it waits for. `None`: it is
    /// known.
    ///
    /// See <https://github.com/hashicorp/terraform-plugin-sdk/blob/main/helper/id/id.go>: 26 letters follow the prefix.
    #[must_use]
    pub fn role_name_to_come(&self, role: &Object<'p>, moment: Moment) -> Option<(String, String)> {
        if [role.text(moment, "arn"), role.text(moment, "name")] != [None, None] {
            return None;
        }
        let is_left_to_it = |name: &str| role.is_not_configured(name);
        let prefix = match role.text(moment, "name_prefix") {
            Some(prefix) => Some(prefix),
            None if is_left_to_it("name") && is_left_to_it("name_prefix") => Some("terraform-"),
            None => None,
        };
        let shape = prefix.map_or_else(
            || "*".to_owned(),
            |prefix| prefix.to_owned() + &"?".repeat(26),
        );
        Some((shape, format!("{}.name", role.address)))
    }

    /// Notes that an object's expression was taken for what it refers to, where its text does not say so.
    pub fn take(&self, object: &Object<'p>, target: &Object<'p>, attribute: &str) {
        if self.as_it_is(object, target) != Some(true) {
            let mut taken = self.taken.borrow_mut();
            let of = taken.entry(object.address.to_owned()).or_default();
            of.insert(format!("{}.{attribute}", target.address));
        }
    }

    /// Notes that an object was taken to have no blocks of a name: no plan shows one that is dynamic and of something that waits for
    /// apply, and the text of the object was not read.
    pub fn take_for_none(&self, object: &Object<'p>, name: &str) {
        let source = self.source;
        if !source.is_some_and(|source| source.reads_blocks(self, object)) {
            let mut taken = self.taken.borrow_mut();
            let of = taken.entry(object.address.to_owned()).or_default();
            of.insert(format!("{} without {name}", object.address));
        }
    }

    /// Whether an object's expression may be taken for what it refers to: not where its text shows that something is made of it.
    #[must_use]
    pub fn may_take(&self, object: &Object<'p>, target: &Object<'p>) -> bool {
        self.as_it_is(object, target) != Some(false)
    }

    fn as_it_is(&self, object: &Object<'p>, target: &Object<'p>) -> Option<bool> {
        self.source?.takes_as_it_is(object, target)
    }

    /// Notes of an object what was taken so for another, which it is made of.
    pub fn take_over(&self, object: &Object<'p>, from: &Object<'p>) {
        let mut taken = self.taken.borrow_mut();
        if let Some(all) = taken.get(from.address).cloned() {
            taken
                .entry(object.address.to_owned())
                .or_default()
                .extend(all);
        }
    }

    /// What an attribute of another object will be, where that can be told from its name.
    #[must_use]
    pub fn value(&self, object: &Object<'p>, attribute: &str, moment: Moment) -> Option<String> {
        if let Some(text) = object.text(moment, attribute) {
            return Some(text.to_owned());
        }
        match (object.kind, attribute) {
            (_, "arn") => self.arn(object, moment),
            ("aws_kms_key" | "aws_kms_replica_key" | "aws_kms_external_key", "id" | "key_id") => {
                let arn = self.arn(object, moment)?;
                Some(arn.rsplit('/').next()?.to_owned())
            }
            ("aws_kms_alias", "target_key_arn" | "target_key_id" | "id" | "name") => None,
            ("aws_backup_plan", "id") => Some(self.plan_id(object, moment)),
            ("aws_backup_vault" | "aws_backup_logically_air_gapped_vault", "id" | "name") => {
                let name = object.text(moment, "name").map(str::to_owned);
                name.or_else(|| object.is_new(moment).then(|| self.stand_in(object)))
            }
            ("aws_iam_role", "id") => object.text(moment, "name").map(str::to_owned),
            ("aws_iam_policy", "id") => self.arn(object, moment),
            ("aws_iam_service_linked_role", "name") => {
                is_of_backup(object, moment).then(|| "AWSServiceRoleForBackup".to_owned())
            }
            _ => None,
        }
    }

    /// The id of a backup plan: that of now, or one that stands for it.
    #[must_use]
    pub fn plan_id(&self, object: &Object<'_>, moment: Moment) -> String {
        let id = object
            .text(moment, "id")
            .or_else(|| object.text(Moment::Now, "id").filter(|_| !object.is_made()));
        id.map_or_else(|| self.address(object), str::to_owned)
    }

    /// The address of an object among those of all plans.
    #[must_use]
    pub fn address(&self, object: &Object<'_>) -> String {
        [self.prefix, object.address].concat()
    }

    /// The ARN of what an object of EC2 brings with it: its address and this name stand in for the one that AWS gives.
    #[must_use]
    pub fn part_of(&self, object: &Object<'_>, home: &Home, kind: &str, name: &str) -> String {
        let partition = partition_of(&home.region);
        let of = self.stand_in(object);
        format!(
            "arn:{partition}:ec2:{}:{}:{kind}/{of}.{name}",
            home.region, home.account
        )
    }

    /// A name for what AWS names at apply: the address, in the letters that an ARN may have.
    fn stand_in(&self, object: &Object<'_>) -> String {
        in_letters_of_arn(&self.address(object))
    }

    /// A name for a plan or a selection that is named at apply: as much of the end of the address as AWS Backup takes.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupSelection.html>.
    #[must_use]
    pub fn name_of_plan(&self, object: &Object<'_>) -> String {
        const LONGEST: usize = 50;
        let name = in_letters_of_arn(object.address);
        let start = name.len().saturating_sub(LONGEST);
        name.get(start..).unwrap_or(&name).to_owned()
    }

    /// Why an object has no place: which flag gives it one.
    #[must_use]
    pub fn without_home(&self, object: &Object<'p>, moment: Moment) -> String {
        let provider = provider_of(object).unwrap_or("aws");
        if self.providers.has_instances(provider) {
            return format!(
                "the account and Region of {} are not known: the provider `{provider}` has several instances, and the plan does not tell \
                 which one it is under; where all are in one account, give --account {provider}=ACCOUNT_ID",
                object.address
            );
        }
        let waits = object.attribute(moment, REGION) == Attribute::AfterApply;
        if waits && !self.is_left_out(object, REGION, moment) {
            return format!(
                "the Region of {} is not known: its `{REGION}` waits for apply",
                object.address
            );
        }
        if self.account(object, moment).is_none() {
            without_account(object.address, provider)
        } else {
            // What the environment gives stands in no plan, and in no configuration.
            let mend = match self.source {
                Some(_) => "plan again with",
                None => {
                    "give --terraform-source DIR, or where the environment gives it plan again with"
                }
            };
            format!(
                "the Region of {} is not known: {mend} `region` set in the block of the provider `{provider}`",
                object.address
            )
        }
    }
}

/// The names that stand in for those that AWS gives to what a plan makes, each without what stands before it.
#[must_use]
pub fn stand_ins(objects: &Objects<'_>) -> Vec<String> {
    let made = objects.all.iter().filter(|object| object.is_made());
    let both =
        made.flat_map(|object| [in_letters_of_arn(object.address), object.address.to_owned()]);
    both.collect()
}

fn in_letters_of_arn(address: &str) -> String {
    let mut name = String::new();
    for letter in address.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => name.push(letter),
            '[' => name.push('.'),
            ']' | '"' => {}
            other => name.push_str(&format!("-{:x}-", u32::from(other))),
        }
    }
    name
}

fn with_path(path: Option<&str>, name: &str) -> String {
    let path = path.unwrap_or("/").trim_matches('/');
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}
