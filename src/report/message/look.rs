//! What to look at where a check is the suspect, in a line.

/// What to look at, to follow `Look at`. Of a check that no message names: its page.
#[rustfmt::skip]
pub(super) fn at(check: &str) -> &'static str {
    match check {
        "accounts-in-different-organizations" => "the organization of both accounts: `aws organizations describe-organization`, once as each, and compare the ids.",
        "cross-account-backup-disabled"       => "the organization's switch: `aws backup describe-global-settings --region REGION` (isCrossAccountBackupEnabled), set in the management account.",
        "lifecycle-invalid"                   => "the days of the rule's Lifecycle and of its copy actions': DeleteAfterDays 1 to 36500, and at least 90 more than MoveToColdStorageAfterDays.",
        "quota-may-hold-copy-back"            => "the jobs that run: `aws backup list-copy-jobs --region REGION --by-state RUNNING`, and the quotas of AWS Backup and of the service.",
        "copy-route-unsupported"              => "what the resource type supports: `backup-preflight capabilities TYPE`.",
        "air-gapped-vault-unsupported"        => "what the resource type supports with a logically air-gapped vault: `backup-preflight capabilities TYPE`.",
        "air-gapped-primary-not-stored"       => "the rule's logically air-gapped target, the resource's type, and its key's KeyManager.",
        "air-gapped-source-not-copyable"      => "whose vault the recovery point lies in: a vault that was shared cannot be copied out of by those it is shared with.",
        "source-vault-missing"                => "the source vault's name and Region: `aws backup list-backup-vaults` in the source account.",
        "destination-vault-missing"           => "the destination vault's name and Region: `aws backup list-backup-vaults` in the destination account.",
        "destination-vault-is-default"        => "the destination vault's name: `Default` cannot take copies of other accounts that are on their resource's key.",
        "recovery-point-missing"              => "whether the recovery point is still there (`aws backup list-recovery-points-by-resource --resource-arn ARN`), and the state and the windows of the resource.",
        "recovery-point-not-complete"         => "the recovery point's Status: `aws backup describe-recovery-point`.",
        "storage-gateway-default-vault"       => "the destination vault's name, and its EncryptionKeyArn: it must be one you created, on a key of yours.",
        "retention-outside-vault-lock"        => "MinRetentionDays and MaxRetentionDays of the destination vault (`aws backup describe-backup-vault`), and the Lifecycle of the copy action. A copy that never expires is over any maximum.",
        "source-key-aws-managed"              => "KeyManager of the backup's key (`aws kms describe-key`): AWS means that no other account can ever use it. `aws/rds` and `aws/ebs` are such keys.",
        "destination-key-aws-managed"         => "EncryptionKeyArn of the destination vault, and that key's KeyManager: it must be CUSTOMER.",
        "key-unusable"                        => "KeyState of the backup's key and of the destination vault's (`aws kms describe-key`): it must be Enabled.",
        "service-linked-role-missing"         => "AWSServiceRoleForBackup in the destination account: `aws iam get-role --role-name AWSServiceRoleForBackup`.",
        "source-key-not-shared"               => "the policy of the backup's key, in the source account (`aws kms get-key-policy`): it must let AWSServiceRoleForBackup of the destination account do kms:DescribeKey and kms:CreateGrant.",
        "source-key-refuses-copy-role"        => "the policy of the backup's key, for a Deny that applies to the copy role.",
        "destination-key-refuses-backup"      => "the policy of the destination vault's key, in the destination account: it must let that account's own AWSServiceRoleForBackup in.",
        "air-gapped-key-not-shared"           => "the policy of the logically air-gapped vault's key, and the copy role's own permissions on it.",
        "vault-refuses-copy"                  => "the access policy of the destination vault, in the destination account (`aws backup get-backup-vault-access-policy`): it must let the copy role do backup:CopyIntoBackupVault, and organization ids in its conditions must be yours.",
        "source-vault-denies-copy"            => "the access policy of the source vault, for a Deny of backup:CopyFromBackupVault.",
        "copy-role-not-assumable"             => "whether the copy role exists, and its trust policy: it must let backup.amazonaws.com assume it (`aws iam get-role`).",
        "copy-role-lacks-permission"          => "the policies of the copy role, and its permissions boundary: AWSBackupServiceRolePolicyForBackup has what a copy takes (for S3, AWSBackupServiceRolePolicyForS3Backup too).",
        "organization-policy-denies-copy"     => "the service and resource control policies over the source account, for a Deny of backup:CopyIntoBackupVault, backup:CopyFromBackupVault or the kms calls.",
        "tag-policy-may-block"                => "the effective tag policy: `aws organizations describe-effective-policy --policy-type TAG_POLICY`.",
        "too-many-tags"                       => "how many tags the recovery point has, and how many the rule adds: fifty at most.",
        "option-group-not-portable"           => "the options of the database's option group that are persistent or permanent: `aws rds describe-option-groups`.",
        "encrypted-by-tde"                    => "TdeCredentialArn of the database, and TDE among the options of its option group.",
        "marketplace-image"                   => "ProductCodes of the image: `aws ec2 describe-images`.",
        "allowed-images-block-copy"           => "the Allowed AMIs setting of the destination account, in that Region: `aws ec2 get-allowed-images-settings`.",
        _                                     => "the check's page: `backup-preflight explain ID`.",
    }
}
