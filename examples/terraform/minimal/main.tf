provider "aws" {
  region = "eu-central-1"
}

module "access_logs" {
  source = "../.."

  name = "access-logs"
  sources = [
    { name = "alb", format = "alb", prefix = "alb/" },
    { name = "cloudfront", format = "cloudfront", prefix = "cloudfront/" },
  ]
}

# A load balancer delivers there with `access_logs { bucket = module.access_logs.landing_bucket, prefix = "alb" }`.
output "landing_bucket" {
  value = module.access_logs.landing_bucket
}
