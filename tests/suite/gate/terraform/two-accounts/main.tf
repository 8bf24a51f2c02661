# Two accounts in one configuration: dynamic rules and actions, for_each over keys, a module with outputs, jsonencode of a variable.
# Its values are in the configuration alone: read with it, every copy is decided.
terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "bunker_account" { default = "444455556666" }
variable "copies" {
  default = { daily = { keep = 35 }, monthly = { keep = 365 } }
}
locals {
  bunker_slr = "arn:aws:iam::${var.bunker_account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
provider "aws" {
  alias  = "bunker"
  region = "eu-west-1"
  assume_role { role_arn = "arn:aws:iam::444455556666:role/terraform" }
}
data "aws_caller_identity" "here" {}
data "aws_iam_policy_document" "shared" {
  statement {
    sid       = "Root"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.here.account_id}:root"]
    }
  }
  statement {
    sid       = "Bunker"
    actions   = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [local.bunker_slr]
    }
  }
}
resource "aws_kms_key" "shared" {
  description = "shared"
  policy      = data.aws_iam_policy_document.shared.json
}
resource "aws_kms_key" "private" { description = "private" }
resource "aws_db_instance" "db" {
  for_each          = { orders = aws_kms_key.shared.arn, ledger = aws_kms_key.private.arn }
  identifier        = each.key
  instance_class    = "db.t3.micro"
  engine            = "postgres"
  storage_encrypted = true
  kms_key_id        = each.value
}
resource "aws_db_instance" "amk" {
  identifier        = "reports"
  instance_class    = "db.t3.micro"
  engine            = "postgres"
  storage_encrypted = true
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
  kms_key_arn = aws_kms_key.shared.arn
}
module "bunker" {
  source    = "./bunker"
  providers = { aws = aws.bunker }
  copy_role = aws_iam_role.backup.arn
}
resource "aws_backup_plan" "all" {
  name = "all"
  dynamic "rule" {
    for_each = var.copies
    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.local.name
      schedule          = "cron(0 5 * * ? *)"
      dynamic "copy_action" {
        for_each = module.bunker.vaults
        content {
          destination_vault_arn = copy_action.value
          lifecycle { delete_after = rule.value.keep }
        }
      }
    }
  }
}
resource "aws_backup_selection" "all" {
  name         = "all"
  plan_id      = aws_backup_plan.all.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = concat([for d in aws_db_instance.db : d.arn], [aws_db_instance.amk.arn])
}
