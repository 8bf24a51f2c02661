//! The pages that the catalog quotes, and the state of them that was read.

use schemars::JsonSchema;
use serde::Serialize;

/// A page that says what a row of the catalog says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Cite {
    /// What the page is called.
    pub title: &'static str,
    /// Its address.
    pub url: &'static str,
    /// The state of the page that was read: the day of the newest change it had then, as `2026-09-24`.
    pub as_of: &'static str,
}

/// The newest entry of AWS Backup's document history when the pages were read.
pub const AS_OF: &str = "2026-09-24";

const fn cite(title: &'static str, url: &'static str) -> Cite {
    Cite {
        title,
        url,
        as_of: AS_OF,
    }
}

macro_rules! cites {
    ($($(#[doc = $doc:literal])* $name:ident = $title:literal, $url:expr;)*) => {
        $($(#[doc = $doc])* pub const $name: Cite = cite($title, $url);)*

        /// Every page that the catalog quotes.
        pub const ALL: &[Cite] = &[$($name),*];
    };
}

macro_rules! guide {
    ($page:literal) => {
        concat!(
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/",
            $page,
            ".html"
        )
    };
}

macro_rules! api {
    ($page:literal) => {
        concat!(
            "https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_",
            $page,
            ".html"
        )
    };
}

macro_rules! managed_policy {
    ($name:literal) => {
        concat!(
            "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/",
            $name,
            ".html"
        )
    };
}

cites! {
    /// Which resource type supports what, and in which Region.
    FEATURES = "Feature availability", guide!("backup-feature-availability");
    /// Which key encrypts a backup and its copies.
    ENCRYPTION = "Encryption for backups in AWS Backup", guide!("encryption");
    /// Copies to another account.
    CROSS_ACCOUNT = "Creating backup copies across AWS accounts", guide!("create-cross-account-backup");
    /// Copies to another Region.
    CROSS_REGION = "Creating backup copies across AWS Regions", guide!("cross-region-backup");
    /// Copies in general.
    COPY = "Copying a backup", guide!("recov-point-create-a-copy");
    /// Logically air-gapped vaults.
    LAGV = "Logically air-gapped vault", guide!("logicallyairgappedvault");
    /// Backups whose first home is a logically air-gapped vault.
    LAGV_PRIMARY = "Primary backup to a logically air-gapped vault", guide!("lag-vault-primary-backup");
    /// Multi-party approval.
    MPA = "Multi-party approval for logically air-gapped vaults", guide!("multipartyapproval");
    /// Quotas.
    QUOTAS = "AWS Backup quotas", guide!("aws-backup-limits");
    /// What changed when.
    HISTORY = "Document history for AWS Backup", guide!("doc-history");
    /// Troubleshooting.
    TROUBLESHOOTING = "Troubleshooting AWS Backup", guide!("troubleshooting");
    /// Vault Lock.
    VAULT_LOCK = "AWS Backup Vault Lock", guide!("vault-lock");
    /// Vault access policies.
    VAULT_POLICY = "Vault access policies", guide!("create-a-vault-access-policy");
    /// Actions, resources and recovery point ARNs.
    ACCESS_CONTROL = "Access control", guide!("access-control");
    /// The tags that go along.
    TAGS = "Copy tags onto backups", guide!("tags-on-backups");
    /// Continuous backups.
    PITR = "Continuous backups and point-in-time recovery", guide!("point-in-time-recovery");
    /// Copies of continuous backups.
    PITR_COPY = "Copying continuous backups", guide!("point-in-time-recovery-copying");
    /// DynamoDB with AWS Backup's advanced features.
    DYNAMODB = "Advanced DynamoDB backup", guide!("advanced-ddb-backup");
    /// RDS and Aurora.
    RDS = "Amazon Relational Database Service backups", guide!("rds-backup");
    /// What a resource must be like to be backed up.
    CREATING_A_BACKUP = "Backup creation by resource type", guide!("creating-a-backup");
    /// EKS.
    EKS = "Amazon Elastic Kubernetes Service backups", guide!("eks-backups");
    /// CloudFormation stacks.
    CLOUDFORMATION = "AWS CloudFormation stack backups", guide!("applicationstackbackups");
    /// S3.
    S3 = "Amazon S3 backups", guide!("s3-backups");
    /// Switching cross-account backup on.
    MANAGE_CROSS_ACCOUNT = "Managing AWS Backup resources across multiple AWS accounts", guide!("manage-cross-account");
    /// The status messages, and the category that AWS files each under.
    DASHBOARDS = "AWS Backup dashboards", guide!("backup-dashboards");
    /// Vaults, and when their key is set.
    CREATE_VAULT = "Backup vault creation and deletion", guide!("create-a-vault");
    /// When the backups of a rule start, and what keeps them from it.
    PLAN_OPTIONS = "Backup plan options and configuration", guide!("plan-options-and-configuration");
    /// Which resources a plan takes.
    ASSIGN = "Select AWS services to backup", guide!("assigning-resources");
    /// Selections as JSON: patterns, tags, conditions, and when the opt-in settings count.
    ASSIGN_JSON = "Assign resources with AWS CLI", guide!("assigning-resources-json");
    /// How AWS Backup works with each service: EFS's own vault among them.
    SERVICES = "How AWS Backup works with supported AWS services", guide!("working-with-supported-services");
    /// SAP HANA.
    SAP_HANA = "SAP HANA backup on Amazon EC2", guide!("backup-saphana");
    /// `DescribeRecoveryPoint`.
    API_RECOVERY_POINT = "DescribeRecoveryPoint", api!("DescribeRecoveryPoint");
    /// `DescribeBackupVault`.
    API_VAULT = "DescribeBackupVault", api!("DescribeBackupVault");
    /// `CopyJob`.
    API_COPY_JOB = "CopyJob", api!("CopyJob");
    /// A rule of a backup plan: its schedule and its windows.
    BACKUP_RULE = "BackupRule", api!("BackupRule");
    /// The copy jobs that there were.
    COPY_JOBS = "ListCopyJobs", api!("ListCopyJobs");
    /// Cron expressions.
    CRON = "Cron expressions reference", "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html";
    /// `StartCopyJob`.
    API_START_COPY_JOB = "StartCopyJob", api!("StartCopyJob");
    /// `Lifecycle`.
    API_LIFECYCLE = "Lifecycle", api!("Lifecycle");
    /// `DescribeGlobalSettings`.
    API_GLOBAL_SETTINGS = "DescribeGlobalSettings", api!("DescribeGlobalSettings");
    /// The policy of AWS Backup's default role for backups and copies.
    ROLE_POLICY = "AWSBackupServiceRolePolicyForBackup", managed_policy!("AWSBackupServiceRolePolicyForBackup");
    /// The statements of that policy that a role for backups of one type starts with.
    ROLE_STATEMENTS = "Managed policies for AWS Backup", guide!("security-iam-awsmanpol");
    /// The policy that a role needs for restores.
    RESTORE_POLICY = "AWSBackupServiceRolePolicyForRestores", managed_policy!("AWSBackupServiceRolePolicyForRestores");
    /// Restores.
    RESTORING = "Restore a backup", guide!("restoring-a-backup");
    /// The policy that a role needs for S3 besides.
    S3_ROLE_POLICY = "AWSBackupServiceRolePolicyForS3Backup", managed_policy!("AWSBackupServiceRolePolicyForS3Backup");
    /// The policy of AWS Backup's service-linked role.
    SLR_POLICY = "AWSBackupServiceLinkedRolePolicyForBackup", managed_policy!("AWSBackupServiceLinkedRolePolicyForBackup");
    /// Service control policies.
    SCP = "Service control policies (SCPs)", "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html";
    /// Resource control policies.
    RCP = "Resource control policies (RCPs)", "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html";
    /// Actions, resources and condition keys of AWS Backup.
    ACTIONS = "Actions, resources, and condition keys for AWS Backup", "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html";
    /// What a KMS key can do in each of its states.
    KEY_STATES = "Key states of AWS KMS keys", "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html";
    /// Which Regions an account has.
    REGIONS = "Specify which AWS Regions your account can use", "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html";
    /// Sharing the key of an EBS snapshot.
    EBS_SHARE = "Share the KMS key used to encrypt a shared Amazon EBS snapshot", "https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html";
    /// Copying an EBS snapshot.
    EBS_COPY = "Copy an Amazon EBS snapshot", "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html";
    /// Which snapshots a policy on `ec2:CopySnapshot` is asked about.
    EBS_COPY_PERMISSIONS = "Enhancing resource-level permissions for copying Amazon EBS snapshots", "https://aws.amazon.com/blogs/storage/enhancing-resource-level-permissions-for-copying-amazon-ebs-snapshots";
    /// Which images and snapshots a policy on `ec2:CopyImage` is asked about.
    EC2_COPY_PERMISSIONS = "Grant permissions to copy Amazon EC2 AMIs", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/copy-ami-permissions.html";
    /// Which snapshots a policy on `rds:CopyDBSnapshot` is asked about.
    RDS_ACTIONS = "Actions, resources, and condition keys for Amazon RDS", "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html";
    /// Sharing an encrypted RDS snapshot.
    RDS_SHARE = "Sharing encrypted snapshots for Amazon RDS", "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/share-encrypted-snapshot.html";
    /// What RDS wants to be told for a copy of a snapshot.
    RDS_API_COPY = "CopyDBSnapshot", "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html";
    /// Copying an RDS snapshot.
    RDS_COPY = "Copying a DB snapshot for Amazon RDS", "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html";
    /// AWS's knowledge center on cross-account copies.
    KC_CROSS_ACCOUNT = "How do I troubleshoot cross-account copy issues in AWS Backup?", "https://repost.aws/knowledge-center/backup-troubleshoot-cross-account-copy";
    /// AWS's knowledge center on the keys of cross-account copies.
    KC_KEY = "Why did my AWS Backup cross-account copy fail with a KMS key error?", "https://repost.aws/knowledge-center/backup-cross-account-copy-error";
    /// AWS's knowledge center on EFS's own vault, which takes and gives no copies.
    KC_EFS_VAULT = "How do I resolve insufficient privileges errors for Amazon EFS backups in AWS Backup?", "https://repost.aws/knowledge-center/backup-insufficient-privileges-efs";
    /// What of Amazon FSx for Lustre is not copied.
    FSX_LUSTRE_COPY = "Copying backups, FSx for Lustre", "https://docs.aws.amazon.com/fsx/latest/LustreGuide/copy-backups.html";
    /// How Amazon FSx copies a backup, and what it answers where it does not.
    FSX_COPY_BACKUP = "CopyBackup, Amazon FSx API", "https://docs.aws.amazon.com/fsx/latest/APIReference/API_CopyBackup.html";
    /// Of which file systems Amazon FSx makes no backups.
    FSX_CREATE_BACKUP = "CreateBackup, Amazon FSx API", "https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateBackup.html";
    /// Where Amazon FSx for Windows File Server copies a backup.
    FSX_WINDOWS_COPY = "Protecting your data with backups, FSx for Windows File Server", "https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html";
    /// Of which volumes no backups are made.
    FSX_ONTAP_BACKUPS = "Protecting your data with volume backups, FSx for ONTAP", "https://docs.aws.amazon.com/fsx/latest/ONTAPGuide/using-backups.html";
    /// What of Amazon FSx for OpenZFS is not copied.
    FSX_OPENZFS_COPY = "Copying backups, FSx for OpenZFS", "https://docs.aws.amazon.com/fsx/latest/OpenZFSGuide/copy-backups.html";
    /// What of Amazon FSx for NetApp ONTAP is not copied.
    FSX_ONTAP_COPY = "Copying backups, FSx for ONTAP", "https://docs.aws.amazon.com/fsx/latest/ONTAPGuide/copy-backups.html";
    /// What of RDS Custom for SQL Server is not copied.
    RDS_CUSTOM_COPY = "Copying an Amazon RDS Custom for SQL Server DB snapshot", "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/custom-copying-snapshot-sqlserver.html";
    /// Read replicas of SQL Server, of which RDS makes no snapshots.
    SQL_SERVER_REPLICAS = "Working with read replicas for Microsoft SQL Server in Amazon RDS", "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.ReadReplicas.html";
    /// Aurora PostgreSQL Limitless Database, which AWS Backup does not back up.
    LIMITLESS = "Aurora PostgreSQL Limitless Database requirements and considerations", "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/limitless-reqs-limits.html";
    /// Sharing an RDS snapshot, and what its option group needs.
    RDS_SHARE_OPTIONS = "Sharing a DB snapshot for Amazon RDS", "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html";
    /// Copying an Aurora cluster snapshot.
    AURORA_COPY = "Copying a DB cluster snapshot", "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-copy-snapshot.html";
    /// Which key an Aurora cluster is encrypted with.
    AURORA_ENCRYPTION = "Encrypting Amazon Aurora resources", "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html";
    /// Which Regions have which AWS service.
    ENDPOINTS = "Service endpoints and quotas", "https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html";
    /// AWS's knowledge center on access denied.
    KC_ACCESS_DENIED = "How do I resolve access denied errors in AWS Backup?", "https://repost.aws/knowledge-center/backup-resolve-access-denied-error";
    /// How IAM words a denial: by which kind of policy, and whether by a Deny or by silence.
    ACCESS_DENIED = "Troubleshoot access denied error messages", "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html";
    /// Backup policies of an organization.
    BACKUP_POLICY = "Backup policy syntax and examples", "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html";
    /// A selection with resources and tags that took either.
    FIELD_SELECTION = "terraform-provider-aws issue 41274", "https://github.com/hashicorp/terraform-provider-aws/issues/41274";
    /// A field report on cross-account and cross-Region copies, with CloudTrail's evidence.
    FIELD_TECRACER = "Automating cross-account / cross-region backups with AWS Backup in AWS Organizations", "https://www.tecracer.com/blog/2024/04/automating-cross-account-/-cross-region-backups-with-aws-backup-in-aws-organizations.html";
    /// A copy that failed as the destination's Region lacks the engine's version.
    FIELD_ENGINE_VERSION = "A copy of Aurora to a Region that lacks its engine version", "https://dev.classmethod.jp/articles/tsnote-aws-backup-nonsupported-db-engine-version/";
    /// What AWS wrote to accounts whose roles may not tag.
    FIELD_TAG_RESOURCE = "Panfactum stack issue 291, which quotes AWS's notice on backup:TagResource", "https://github.com/Panfactum/stack/issues/291";
    /// Backups of tables that failed for want of rights.
    FIELD_TABLE_TAGS = "aws-cf-templates pull request 633, which quotes messages of backup jobs of tables", "https://github.com/widdix/aws-cf-templates/pull/633";
    /// Key error of the RDS snapshot tools.
    FIELD_RDS_SNAPSHOT_TOOL = "rds-snapshot-tool issue 70", "https://github.com/awslabs/rds-snapshot-tool/issues/70";
    /// A vault policy that AWS refused.
    FIELD_AWS_NUKE = "aws-nuke issue 1150", "https://github.com/rebuy-de/aws-nuke/issues/1150";
    /// Known issues of a Terraform module for AWS Backup.
    FIELD_TERRAFORM_MODULE = "terraform-aws-backup known issues", "https://github.com/lgallard/terraform-aws-backup/blob/master/KNOWN_ISSUES.md";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_cited_once_by_a_secure_address_and_has_its_day() {
        let mut urls: Vec<_> = ALL.iter().map(|cite| cite.url).collect();
        urls.sort_unstable();
        let before = urls.len();
        urls.dedup();
        assert_eq!(urls.len(), before);
        for cite in ALL {
            assert!(cite.url.starts_with("https://"), "{}", cite.url);
            assert_eq!(cite.as_of.len(), 10, "{}", cite.title);
        }
    }
}
