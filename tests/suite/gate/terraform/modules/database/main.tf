variable "name" {}
variable "shared" {}
variable "grantee" {}
data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }
  }
  dynamic "statement" {
    for_each = var.shared ? [var.grantee] : []
    content {
      actions   = ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"]
      resources = ["*"]
      principals {
        type        = "AWS"
        identifiers = [statement.value]
      }
    }
  }
}
resource "aws_kms_key" "this" {
  description = var.name
  policy      = data.aws_iam_policy_document.key.json
}
resource "aws_db_instance" "this" {
  identifier        = var.name
  instance_class    = "db.t3.micro"
  engine            = "postgres"
  storage_encrypted = true
  kms_key_id        = aws_kms_key.this.arn
}
output "arn" { value = aws_db_instance.this.arn }
output "key_arn" { value = aws_kms_key.this.arn }
