//! `explain --message`: every status message, as failed jobs show it, leads to its checks.

use backup_preflight::catalog::explain;
use backup_preflight::catalog::messages::ALL;
use backup_preflight::checks::find;
use backup_preflight::inventory::Facts;
use backup_preflight::report::{Explained, Options, message_json, message_page};

use crate::scenarios::scenarios;
use crate::support::decided;
use crate::support::verdicts::read;

const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";
const PLAN: &str =
    "arn:aws:backup:us-east-1:111122223333:backup-plan:8f81f553-3a74-4a3f-b93d-b3360dc80c50";

/// The messages as they stand in consoles, tickets and posts, with real-looking names; each with its number.
#[rustfmt::skip]
fn seen() -> Vec<(&'static str, String)> {
    let all = [
        ("E1", "Copy job failed. Both source and destination account must be a member of the same organization."),
        ("E1", "Access denied: Copy job failed. Both source and destination account must be a member of the same organization"),
        ("E2", "Copy job failed. Cross-account copy feature is not enabled for the current organization."),
        ("E3", "Access Denied trying to call AWS Backup service"),
        ("E4", "Copy job failed because the destination Backup vault is encrypted with the default Backup service managed key. The contents of this vault cannot be copied. Only the contents of a Backup vault encrypted by an AWS KMS key may be copied."),
        ("E5", "Copy job from us-west-2 to us-east-1 cannot be initiated for RDS resources. Feature is not supported for provided resource type."),
        ("E5", "Copy job from eu-north-1 to eu-central-1 cannot be initiated for Aurora resources. Feature is not supported for provided resource type."),
        ("E5", "Feature is not supported for provided resource type."),
        ("E6", "Given key ID is not accessible"),
        ("E7", "AMI snapshot copy failed with error: Given key ID is not accessible. You must have DescribeKey permissions on the default key"),
        ("E7", "AMI snapshot copy failed with error: Given key ID is not accessible. You must have DescribeKey permissions on the default CMK"),
        ("E8", "The source snapshot KMS key [KEY] does not exist, is not enabled or you do not have permissions to access it."),
        ("E9", "KMS key is either disabled or pending deletion or access to KMS key is denied"),
        ("E10", "Given key ID does not exist"),
        ("E11", "Snapshots encrypted with the AWS managed key can't be shared. Specify another snapshot."),
        ("E11", "Snapshots encrypted with the AWS Managed CMK can't be shared"),
        ("E12", "Encrypted snapshots with Amazon EBS default key cannot be shared"),
        ("E12", "Encrypted snapshots with EBS default key cannot be shared"),
        ("E13", "Copy job failed. The retention specified in the job is not within the range specified for the target Backup Vault."),
        ("E14", "Backup job failed because the lifecycle is outside the valid range for backup vault."),
        ("E15", "There are too many copy jobs running for resource."),
        ("E16", "The snapshot requires a target option group with the following options: OEM, TDE."),
        ("E17", "Source AMI not found in Region"),
        ("E17", "Source AMI ami-0abcdef1234567890 not found in Region."),
        ("E18", "You do not have permission to access the storage of this ami."),
        ("E19", "Images from AWS Marketplace cannot be copied to another AWS account."),
        ("E20", "UnsupportedOperation : Storage Gateway backup copies require a user-created backup vault and key at destination."),
        ("E21", "We are unable to copy resource tags to your backup because of the Internal Failure."),
        ("E22", "We are unable to copy resource tags to your backup because source or destination recovery point is unavailable"),
        ("E23", "The resultant tag set must not have more than 50 user tags."),
        ("E23", "An error occurred: More than 50 tags specified"),
        ("E24", "Failed to unshare snapshot"),
        ("E25", "You are not authorized to perform this operation."),
        ("E26", "IAM role ROLE cannot be assumed by AWS Backup"),
        ("E27", "User does not have permission"),
        ("E27", "Access denied"),
        ("E27", "User: ROLE is not authorized to perform: ec2:CopySnapshot"),
        ("E27", "Missing permission ec2:CopyImage"),
        ("E28", "Something about the KMS key KEY"),
        ("E29", "Unsupported resource type: arn:aws:backup-gateway:us-east-1:111122223333:vm/vm-1"),
        ("E30", "Cannot find recovery point."),
        ("E30", "Could not find cryopod 12345."),
        ("E30", "Could not find resource arn:aws:rds:us-east-1:111122223333:db:orders"),
        ("E30", "Resource not found"),
        ("E30", "The volume is no longer available"),
        ("E30", "Backup vault does not exist"),
        ("E30", "The recovery point ARN is invalid"),
        ("E31", "Copy job encountered a fatal error."),
        ("E31", "Copy job encountered a fatal error. Please contact AWS Support for further assistance."),
        ("E31", "An internal error occurred."),
        ("E32", "Backup job completed successfully to the target backup vault. This resource type is not supported by logically air-gapped backup vault."),
        ("E33", "Backup job completed successfully to the target backup vault. This resource is encrypted with an AWS managed key and cannot be copied to a logically air-gapped backup vault."),
        ("E34", "Bucket photos-of-2026 already has continuous backup enabled for another vault Backup job failed."),
        ("E35", "User: arn:aws:sts::111122223333:assumed-role/admin/me is not authorized to perform: kms:CreateGrant on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"),
        ("E36", "Insufficient privileges to perform this action."),
        ("E37", "IAM Role ROLE does not have sufficient permissions to execute the backup."),
        ("E38", "MalformedPolicyDocumentException - Policy contains a statement with one or more invalid principals."),
        ("E38", "An error occurred (MalformedPolicyDocumentException) when calling the PutKeyPolicy operation: Policy contains a statement with one or more invalid principals."),
        ("E39", "Backup job failed because there was a running job for the same resource."),
        ("E40", "Maximum allowed in-progress snapshots for a single volume exceeded."),
        ("E40", "Maximum allowed active snapshot limit exceeded."),
        ("E40", "You have reached your quota of 50,000 for the number of public and private images allowed in this Region. Deregister unused images."),
        ("E41", "InvalidParameterValueException: Cross region backups are not supported"),
        ("E42", "Enabling continuous backup failed, because of the following error: PITR already configured in backup plan: [PLAN]"),
        ("E43", "An error occurred (KMSKeyNotAccessibleFault) when calling the CopyDBClusterSnapshot operation: The target KMS key [None] does not exist, is not enabled or you do not have permissions to access it."),
        ("E43", "KMSKeyNotAccessibleFault"),
        ("E44", "The specified policy cannot be added to the vault due to cross-account sharing restrictions. Amend the policy or the vault's settings, then retry request"),
        ("E28", "[KEY] does not exist"),
        ("E28", "KMS key KEY does not exist"),
        ("E31", "Backup job encountered a fatal error."),
        ("E40", "Image creation throttled due to maximum number of concurrent snapshots on an EBS volume."),
        ("E40", "Cannot create more than 20 user snapshots"),
        ("E40", "Subscriber limit exceeded: You have reached the maximum concurrent number of backups, which is 300. Wait until other jobs finish, and try again."),
        ("E40", "You have reached the maximum supported backups for your account/database. See Quotas in the Timestream developer guide for additional information."),
        ("E40", "A table can have at most 20 backups under way"),
        ("E45", "The target KMS key [KEY] does not exist, is not enabled or you do not have permissions to access it."),
        ("E45", "Specified KMS key [None] does not exist, is not enabled or you do not have permissions to access it"),
        ("E46", "The AWS Access Key Id needs a subscription for the service"),
        ("E47", "Token expired. Try again."),
        ("E48", "Customer credential miss permission to get bucket versioning for bucket."),
        ("E49", "An error occurred (ResourceLimitExceeded) when calling the CopySnapshot operation: Too many snapshot copies in progress. The limit is 20 for this destination region."),
        ("E50", "Backup job expired before completion."),
        ("E51", "Instance is not in state available"),
        ("E51", "DB cluster is not in the available state"),
        ("E51", "The file system is not in available state"),
        ("E51", "Cannot snapshot volume vol-0abcdef1234567890 with state error"),
        ("E52", "The specified volume was not found."),
        ("E52", "Table not found."),
        ("E52", "The virtual machine is not found."),
        ("E53", "Error in rule daily : Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays"),
        ("E63", "IncompatibleRegionForMultiAZ"),
        ("E64", "User: ROLE is not authorized to perform: backup:CopyIntoBackupVault on resource: arn:aws:backup:us-east-1:444455556666:backup-vault:dst with an explicit deny in a service control policy"),
        ("E64", "User: ROLE is not authorized to perform: kms:CreateGrant on resource: KEY with an explicit deny in a resource control policy"),
        ("E64", "User: ROLE is not authorized to perform: backup:CopyFromBackupVault on resource: KEY because no service control policy allows the backup:CopyFromBackupVault action"),
        ("E65", "User: ROLE is not authorized to perform: backup:CopyIntoBackupVault on resource: arn:aws:backup:us-east-1:444455556666:backup-vault:dst with an explicit deny in a permissions boundary"),
        ("E65", "User: ROLE is not authorized to perform: ec2:CopySnapshot because no permissions boundary allows the ec2:CopySnapshot action"),
        ("E66", "User: ROLE is not authorized to perform: ec2:CopySnapshot on resource: arn:aws:ec2:us-east-1::snapshot/snap-1 because no identity-based policy allows the ec2:CopySnapshot action"),
        ("E67", "User: ROLE is not authorized to perform: backup:CopyIntoBackupVault on resource: arn:aws:backup:us-east-1:444455556666:backup-vault:dst because no resource-based policy allows the backup:CopyIntoBackupVault action"),
        ("E68", "User: ROLE is not authorized to perform: kms:CreateGrant on resource: KEY because no resource-based policy allows the kms:CreateGrant action"),
        ("E69", "User: ROLE is not authorized to perform: sts:AssumeRole on resource: ROLE because no role trust policy allows the sts:AssumeRole action"),
        ("E64", "User: ROLE is not authorized to perform: kms:CreateGrant on resource: KEY because no resource control policy allows the kms:CreateGrant action"),
        ("E65", "User: ROLE is not authorized to perform: ec2:CopySnapshot on resource: arn:aws:ec2:us-east-1::snapshot/snap-1 with an explicit deny in a session policy"),
        ("E65", "User: ROLE is not authorized to perform: ec2:CopySnapshot on resource: arn:aws:ec2:us-east-1::snapshot/snap-1 because no session policy allows the ec2:CopySnapshot action"),
        ("E66", "User: ROLE is not authorized to perform: ec2:CopySnapshot on resource: arn:aws:ec2:us-east-1::snapshot/snap-1 with an explicit deny in an identity-based policy"),
        ("E67", "User: ROLE is not authorized to perform: backup:CopyFromBackupVault on resource: arn:aws:ec2:us-east-1::snapshot/snap-1 with an explicit deny in a resource-based policy"),
        ("E68", "User: ROLE is not authorized to perform: kms:CreateGrant on resource: KEY with an explicit deny in a resource-based policy"),
        ("E69", "User: ROLE is not authorized to perform: sts:AssumeRole on resource: ROLE with an explicit deny in the role trust policy"),
        ("E70", "IAM Role ROLE does not exist"),
        ("E71", "The role ROLE may not do tag:GetResources on *"),
        ("E72", "No objects were backed up from the source bucket orders. To get notified of these failures, enable SNS event notifications."),
        ("E73", "Periodic/snapshot backup for bucket orders has different backup options than the continuous backup. When using continuous backups along with snapshot backups for the same bucket, the snapshot will use the same settings for backing up ACLs and Object tags as the continuous backup."),
        ("E53", "DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays"),
        ("E54", "Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days"),
        ("E54", "DeleteAfterDays cannot be less than 1 or more than 36500 days"),
        ("E55", "Invalid lifecycle. MoveToColdStorageAfterDays is unavailable"),
        ("E55", "Error in rule daily : MoveToColdStorageAfterDays is unavailable"),
        ("E56", "Error in some rules due to : Invalid lifecycle. EBS Cold Tier is not yet supported."),
        ("E56", "EBS Cold Tier is not yet supported"),
        ("E57", "Error in rule daily : Invalid lifecycle."),
        ("E58", "Backup job could not start because it is either inside or too close to the weekly maintenance window configured in RDS instance."),
        ("E58", "Backup job could not start because it is either inside or too close to the automated backup window configured in RDS instance."),
        ("E59", "This operation is not valid for the specified hypervisor because it is not online"),
        ("E60", "CreateSnapshot method not supported on hypervisor during snapshot creation. Aborted backup job"),
        ("E61", "Windows VSS Backup attempt failed because of timeout on VSS enabled snapshot creation"),
        ("E62", "Your backup succeeded, but we were unable to persist NetworkInterfaces metadata as its size exceeded our internal limits."),
    ];
    all.into_iter()
        .map(|(id, text)| (id, text.replace("KEY", KEY).replace("ROLE", ROLE).replace("PLAN", PLAN)))
        .collect()
}

fn first(text: &str) -> Option<String> {
    let explained = Explained::of(text)?;
    explained
        .meanings
        .first()
        .map(|meaning| format!("{:?}", meaning.id))
}

#[test]
fn every_message_of_the_field_is_told_first_of_all() {
    for (id, text) in seen() {
        assert_eq!(first(&text).as_deref(), Some(id), "{text}");
    }
}

#[test]
fn case_spaces_quotes_and_what_stands_around_it_do_not_matter() {
    for (id, text) in seen() {
        for variation in [
            text.to_uppercase(),
            text.to_lowercase(),
            format!("  {}\n", text.replace(' ', "  \n ")),
            text.replace('\'', "\u{2019}"),
            text.trim_end_matches('.').to_owned(),
            format!("Copy job 7f2c-11 FAILED: \"{text}\" (11/22/2026)"),
            format!("{{\"StatusMessage\": \"{text}\", \"State\": \"FAILED\"}}"),
            format!("{{\\\"StatusMessage\\\": \\\"{text}\\\", \\\"State\\\": \\\"FAILED\\\"}}"),
            text.replace(' ', "\\n"),
            text.replace('\'', "\\u2019"),
            text.replace("eu-central-1:111122223333", "ap-southeast-4:999900001111"),
        ] {
            assert_eq!(first(&variation).as_deref(), Some(id), "{variation}");
        }
    }
}

#[test]
fn no_message_of_the_table_is_left_out_here() {
    let seen = seen();
    for message in ALL {
        let id = format!("{:?}", message.id);
        let ours: Vec<&str> = seen
            .iter()
            .filter(|(of, _)| *of == id)
            .map(|(_, text)| text.as_str())
            .collect();
        for text in message.texts {
            let wording = text.wording();
            let start = wording.split('{').next().unwrap().to_lowercase();
            let end = wording
                .rsplit('}')
                .next()
                .unwrap()
                .trim_end_matches('.')
                .to_lowercase();
            // E8 is quoted without its key in one place, which the unit tests of the catalog have.
            let bare_e8 = id == "E8" && !wording.contains('{');
            assert!(
                bare_e8
                    || ours.iter().any(|text| {
                        let text = text.to_lowercase();
                        text.contains(&start) && text.contains(&end)
                    }),
                "{id}: {wording}"
            );
        }
    }
}

#[test]
fn an_explanation_says_the_category_the_checks_the_names_and_the_page() {
    for (id, text) in seen() {
        let explained = Explained::of(&text).unwrap();
        let page = message_page(&explained, &Options::default());
        let meaning = &explained.meanings[0];
        for check in &meaning.checks {
            assert!(page.contains(check.id), "{id}: {page}");
        }
        if let Some(category) = meaning.category {
            assert!(page.contains(category.as_str()), "{id}: {page}");
        }
        assert!(page.contains(meaning.sources[0].url), "{id}: {page}");
        let json: serde_json::Value = serde_json::from_str(&message_json(&explained)).unwrap();
        assert_eq!(json["meanings"][0]["id"], id);
        assert_eq!(json["message"], text.trim());
    }
}

#[test]
fn the_names_in_a_message_lead_to_the_account_and_the_region_to_look_in() {
    let text = format!(
        "The source snapshot KMS key [{KEY}] does not exist, is not enabled or you do not have permissions to access it."
    );
    let explained = Explained::of(&text).unwrap();
    assert_eq!(explained.named.len(), 1);
    let key = &explained.named[0];
    assert_eq!((key.what, key.name.as_str()), ("Key", KEY));
    assert_eq!(key.account.unwrap().to_string(), "111122223333");
    assert_eq!(key.region.as_ref().unwrap().as_str(), "eu-central-1");

    let route = "Copy job from us-west-2 to us-east-1 cannot be initiated for RDS resources. Feature is not supported for provided resource type.";
    let explained = Explained::of(route).unwrap();
    let names: Vec<&str> = explained
        .named
        .iter()
        .map(|thing| thing.name.as_str())
        .collect();
    assert_eq!(names, ["us-west-2", "us-east-1"]);
}

#[test]
fn every_check_that_a_message_names_is_one_and_no_message_is_without_a_word() {
    for message in ALL {
        for id in message.checks {
            assert!(find(id).is_some(), "{:?} names `{id}`", message.id);
        }
        assert!(!message.cause.is_empty(), "{:?}", message.id);
    }
    let silent: Vec<_> = ALL
        .iter()
        .filter(|message| message.checks.is_empty())
        .collect();
    // What passes by itself, is of a backup job, or happens while the copy runs.
    let ids: Vec<_> = silent
        .iter()
        .map(|message| format!("{:?}", message.id))
        .collect();
    assert_eq!(
        ids,
        [
            "E18", "E31", "E39", "E40", "E42", "E46", "E47", "E50", "E59", "E60", "E61", "E62",
            "E73"
        ]
    );
}

/// A console, a ticket or a log shows the beginning of a message, and not always what stood around it.
#[test]
fn a_message_that_is_cut_off_is_about_what_it_began_with() {
    for (id, cut) in [
        ("E8", "The source snapshot KMS key [KEY] does not exist"),
        (
            "E8",
            "The source snapshot KMS key [KEY] does not exist, is not ena",
        ),
        (
            "E8",
            "The source snapshot KMS key [arn:aws:kms:eu-central-1:1111",
        ),
        ("E45", "The target KMS key [KEY] does not exist"),
        ("E45", "The target KMS key [None] does not"),
        ("E45", "Specified KMS key [KEY] does not exist"),
        ("E45", "Specified KMS key [None] does not exist, is not"),
        (
            "E4",
            "Copy job failed because the destination Backup vault is encrypted",
        ),
        (
            "E5",
            "Copy job from us-west-2 to us-east-1 cannot be initiated",
        ),
    ] {
        let cut = cut.replace("KEY", KEY);
        for shown in [
            cut.clone(),
            format!("{cut}..."),
            format!("{cut}\u{2026}"),
            format!("Copy job failed: {cut}"),
            format!("{{\"StatusMessage\": \"{cut}\", \"State\": \"FAILED\"}}"),
            format!("{{\\\"StatusMessage\\\": \\\"{cut}\\\", \\\"State\\\": \\\"FAILED\\\"}}"),
        ] {
            assert_eq!(first(&shown).as_deref(), Some(id), "{shown}");
        }
    }
}

/// The target's key is the destination's, and no message about a key sends people to look for a recovery point.
#[test]
fn a_key_is_said_where_a_key_is_meant() {
    for (text, check) in [
        (
            "The target KMS key [KEY] does not exist, is not enabled or you do not have permissions to access it.",
            "destination-key-refuses-backup",
        ),
        (
            "Specified KMS key [None] does not exist, is not enabled or you do not have permissions to access it.",
            "destination-key-refuses-backup",
        ),
        (
            "The source snapshot KMS key [KEY] does not exist, is not enabled or you do not have permissions to access it.",
            "source-key-not-shared",
        ),
        (
            "The source snapshot KMS key [KEY] does not exist",
            "source-key-not-shared",
        ),
        ("the key [KEY] does not exist", "source-key-not-shared"),
        ("KMS key is invalid", "source-key-not-shared"),
        ("Given key ID does not exist", "key-unusable"),
    ] {
        let explained = Explained::of(&text.replace("KEY", KEY)).unwrap();
        let checks: Vec<&str> = (explained.meanings.iter())
            .flat_map(|meaning| meaning.checks.iter().map(|check| check.id))
            .collect();
        assert_eq!(checks[0], check, "{text}");
        assert!(!checks.contains(&"recovery-point-missing"), "{text}");
    }
    let point = Explained::of("Cannot find recovery point encrypted with KMS key 1").unwrap();
    assert!(
        point
            .meanings
            .iter()
            .any(|meaning| meaning.checks[0].id == "recovery-point-missing")
    );
}

#[test]
fn a_foretold_message_leads_back_to_the_check_that_foretells_it() {
    let mut asked = 0;
    for scenario in scenarios() {
        let inventory = serde_json::from_slice(&scenario.inventory()).unwrap();
        let inventory = read(&inventory);
        for one in decided(&Facts::new(&inventory), &inventory) {
            for (check, outcome) in one.outcomes {
                let Some(text) = outcome.predicted.clone().and_then(|told| told.message) else {
                    continue;
                };
                let leads = explain(&text)
                    .iter()
                    .any(|one| one.checks.contains(&check.id));
                assert!(leads, "{}: {} foretells: {text}", scenario.name(), check.id);
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "only {asked} were foretold");
}
