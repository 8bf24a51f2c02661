# What modules give each other: the role of one is a user of the key of another, which a third takes for its vault.
module "backup" {
  source     = "./backup"
  plan_name  = "daily"
  vault_name = "local"
  key        = module.source_key.arn
  rules = [{
    name         = "daily"
    schedule     = "cron(0 5 * * ? *)"
    lifecycle    = { delete_after = 35 }
    copy_actions = [{ destination_vault_arn = module.central.arn, lifecycle = { delete_after = 35 } }]
  }]
  selections = {
    databases = { resources = ["arn:aws:rds:*:*:db:*"] }
  }
}
module "central" {
  source    = "./vault"
  providers = { aws = aws.backup }
  name      = "central"
  key       = module.central_key.arn
  copiers   = [module.backup.role]
}
module "central_key" {
  source    = "./key"
  providers = { aws = aws.backup }
}
module "source_key" {
  source     = "./key"
  users      = [module.backup.role]
  statements = [{ sid = "Share", actions = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKeyWithoutPlaintext"], principal = local.slr }]
}
module "own_key" {
  source = "./key"
  users  = [module.backup.role]
}
resource "aws_db_instance" "orders" {
  identifier        = "orders"
  instance_class    = "db.t3.micro"
  engine            = "postgres"
  storage_encrypted = true
  kms_key_id        = module.source_key.arn
}
resource "aws_db_instance" "ledger" {
  identifier        = "ledger"
  instance_class    = "db.t3.micro"
  engine            = "postgres"
  storage_encrypted = true
  kms_key_id        = module.own_key.arn
}
resource "aws_iam_service_linked_role" "backup" {
  provider         = aws.backup
  aws_service_name = "backup.amazonaws.com"
}
