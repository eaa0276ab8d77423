# CloudFront's standard logging version 2, as JSON, to the module's bucket: nothing is to be enabled at the distribution. The
# parts of the delivery are in us-east-1, wherever the bucket is. A load balancer's logs are delivered the same way.

provider "aws" {
  region = "eu-central-1"
}

locals {
  # A distribution of this account without a delivery of its access logs. It may also be a resource of this configuration:
  # aws_cloudfront_distribution.cdn.arn.
  distribution_arn = "arn:aws:cloudfront::111122223333:distribution/E2EXAMPLE1SHOP"
}

module "access_logs" {
  source = "../.."

  name = "access-logs"
  sources = [
    { name = "cdn", format = "cloudfront", prefix = "cdn/", deliver_from = { arn = local.distribution_arn } },
  ]
}
