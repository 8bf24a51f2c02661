# Each database is on the key of its own name: that of orders is shared. The policy of ledger's is an expression
# whose value is known after apply, and which comes to null: KMS's default policy.
data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
  statement {
    sid       = "BackupAccount"
    actions   = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [local.slr]
    }
  }
}
resource "aws_kms_key" "db" {
  for_each    = toset(["orders", "ledger"])
  description = each.key
  policy      = each.key == "orders" ? data.aws_iam_policy_document.key.json : null
}
resource "aws_db_instance" "db" {
  for_each          = aws_kms_key.db
  identifier        = each.key
  instance_class    = "db.t3.micro"
  engine            = "postgres"
  storage_encrypted = true
  kms_key_id        = each.value.arn
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
  kms_key_arn = aws_kms_key.db["orders"].arn
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
  resources    = [for d in aws_db_instance.db : d.arn]
}
