//! A resource on an AWS managed key, moved to a customer managed one: by the owning service's own commands.

use smol_str::{SmolStr, format_smolstr};

use super::RemedyKind;
use super::command::{from_here, option, region};
use super::draft::Draft;
use super::onwards::{Anew, Onwards};
use crate::inventory::{Copy, KindOf};
use crate::known::{Arn, Fact, HashMap};

/// The commands that make the new keys, each for all resources of its place: by the place, and whom they are shared with.
pub type Made = HashMap<(String, Vec<Arn>), SmolStr>;

/// Whom the new key of a resource is shared with, by the resource: all of its backups will be on it, wherever they are copied to.
#[derive(Default)]
pub struct Shared<'a>(HashMap<&'a Arn, Vec<&'a Arn>>);

impl<'a> Shared<'a> {
    /// What copies want of the keys of their backups.
    pub fn of(wanted: impl Iterator<Item = (&'a Copy, &'a Arn)>) -> Self {
        let mut all: HashMap<&Arn, Vec<&Arn>> = HashMap::default();
        for (copy, principal) in wanted {
            if let Fact::Known(Some(resource)) = &copy.resource {
                all.entry(resource).or_default().push(principal);
            }
        }
        for principals in all.values_mut() {
            principals.sort_unstable();
            principals.dedup();
        }
        Self(all)
    }

    fn with(&self, resource: &Arn) -> &[&'a Arn] {
        self.0.get(resource).map_or(&[], Vec::as_slice)
    }
}

/// The resource is encrypted anew. `None` where it is not known what it is.
pub fn draft(copy: &Copy, key: &Arn, shared: &Shared<'_>, made: &mut Made) -> Option<Draft> {
    if copy.copy_of.is_some() {
        // The backup has the key of the vault that it lies in, whatever the resource is encrypted with.
        return None;
    }
    let resource = copy.resource.as_ref().known()?.as_ref()?;
    let KindOf::Known(kind) = copy.route().kind else {
        return None;
    };
    let way = Anew::of(kind)?;
    let title = format!(
        "encrypt `{}` with a customer managed key: new snapshot, restored under a new name",
        resource.name()
    );
    let mut draft = Draft::new(RemedyKind::ReEncrypt, resource, title);
    draft.remedy.account = resource.account().or(key.account());
    let place = key.as_str().strip_suffix(key.resource());
    let with = shared.with(resource);
    let of = (
        place.unwrap_or_default().to_owned(),
        with.iter().map(|it| (*it).clone()).collect(),
    );
    let create = made
        .entry(of)
        .or_insert_with(|| create_key(key, with.iter().copied(), "re-encrypted backups"));
    draft.remedy.commands = vec![create.clone()];
    draft.remedy.onwards = Onwards::ReEncrypt {
        way,
        resource: resource.clone(),
    };
    Some(draft)
}

/// Makes a key in the account and Region of another, shared with principals, and keeps its ARN in `$KEY`.
pub fn create_key<'a>(
    like: &Arn,
    share_with: impl IntoIterator<Item = &'a Arn>,
    what: &str,
) -> SmolStr {
    let flag = region(like.region().as_ref());
    let policy = own_key_policy(like, share_with);
    format_smolstr!(
        "KEY=$(aws kms create-key{flag} {} --query KeyMetadata.Arn --output text --policy {}\n)",
        option("--description", what),
        from_here(&policy)
    )
}

/// The policy of a key of the account that an ARN names: the account itself may do everything, and these principals what
/// a copy out of it takes.
#[must_use]
pub fn own_key_policy<'a>(
    like: &Arn,
    share_with: impl IntoIterator<Item = &'a Arn>,
) -> serde_json::Value {
    let root = like
        .account()
        .map(|id| format!("arn:{}:iam::{id}:root", like.partition()));
    let policy = super::patch::add_statements(
        None,
        &root
            .map(|root| {
                serde_json::json!({
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": root},
                    "Action": "kms:*",
                    "Resource": "*",
                })
            })
            .into_iter()
            .collect::<Vec<_>>(),
    );
    let shares: Vec<_> = share_with
        .into_iter()
        .map(|principal| {
            let actions = vec![
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
            ];
            (principal.clone(), actions)
        })
        .collect();
    let statements = super::statement::of_key(Some(&policy), &shares);
    super::patch::add_statements(Some(&policy), &statements)
}
