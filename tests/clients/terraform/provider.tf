# What somebody with Terraform and a small shop keeps: the test applies it, plans again (nothing may be left to do) and
# destroys it. Every value a provider reads back differently shows in that second plan.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region            = "us-east-1"
  s3_use_path_style = true
  default_tags { tags = { Project = "shop" } }
}

