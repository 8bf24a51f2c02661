//! What a message names: ARNs, ids and Regions, each with the command that shows it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::regions;
use crate::known::{AccountId, Arn, Region};

/// One thing that a message names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedThing {
    /// What it is, in words.
    pub what: &'static str,
    /// Its ARN, id or name, as it stands in the message.
    pub name: String,
    /// The account that it is in, where the message tells.
    pub account: Option<AccountId>,
    /// The Region that it is in, where the message tells.
    pub region: Option<Region>,
    /// The command that shows what matters of it.
    pub look_at: Option<String>,
}

impl NamedThing {
    fn bare(what: &'static str, name: &str) -> Self {
        Self {
            what,
            name: name.to_owned(),
            account: None,
            region: None,
            look_at: None,
        }
    }

    /// It, with where it is.
    pub(super) fn words(&self) -> String {
        match (&self.account, &self.region) {
            (Some(account), Some(region)) => {
                format!("{}, of account {account} in {region}", self.name)
            }
            (Some(account), None) => format!("{}, of account {account}", self.name),
            (None, Some(region)) if region.as_str() != self.name => {
                format!("{}, in {region}", self.name)
            }
            (None, _) => self.name.clone(),
        }
    }
}

/// Everything that the message names, in its order, each once.
pub(super) fn all(message: &str) -> Vec<NamedThing> {
    let mut found: Vec<NamedThing> = Vec::new();
    for word in words(message) {
        if let Some(thing) = thing(word)
            && found.iter().all(|other| other.name != thing.name)
        {
            found.push(thing);
        }
    }
    found
}

/// Words without what a sentence puts around them.
fn words(message: &str) -> impl Iterator<Item = &str> {
    message
        .split(|c: char| {
            c.is_whitespace() || "[]()<>{}\"'`,;\\\u{2018}\u{2019}\u{201c}\u{201d}".contains(c)
        })
        .map(|word| word.trim_end_matches(['.', ':', '!', '?']))
        .filter(|word| !word.is_empty())
}

fn thing(word: &str) -> Option<NamedThing> {
    if let Ok(arn) = Arn::parse(word) {
        return Some(of_arn(&arn));
    }
    let id = |prefix: &str| {
        word.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= 8 && rest.chars().all(|c| c.is_ascii_alphanumeric()))
    };
    let of = |what, command: String| {
        Some(NamedThing {
            look_at: Some(command),
            ..NamedThing::bare(what, word)
        })
    };
    if id("ami-") {
        return of(
            "Image",
            format!(
                "aws ec2 describe-images --image-ids {word} --query 'Images[].[OwnerId,ProductCodes,BlockDeviceMappings]'"
            ),
        );
    }
    if id("snap-") {
        return of(
            "Snapshot",
            format!(
                "aws ec2 describe-snapshots --snapshot-ids {word} --query 'Snapshots[].[OwnerId,Encrypted,KmsKeyId]'"
            ),
        );
    }
    if id("vol-") {
        return of(
            "Volume",
            format!(
                "aws ec2 describe-volumes --volume-ids {word} --query 'Volumes[].[Encrypted,KmsKeyId]'"
            ),
        );
    }
    if is_key_id(word) {
        return of("Key", format!("aws kms describe-key --key-id {word}"));
    }
    if regions::known().any(|region| region.as_str() == word) || is_other_partition(word) {
        return Some(NamedThing {
            region: Some(Region::new(word)),
            ..NamedThing::bare("Region", word)
        });
    }
    let account = AccountId::parse(word).ok()?;
    Some(NamedThing {
        account: Some(account),
        ..NamedThing::bare("Account", word)
    })
}

/// Regions outside the `aws` partition are known by the look of their names.
fn is_other_partition(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.len() >= 3
        && parts
            .last()
            .is_some_and(|last| last.len() == 1 && last.chars().all(|c| c.is_ascii_digit()))
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && regions::partition(&Region::new(word)) != "aws"
}

/// A UUID, or the id of a multi-Region key.
fn is_key_id(word: &str) -> bool {
    let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    (lengths == [8, 4, 4, 4, 12] && hex(&word.replace('-', "")))
        || word
            .strip_prefix("mrk-")
            .is_some_and(|rest| rest.len() == 32 && hex(rest))
}

fn of_arn(arn: &Arn) -> NamedThing {
    let region = arn.region();
    let flag = region
        .as_ref()
        .map(|region| format!(" --region {region}"))
        .unwrap_or_default();
    let name = arn.name();
    let kind = arn.resource().split(['/', ':']).next().unwrap_or_default();
    let (what, look_at) = match (arn.service(), kind) {
        ("kms", "key" | "alias") => (
            "Key",
            Some(format!(
                "aws kms get-key-policy{flag} --key-id {arn} --policy-name default --output text"
            )),
        ),
        ("iam", "role") => ("Role", Some(format!("aws iam get-role --role-name {name}"))),
        ("sts", "assumed-role") => {
            let role = arn.resource().split('/').nth(1).unwrap_or(name);
            (
                "Role, assumed",
                Some(format!("aws iam get-role --role-name {role}")),
            )
        }
        ("backup", "backup-vault") => (
            "Vault",
            Some(format!(
                "aws backup get-backup-vault-access-policy{flag} --backup-vault-name {name} --query Policy --output text"
            )),
        ),
        ("backup", "backup-plan") => (
            "Backup plan",
            Some(format!(
                "aws backup get-backup-plan{flag} --backup-plan-id {name}"
            )),
        ),
        ("backup", "recovery-point") => ("Recovery point", None),
        ("rds", "snapshot") => (
            "Snapshot",
            Some(format!(
                "aws rds describe-db-snapshots{flag} --db-snapshot-identifier {arn} --query 'DBSnapshots[].[Encrypted,KmsKeyId,OptionGroupName]'"
            )),
        ),
        ("rds", "cluster-snapshot") => (
            "Snapshot",
            Some(format!(
                "aws rds describe-db-cluster-snapshots{flag} --db-cluster-snapshot-identifier {arn} --query 'DBClusterSnapshots[].[StorageEncrypted,KmsKeyId]'"
            )),
        ),
        _ => ("Resource", None),
    };
    NamedThing {
        what,
        name: arn.to_string(),
        account: arn.account(),
        region,
        look_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(message: &str) -> Vec<(&'static str, String)> {
        all(message)
            .into_iter()
            .map(|thing| (thing.what, thing.name))
            .collect()
    }

    #[test]
    fn what_a_sentence_puts_around_a_name_is_not_of_it() {
        let arn = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";
        assert_eq!(
            names(&format!(
                "IAM Role {arn} may not: copy from us-west-2 to cn-north-1 (image 'ami-0abc12345'), see [{arn}]."
            )),
            [
                ("Role", arn.to_owned()),
                ("Region", "us-west-2".to_owned()),
                ("Region", "cn-north-1".to_owned()),
                ("Image", "ami-0abc12345".to_owned()),
            ]
        );
    }

    #[test]
    fn an_account_and_a_key_are_told_by_their_shape() {
        assert_eq!(
            names(
                "key 1234abcd-12ab-34cd-56ef-1234567890ab of 111122223333: 12 times, ami-launch, a-b-1"
            ),
            [
                ("Key", "1234abcd-12ab-34cd-56ef-1234567890ab".to_owned()),
                ("Account", "111122223333".to_owned()),
            ]
        );
    }

    #[test]
    fn an_assumed_role_leads_to_its_role() {
        let found =
            all("User: arn:aws:sts::111122223333:assumed-role/copier/session is not authorized");
        assert_eq!(
            found[0].look_at.as_deref(),
            Some("aws iam get-role --role-name copier")
        );
        assert_eq!(
            found[0].words(),
            format!("{}, of account 111122223333", found[0].name)
        );
    }
}
