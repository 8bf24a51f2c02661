# Two databases by a module with for_each, each on a key of its own: one is shared, one is not.
module "database" {
  for_each = { orders = true, ledger = false }
  source   = "./database"
  name     = each.key
  shared   = each.value
  grantee  = local.slr
}
resource "aws_iam_role" "backup" {
  name               = "backup"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_role_policy_attachment" "backup" {
  role       = aws_iam_role.backup.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
}
resource "aws_backup_vault" "local" {
  name        = "local"
  kms_key_arn = module.database["orders"].key_arn
}
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
      identifiers = [aws_iam_role.backup.arn]
    }
  }
}
resource "aws_backup_vault_policy" "central" {
  provider          = aws.backup
  backup_vault_name = aws_backup_vault.central.name
  policy            = data.aws_iam_policy_document.vault.json
}
resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.local.name
    schedule          = "cron(0 5 * * ? *)"
    lifecycle { delete_after = 35 }
    copy_action {
      destination_vault_arn = aws_backup_vault.central.arn
      lifecycle { delete_after = 35 }
    }
  }
}
resource "aws_backup_selection" "orders" {
  name         = "orders"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [for database in module.database : database.arn]
}
