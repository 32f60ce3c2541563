# Who may do what.
data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

data "aws_partition" "p" {}

data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.b.arn, "${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.0"]
    }
  }
}

resource "aws_iam_role" "fn" {
  name               = "shop-fn"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role_policy_attachment" "fn" {
  role       = aws_iam_role.fn.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_policy" "p" {
  name   = "shop-table"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["dynamodb:GetItem", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource = "*" }] })
}

resource "aws_iam_role_policy_attachment" "fn2" {
  role       = aws_iam_role.fn.name
  policy_arn = aws_iam_policy.p.arn
}

resource "aws_iam_role_policy" "inline" {
  role   = aws_iam_role.fn.id
  name   = "inline"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.k.arn }] })
}

resource "aws_iam_user" "u" { name = "ci" }

resource "aws_iam_access_key" "u" { user = aws_iam_user.u.name }

resource "aws_iam_group" "g" { name = "devs" }

resource "aws_iam_group_membership" "g" {
  name  = "m"
  users = [aws_iam_user.u.name]
  group = aws_iam_group.g.name
}

resource "aws_iam_user_policy" "u" {
  user   = aws_iam_user.u.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }] })
}

resource "aws_iam_instance_profile" "p" {
  name = "shop"
  role = aws_iam_role.fn.name
}

data "aws_iam_policy" "ro" { arn = "arn:aws:iam::aws:policy/ReadOnlyAccess" }

resource "aws_iam_role" "sch" {
  name               = "shop-sch"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "scheduler.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}
