terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "create" { default = true }
variable "policy" {
  type    = string
  default = null
}
variable "others" {
  type    = list(string)
  default = []
}
variable "users" {
  type    = list(string)
  default = []
}
variable "statements" {
  type    = any
  default = {}
}
data "aws_caller_identity" "own" {
  count = var.create ? 1 : 0
}
locals {
  account = try(data.aws_caller_identity.own[0].account_id, "")
}
data "aws_iam_policy_document" "key" {
  count                   = var.create ? 1 : 0
  source_policy_documents = var.others
  statement {
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account}:root"]
    }
  }
  dynamic "statement" {
    for_each = length(var.users) > 0 ? [1] : []
    content {
      sid       = "Users"
      actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
      resources = ["*"]
      principals {
        type        = "AWS"
        identifiers = var.users
      }
    }
  }
  dynamic "statement" {
    for_each = var.statements
    content {
      sid       = try(statement.value.sid, null)
      effect    = try(statement.value.effect, null)
      actions   = try(statement.value.actions, null)
      resources = try(statement.value.resources, ["*"])
      principals {
        type        = "AWS"
        identifiers = [statement.value.principal]
      }
    }
  }
}
resource "aws_kms_key" "key" {
  count  = var.create ? 1 : 0
  policy = coalesce(var.policy, data.aws_iam_policy_document.key[0].json)
}
output "arn" { value = try(aws_kms_key.key[0].arn, null) }
