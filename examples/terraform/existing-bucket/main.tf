# Logs of a bucket that belongs to this configuration already. The module changes nothing on it.

provider "aws" {
  region = "eu-central-1"
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "company-logs-"
}

resource "aws_s3_bucket_notification" "logs" {
  bucket      = aws_s3_bucket.logs.id
  eventbridge = true
}

module "access_logs" {
  source = "../.."

  name                = "access-logs"
  sources             = [{ name = "alb", format = "alb", prefix = "alb/" }]
  existing_log_bucket = { name = aws_s3_bucket.logs.bucket }
  keep_originals      = true
  columnar            = false
  partitions          = "projection"
  projection_from     = "2024-01-01"
}

output "text_tables" {
  value = module.access_logs.text_tables
}
