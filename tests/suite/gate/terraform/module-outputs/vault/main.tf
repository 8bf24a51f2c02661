terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "name" { type = string }
variable "key" { type = string }
variable "copiers" { type = list(string) }
resource "aws_backup_vault" "vault" {
  name        = var.name
  kms_key_arn = var.key
}
resource "aws_backup_vault_policy" "vault" {
  backup_vault_name = aws_backup_vault.vault.name
  policy            = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { AWS = var.copiers }, Action = "backup:CopyIntoBackupVault", Resource = "*" }] })
}
output "arn" { value = aws_backup_vault.vault.arn }
