# A pipeline that was deployed as an app goes on as a module: put this, with the settings of access-logs.json, and moved.tf
# in the place of cdk.tf.json, before the same state (its backend goes here, too). The plan creates and deletes nothing; it
# may upload the same code again, and write JSON anew in another order.

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
