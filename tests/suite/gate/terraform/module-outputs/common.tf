terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
provider "aws" {
  alias  = "backup"
  region = "eu-west-1"
  assume_role { role_arn = "arn:aws:iam::444455556666:role/terraform" }
}
locals {
  slr = "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
}
