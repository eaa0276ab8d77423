# CloudFront's standard logging version 2, as JSON, to a bucket of this configuration, which the module reads. In the app, this is
# the option deliverFrom of a source.

provider "aws" {
  region = "eu-central-1"
}

# CloudFront's deliveries are in this Region only. The bucket may be in another one.
provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

variable "distribution_arn" {
  description = "Distribution of this account whose logs are delivered. It can have one delivery source for its access logs"
  type        = string
}

data "aws_caller_identity" "this" {}

locals {
  prefix = "cdn/"
}

resource "aws_s3_bucket" "logs" {
  bucket_prefix = "company-logs-"
}

resource "aws_s3_bucket_notification" "logs" {
  bucket      = aws_s3_bucket.logs.id
  eventbridge = true
}

# Without this statement AWS adds one itself, which the next apply of a bucket policy removes.
data "aws_iam_policy_document" "logs" {
  statement {
    sid       = "VendedLogDelivery"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/${local.prefix}*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:aws:logs:us-east-1:${data.aws_caller_identity.this.account_id}:delivery-source:*"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}

# A source of the same name in another configuration would be replaced without an error: choose a name of its own.
resource "aws_cloudwatch_log_delivery_source" "cdn" {
  provider     = aws.us_east_1
  name         = "access-logs-cdn"
  log_type     = "ACCESS_LOGS"
  resource_arn = var.distribution_arn
}

resource "aws_cloudwatch_log_delivery_destination" "cdn" {
  provider      = aws.us_east_1
  name          = "access-logs-cdn"
  output_format = "json"

  delivery_destination_configuration {
    # With the prefix: AWS then adds no folder of its own, and the keys begin with the prefix of the source below.
    destination_resource_arn = "${aws_s3_bucket.logs.arn}/${trimsuffix(local.prefix, "/")}"
  }
}

resource "aws_cloudwatch_log_delivery" "cdn" {
  provider                 = aws.us_east_1
  delivery_source_name     = aws_cloudwatch_log_delivery_source.cdn.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.cdn.arn

  # All fields that the table has.
  record_fields = [
    "date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem",
    "sc-status", "cs(Referer)", "cs(User-Agent)", "cs-uri-query", "cs(Cookie)",
    "x-edge-result-type", "x-edge-request-id", "x-host-header", "cs-protocol", "cs-bytes",
    "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher", "x-edge-response-result-type",
    "cs-protocol-version", "fle-status", "fle-encrypted-fields", "c-port", "time-to-first-byte",
    "x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start",
    "sc-range-end", "distribution-tenant-id", "connection-id", "timestamp(ms)", "origin-fbl",
    "origin-lbl", "asn", "c-country", "cache-behavior-path-pattern",
  ]

  s3_delivery_configuration {
    suffix_path                 = "{distributionid}/{yyyy}/{MM}/{dd}/{HH}"
    enable_hive_compatible_path = false
  }

  # AWS tests the permission when it creates the delivery.
  depends_on = [aws_s3_bucket_policy.logs]
}

module "access_logs" {
  source = "../.."

  name                = "access-logs"
  sources             = [{ name = "cdn", format = "cloudfront", prefix = local.prefix }]
  existing_log_bucket = { name = aws_s3_bucket.logs.bucket }
}
