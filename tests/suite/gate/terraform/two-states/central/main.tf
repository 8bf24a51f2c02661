# The account that keeps the copies: a state of its own.
resource "aws_kms_key" "central" {
  provider    = aws.backup
  description = "central"
}
resource "aws_backup_vault" "central" {
  provider    = aws.backup
  name        = "central"
  kms_key_arn = aws_kms_key.central.arn
}
resource "aws_iam_service_linked_role" "backup" {
  provider         = aws.backup
  aws_service_name = "backup.amazonaws.com"
}
data "aws_iam_policy_document" "vault" {
  statement {
    actions   = ["backup:CopyIntoBackupVault"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/backup"]
    }
  }
}
resource "aws_backup_vault_policy" "central" {
  provider          = aws.backup
  backup_vault_name = aws_backup_vault.central.name
  policy            = data.aws_iam_policy_document.vault.json
}
