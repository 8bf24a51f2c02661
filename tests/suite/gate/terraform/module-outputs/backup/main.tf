terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "plan_name" { type = string }
variable "vault_name" { type = string }
variable "key" {
  type    = string
  default = null
}
variable "role" {
  type    = string
  default = null
}
variable "rules" {
  type = list(object({
    name              = string
    target_vault_name = optional(string)
    schedule          = optional(string)
    lifecycle         = optional(object({ cold_storage_after = optional(number), delete_after = number }))
    copy_actions = optional(list(object({
      destination_vault_arn = string
      lifecycle             = optional(object({ cold_storage_after = optional(number), delete_after = number }))
    })), [])
  }))
}
variable "selections" {
  type    = any
  default = []
}
locals {
  selections = {
    for key, selection in try(
      tomap(var.selections),
      { for at, selection in try(tolist(var.selections), []) : tostring(coalesce(try(selection.name, null), at)) => selection }
    ) : key => selection
  }
}
resource "aws_backup_vault" "own" {
  name        = var.vault_name
  kms_key_arn = var.key
}
resource "aws_iam_role" "backup" {
  count              = var.role == null ? 1 : 0
  name               = "backup"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "backup.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
resource "aws_iam_role_policy_attachment" "backup" {
  for_each   = var.role == null ? { backup = "AWSBackupServiceRolePolicyForBackup" } : {}
  role       = aws_iam_role.backup[0].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${each.value}"
}
resource "aws_backup_plan" "plan" {
  name = var.plan_name
  dynamic "rule" {
    for_each = var.rules
    content {
      rule_name         = try(rule.value.name, null)
      target_vault_name = try(rule.value.target_vault_name, null) != null ? rule.value.target_vault_name : aws_backup_vault.own.name
      schedule          = try(rule.value.schedule, null)
      dynamic "lifecycle" {
        for_each = length(try(rule.value.lifecycle, {})) == 0 ? [] : [rule.value.lifecycle]
        content {
          cold_storage_after = try(lifecycle.value.cold_storage_after, 0)
          delete_after       = try(lifecycle.value.delete_after, 90)
        }
      }
      dynamic "copy_action" {
        for_each = try(rule.value.copy_actions, [])
        content {
          destination_vault_arn = try(copy_action.value.destination_vault_arn, null)
          dynamic "lifecycle" {
            for_each = length(try(copy_action.value.lifecycle, {})) == 0 ? [] : [copy_action.value.lifecycle]
            content {
              cold_storage_after = try(lifecycle.value.cold_storage_after, 0)
              delete_after       = try(lifecycle.value.delete_after, 90)
            }
          }
        }
      }
    }
  }
}
resource "aws_backup_selection" "each" {
  for_each      = local.selections
  iam_role_arn  = var.role == null ? aws_iam_role.backup[0].arn : var.role
  name          = each.key
  plan_id       = aws_backup_plan.plan.id
  resources     = try(each.value.resources, [])
  not_resources = try(each.value.not_resources, null)
  dynamic "selection_tag" {
    for_each = coalesce(try(each.value.selection_tags, null), [])
    content {
      type  = try(selection_tag.value.type, null)
      key   = try(selection_tag.value.key, null)
      value = try(selection_tag.value.value, null)
    }
  }
}
output "role" { value = var.role == null ? try(aws_iam_role.backup[0].arn, null) : var.role }
