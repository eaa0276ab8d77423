# Two pipelines in one configuration, one of them with everything that an organization may ask for.

variable "subnet_ids" {
  type    = list(string)
  default = ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]
}

variable "security_group_ids" {
  type    = list(string)
  default = ["sg-0a1b2c3d"]
}

provider "aws" {
  region = "eu-central-1"
}

data "aws_caller_identity" "current" {}

# See the project's docs/aws-accounts.md for what its policy must allow.
resource "aws_kms_key" "logs" {
  description = "Access logs"
}

locals {
  pipelines = {
    shop = {
      sources = [
        { name = "web", format = "alb", prefix = "web/", accounts = ["111122223333", "444455556666"], partition = true },
        { name = "api", format = "alb", prefix = "api/", partition = true },
      ]
      kms_key  = { arn = aws_kms_key.logs.arn }
      vpc      = { subnet_ids = var.subnet_ids, security_group_ids = var.security_group_ids }
      columnar = true
    }
    cdn = {
      sources  = [{ name = "cdn", format = "cloudfront", prefix = "cdn/" }]
      kms_key  = null
      vpc      = null
      columnar = false
    }
  }
}

module "access_logs" {
  source   = "../.."
  for_each = local.pipelines

  name                 = "${each.key}-logs"
  sources              = each.value.sources
  columnar             = each.value.columnar
  raw_retention_days   = 400
  log_retention_days   = 90
  scan_limit_gib       = 10
  kms_key              = each.value.kms_key
  vpc                  = each.value.vpc
  permissions_boundary = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:policy/boundary"
  tags                 = { team = each.key }
}

output "workgroups" {
  value = { for name, pipeline in module.access_logs : name => pipeline.workgroup }
}
