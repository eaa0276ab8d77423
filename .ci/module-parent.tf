# Calls the Terraform module in one configuration: with the defaults, with all options enabled, and for existing
# buckets.

provider "aws" {
  region = "eu-central-1"
}

module "defaults" {
  source = "./terraform-module"

  name = "access-logs"
  sources = [
    { name = "alb", format = "alb", prefix = "alb/" },
    { name = "cloudfront", format = "cloudfront", prefix = "cloudfront/" },
  ]
}

# AWS tests the delivery immediately.
resource "aws_lb" "web" {
  name    = "web"
  subnets = ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]

  access_logs {
    enabled = true
    bucket  = module.defaults.deliveries["alb"].bucket
    prefix  = module.defaults.deliveries["alb"].prefix
  }
}

resource "aws_kms_key" "logs" {}

module "everything" {
  source = "./terraform-module"

  name = "hardened"
  sources = [
    { name = "shop", format = "alb", prefix = "shop/", accounts = ["111122223333", "444455556666"], partition = true, privacy = { client_ips = "hash" } },
    { name = "api", format = "alb", prefix = "api/", partition = true, silent_after_hours = 0 },
    { name = "cdn", format = "cloudfront", prefix = "cdn/" },
  ]
  kms_key                  = { arn = aws_kms_key.logs.arn }
  lake_formation           = true
  permissions_boundary     = "arn:aws:iam::123456789012:policy/boundary"
  vpc                      = { subnet_ids = ["subnet-0a1b2c3d"], security_group_ids = ["sg-0a1b2c3d"] }
  keep_originals           = true
  database                 = "logs"
  raw_retention_days       = 400
  lake_retention_days      = 730
  results_retention_days   = 1
  log_retention_days       = 90
  scan_limit_gib           = 0.5
  runtime                  = "nodejs22.x"
  reserved_concurrency     = true
  force_destroy            = true
  iam_path                 = "/platform/"
  global_name_suffix       = "-euc1"
  bucket_name              = "company-access-logs"
  analyst_policy           = true
  lake_formation_locations = true
  alarm_subscriptions = [
    { protocol = "email", endpoint = "ops@example.com" },
    { protocol = "https", endpoint = "https://events.example.com/access-logs" },
  ]
  tags = { team = "platform" }
}

resource "aws_sns_topic" "alarms" {
  name = "alarms"
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
  })
}

resource "aws_s3_bucket" "company_logs" {
  bucket_prefix = "company-logs-"
}

resource "aws_s3_bucket_notification" "company_logs" {
  bucket      = aws_s3_bucket.company_logs.id
  eventbridge = true
}

module "existing" {
  source = "./terraform-module"
  count  = 1

  name                = "existing"
  sources             = [{ name = "alb", format = "alb", prefix = "alb/", partition = true }]
  existing_log_bucket = { name = aws_s3_bucket.company_logs.bucket }
  partitions          = "projection"
  projection_from     = "2024-01-01"
  columnar            = false
  alarm_topic         = { arn = aws_sns_topic.alarms.arn }
  dashboard           = false
}

# More sources than fit in one EventBridge rule or in one function's environment.
module "many" {
  source = "./terraform-module"

  name = "many"
  sources = [for index in range(50) : {
    name      = format("source-%02d-%s", index, join("", [for _ in range(53) : "x"]))
    format    = index % 2 == 0 ? "alb" : "cloudfront"
    prefix    = format("source-%02d-%s/", index, join("", [for _ in range(53) : "x"]))
    partition = true
    privacy   = { client_ips = "truncate", query_strings = "drop" }
  }]
  existing_log_bucket        = { name = "their-logs" }
  existing_log_bucket_owner  = "444455556666"
  existing_log_bucket_events = "queue"
  questions                  = false
}

module "others" {
  source = "./terraform-module"

  name                       = "others"
  sources                    = [{ name = "cdn", format = "cloudfront", prefix = "cdn/" }]
  existing_log_bucket        = { name = "their-logs" }
  existing_log_bucket_owner  = "444455556666"
  existing_log_bucket_events = "queue"
  alarms                     = false
  questions                  = false
}

resource "aws_lb" "shop" {
  name    = "shop"
  subnets = ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]
}

resource "aws_cloudfront_distribution" "cdn" {
  enabled = true

  origin {
    origin_id   = "shop"
    domain_name = aws_lb.shop.dns_name

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "shop"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    viewer_protocol_policy = "redirect-to-https"
    cache_policy_id        = "658327ea-f89d-4fab-a63d-7e88639e58f6"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

# Deliveries that the module creates, of resources that do not exist yet, next to others of the same formats.
module "vended" {
  source = "./terraform-module"

  name = "vended"
  sources = [
    { name = "shop", format = "alb", prefix = "shop/", deliver_from = { arn = aws_lb.shop.arn } },
    { name = "api", format = "alb", prefix = "api/" },
    { name = "cdn", format = "cloudfront", prefix = "cdn/", deliver_from = { arn = aws_cloudfront_distribution.cdn.arn } },
    { name = "old", format = "cloudfront", prefix = "old/" },
  ]
}

# Without an access control list.
module "only_vended" {
  source = "./terraform-module"

  name    = "only-vended"
  sources = [{ name = "cdn", format = "cloudfront", prefix = "cdn/", deliver_from = { arn = "arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE1SHOP" } }]
  kms_key = { arn = aws_kms_key.logs.arn }
}

output "names" {
  value = [for pipeline in [module.defaults, module.everything, module.existing[0], module.others, module.vended, module.only_vended] : pipeline.log_bucket]
}
