//! What a proven remedy leaves alone: whoever, whatever and wherever it is not about is let in, or kept out, as before.

use std::collections::BTreeSet;

use backup_preflight::catalog::actions::of_service;
use backup_preflight::inventory::{Facts, Policy};
use backup_preflight::known::Arn;
use backup_preflight::policy::{
    Context, Document, Entry, PolicyDecision, Principal, Request, Resource, Rest, decide_control,
    decide_identity, decide_resource,
};
use backup_preflight::remedy::{Remedy, RemedyKind};
use serde_json::Value;

use super::super::shape::OWN_ROLE;
use super::super::{World, always};
use crate::remedies::remedies_of;
use crate::support::estate::{CENTRAL, FROM, KEY, ORGANIZATION, ROLE, SLR, TO};
use crate::support::verdicts::read;

/// Who may ask: the roles and service-linked roles that copies name, others of the accounts, their roots, and strangers.
fn principals() -> Vec<String> {
    let stranger = "777788889999";
    let mut all = vec![
        ROLE.to_owned(),
        OWN_ROLE.to_owned(),
        format!("arn:aws:iam::{TO}:role/Copier"),
        format!("arn:aws:iam::{FROM}:user/somebody"),
        BACKUP.to_owned(),
    ];
    for account in [FROM, TO, stranger] {
        all.push(SLR.replace(TO, account));
        all.push(ROLE.replace(FROM, account));
        all.push(format!("arn:aws:iam::{account}:role/neighbour"));
        all.push(format!("arn:aws:iam::{account}:root"));
    }
    all.sort();
    all.dedup();
    all
}

/// What copies do to keys: the most that any of them needs.
const OF_KEYS: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];
/// Who assumes the copy role.
const BACKUP: &str = "backup.amazonaws.com";
const ASSUME: &str = "sts:AssumeRole";
const INTO: &str = "backup:CopyIntoBackupVault";
const OUT: &str = "backup:CopyFromBackupVault";

/// What the remedy's copies need: their roles, the roles of AWS Backup, where they go, and their keys.
struct Needed {
    principals: BTreeSet<String>,
    targets: BTreeSet<String>,
}

impl Needed {
    fn of(remedy: &Remedy, inventory: &Value) -> Self {
        let mut needed = Self {
            principals: BTreeSet::new(),
            targets: BTreeSet::new(),
        };
        let copies = inventory["copies"].as_array().unwrap().iter();
        for copy in copies.filter(|copy| remedy.copies.iter().any(|id| copy["id"] == **id)) {
            let target = copy["destination_vault"].as_str().unwrap();
            needed.targets.insert(target.to_owned());
            needed
                .principals
                .extend(copy["role"].as_str().map(str::to_owned));
            // A vault in between is the source account's.
            for account in [target.split(':').nth(4).unwrap(), FROM] {
                needed.principals.insert(SLR.replace(TO, account));
            }
        }
        needed
    }
}

/// One request, with all that tells whether it is one of those that a copy makes.
struct Asked<'a> {
    who: &'a str,
    action: &'a str,
    resource: &'a str,
    target: Option<&'a str>,
    /// Whether a grant is for a service of AWS.
    for_aws: bool,
    context: Context,
}

impl Asked<'_> {
    fn request(&self) -> Request {
        let mut context = self.context.clone();
        if let Some(target) = self.target {
            context = context.with("backup:CopyTargets", Entry::Many(vec![target.into()]));
        }
        context = match self.who.split(':').nth(4) {
            Some(account) => context
                .with("aws:PrincipalArn", Entry::One(self.who.into()))
                .with("aws:PrincipalAccount", Entry::One(account.into()))
                .with("kms:CallerAccount", Entry::One(account.into())),
            None => context
                .with("aws:PrincipalIsAWSService", Entry::One("true".into()))
                .with("aws:SourceAccount", Entry::One(FROM.into()))
                .with("aws:PrincipalOrgID", Entry::Absent)
                .with("aws:PrincipalOrgPaths", Entry::Absent),
        };
        if self.action == "kms:CreateGrant" {
            let for_aws = if self.for_aws { "true" } else { "false" };
            context = context.with("kms:GrantIsForAWSResource", Entry::One(for_aws.into()));
        }
        Request::new(
            Principal::parse(self.who).unwrap(),
            self.action,
            Resource::exact(self.resource),
            context,
        )
    }

    /// Whether a copy of the remedy's may make it, as far as the policy of this subject is asked.
    fn is_needed(&self, kind: RemedyKind, subject: &str, needed: &Needed) -> bool {
        if self.who == BACKUP {
            return self.action == ASSUME && needed.principals.contains(self.resource);
        }
        if self.action == "kms:CreateGrant" && !self.for_aws {
            return false;
        }
        let own = needed.principals.contains(self.who);
        let goes = |target: &str| needed.targets.contains(target);
        own && match (kind, self.action) {
            (RemedyKind::KeyPolicy, action) => OF_KEYS.contains(&action),
            (_, OUT) => self.target.is_some_and(goes),
            (RemedyKind::VaultPolicy, INTO) => goes(subject),
            (RemedyKind::VaultPolicy, _) => false,
            (_, INTO) => goes(self.resource),
            (_, action) if action.starts_with("kms:") => {
                OF_KEYS.contains(&action) && !self.resource.ends_with(OTHER_KEY)
            }
            (_, action) => !self.resource.contains("neighbour") && OF_SERVICES.contains(&action),
        }
    }
}

/// A key, and vaults, that no copy touches.
const OTHER_KEY: &str = "key/neighbour";
const OTHER_VAULTS: &[&str] = &[
    "arn:aws:backup:us-east-2:444455556666:backup-vault:neighbour",
    "arn:aws:backup:us-east-2:111122223333:backup-vault:neighbour",
    "arn:aws:backup:us-east-2:777788889999:backup-vault:neighbour",
    "arn:aws:backup:eu-west-1:777788889999:backup-vault:central",
];
/// The calls of the owning services that copies make, and some that none makes.
const OF_SERVICES: &[&str] = &[
    "rds:CopyDBSnapshot",
    "rds:ModifyDBSnapshotAttribute",
    "rds:CopyDBClusterSnapshot",
    "rds:ModifyDBClusterSnapshotAttribute",
    "ec2:CopySnapshot",
    "ec2:ModifySnapshotAttribute",
    "ec2:CopyImage",
    "ec2:ModifyImageAttribute",
    "fsx:CopyBackup",
    "fsx:ManageBackupPrincipalAssociations",
];
const BEYOND: &[&str] = &[
    "rds:DeleteDBSnapshot",
    "ec2:DeleteSnapshot",
    "ec2:RunInstances",
    "fsx:DeleteBackup",
    "s3:GetObject",
    "iam:PassRole",
    "sts:AssumeRole",
];

fn contexts() -> [Context; 2] {
    let context = |organization: Option<&str>, service: &str| {
        let organization = organization.map_or(Entry::Absent, |id| Entry::One(id.into()));
        let paths = format!("{ORGANIZATION}/r-ab12/ou-ab12-11112222/");
        Context::new(Rest::Absent)
            .with("aws:PrincipalOrgID", organization.clone())
            .with("aws:ResourceOrgID", organization)
            .with("aws:PrincipalOrgPaths", Entry::Many(vec![paths.into()]))
            .with("aws:RequestedRegion", Entry::One("us-east-2".into()))
            .with("aws:ResourceAccount", Entry::One(FROM.into()))
            .with("aws:PrincipalIsAWSService", Entry::One("false".into()))
            .with("kms:ViaService", Entry::One(service.into()))
    };
    [
        context(Some(ORGANIZATION), "rds.us-east-2.amazonaws.com"),
        context(None, "ec2.eu-west-1.amazonaws.com"),
    ]
}

/// What one party says, in a word.
fn word(side: &PolicyDecision) -> &'static str {
    match side {
        PolicyDecision::Allowed { .. } => "allowed",
        PolicyDecision::Denied { .. } => "denied",
        PolicyDecision::NotAllowed { .. } => "not allowed",
        PolicyDecision::Unknown { .. } => "unknown",
    }
}

/// The documents that a remedy changes, before and after. `None` where it changes none.
struct Change {
    before: Vec<Policy>,
    after: Vec<Policy>,
}

impl Change {
    fn of(remedy: &Remedy, inventory: &Value) -> Option<Self> {
        let policy = |value: &Value| Policy::from_value(value).unwrap();
        let after = &remedy.policy_after()?;
        let before: Vec<Policy> = remedy
            .policy_before()
            .as_ref()
            .into_iter()
            .map(policy)
            .collect();
        match remedy.kind {
            RemedyKind::RolePolicy => {
                let inventory = read(inventory);
                let facts = Facts::new(&inventory);
                let role = Arn::parse(&remedy.subject).unwrap();
                let own = facts.role_policies(&role).known().flatten()?.identity;
                let before: Vec<Policy> = own
                    .into_iter()
                    .filter_map(|policy| policy.policy.known())
                    .collect();
                let after = before.iter().cloned().chain([policy(after)]).collect();
                Some(Self { before, after })
            }
            RemedyKind::TrustPolicy => None,
            _ => Some(Self {
                before,
                after: vec![policy(after)],
            }),
        }
    }

    fn say(kind: RemedyKind, policies: &[Policy], request: &Request) -> &'static str {
        let documents: Vec<&Document> = policies.iter().map(Policy::document).collect();
        word(&match kind {
            RemedyKind::RolePolicy => decide_identity(request, &documents, None),
            RemedyKind::ServiceControlPolicy => decide_control(request, &[documents], &[]),
            RemedyKind::ResourceControlPolicy => decide_control(request, &[], &[documents]),
            _ => decide_resource(request, documents.first().copied()),
        })
    }
}

/// What is done to which things: to the subject of a policy on one thing, else to those of copies and to others.
fn questions(remedy: &Remedy) -> Vec<(&'static str, String, Option<String>)> {
    let mut all = Vec::new();
    let targets = OTHER_VAULTS.iter().copied().chain([CENTRAL]);
    let targets: Vec<&str> = targets.collect();
    let of_kind = |service: &str| of_service(service).unwrap().iter().copied();
    let point = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1";
    let subject = &remedy.subject;
    let is_key = remedy.kind == RemedyKind::KeyPolicy;
    let is_vault = remedy.kind == RemedyKind::VaultPolicy;
    let is_wide = !is_key && !is_vault;
    if is_key {
        all.extend(of_kind("kms").map(|action| (action, subject.clone(), None)));
    }
    if is_wide {
        let other = KEY.replace(KEY.rsplit(':').next().unwrap(), OTHER_KEY);
        for key in [KEY, other.as_str()] {
            all.extend(of_kind("kms").map(|action| (action, key.to_owned(), None)));
        }
        for action in OF_SERVICES.iter().chain(BEYOND) {
            let resource = if action.starts_with("ec2:") {
                "arn:aws:ec2:us-east-2::snapshot/snap-1"
            } else {
                point
            };
            all.push((action, resource.to_owned(), None));
        }
        for role in [
            ROLE.to_owned(),
            ROLE.replace("AWSBackupDefaultServiceRole", "neighbour"),
        ] {
            all.push((ASSUME, role, None));
        }
    }
    if is_vault || is_wide {
        for action in of_kind("backup") {
            match action {
                OUT => all.extend(
                    targets
                        .iter()
                        .map(|target| (action, point.to_owned(), Some((*target).to_owned()))),
                ),
                _ if is_vault => all.push((action, subject.clone(), None)),
                _ => all.extend(
                    targets
                        .iter()
                        .map(|vault| (action, (*vault).to_owned(), None)),
                ),
            }
        }
    }
    all
}

/// Why a remedy does more than it must, if one does.
fn does_more(world: &World) -> Option<String> {
    let inventory = world.read();
    for remedy in remedies_of(&inventory) {
        if remedy.proven != Some(true) {
            continue;
        }
        let Some(change) = Change::of(&remedy, &inventory) else {
            continue;
        };
        let needed = Needed::of(&remedy, &inventory);
        let all = principals();
        let who: Vec<&str> = match remedy.kind {
            RemedyKind::RolePolicy => vec![remedy.subject.as_str()],
            _ => all.iter().map(String::as_str).collect(),
        };
        for (action, resource, target) in questions(&remedy) {
            for who in &who {
                let grants = [true, false].into_iter();
                let grants = grants.filter(|for_aws| *for_aws || action == "kms:CreateGrant");
                let contexts = contexts();
                let all = grants
                    .flat_map(|for_aws| contexts.iter().map(move |context| (for_aws, context)));
                for (for_aws, context) in all {
                    let asked = Asked {
                        who,
                        action,
                        resource: &resource,
                        target: target.as_deref(),
                        for_aws,
                        context: context.clone(),
                    };
                    let request = asked.request();
                    let was = Change::say(remedy.kind, &change.before, &request);
                    let is = Change::say(remedy.kind, &change.after, &request);
                    let may_change = asked.is_needed(remedy.kind, &remedy.subject, &needed)
                        && (was != "allowed" || is == "allowed");
                    if was != is && !may_change {
                        return Some(format!(
                            "{}: {who} {action} {resource} to {target:?} was {was} and is {is}:\n{:#?}\n{:#?}",
                            remedy.title, remedy.before, remedy.after
                        ));
                    }
                }
            }
        }
    }
    None
}

#[test]
fn a_proven_remedy_leaves_everybody_and_everything_else_as_it_was() {
    always(40, does_more);
}
