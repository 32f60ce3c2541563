# Keys, buckets, tables, secrets, parameters and repositories.
resource "aws_kms_key" "k" {
  description             = "shop"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

resource "aws_kms_alias" "k" {
  name          = "alias/shop"
  target_key_id = aws_kms_key.k.key_id
}

resource "aws_s3_bucket" "b" {
  bucket_prefix = "shop-"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "b" {
  bucket = aws_s3_bucket.b.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.k.arn
    }
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  rule {
    id     = "old"
    status = "Enabled"
    filter { prefix = "logs/" }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    expiration { days = 90 }
    noncurrent_version_expiration { noncurrent_days = 30 }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
}

resource "aws_s3_bucket_public_access_block" "b" {
  bucket                  = aws_s3_bucket.b.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "b" {
  bucket = aws_s3_bucket.b.id
  rule { object_ownership = "BucketOwnerEnforced" }
}

resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = data.aws_iam_policy_document.tls.json
}

resource "aws_s3_bucket_cors_configuration" "b" {
  bucket = aws_s3_bucket.b.id
  cors_rule {
    allowed_methods = ["GET"]
    allowed_origins = ["https://example.com"]
    max_age_seconds = 3000
  }
}

resource "aws_s3_object" "o" {
  bucket       = aws_s3_bucket.b.id
  key          = "hello.txt"
  content      = "hello"
  content_type = "text/plain"
  depends_on   = [aws_s3_bucket_versioning.b]
}

resource "aws_s3_bucket_notification" "b" {
  bucket = aws_s3_bucket.b.id
  queue {
    queue_arn     = aws_sqs_queue.q.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "in/"
  }
  depends_on = [aws_sqs_queue_policy.q]
}

resource "aws_s3_bucket" "logs" {
  bucket        = "shop-logs-000"
  force_destroy = true
}

resource "aws_s3_bucket_logging" "b" {
  bucket        = aws_s3_bucket.b.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "access/"
}

resource "aws_s3_bucket_website_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  index_document { suffix = "index.html" }
  error_document { key = "404.html" }
}

resource "aws_dynamodb_table" "t" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"
  attribute {
    name = "pk"
    type = "S"
  }
  attribute {
    name = "sk"
    type = "S"
  }
  attribute {
    name = "gsi"
    type = "S"
  }
  global_secondary_index {
    name            = "by-gsi"
    hash_key        = "gsi"
    projection_type = "ALL"
  }
  ttl {
    attribute_name = "expires"
    enabled        = true
  }
  point_in_time_recovery { enabled = true }
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.k.arn
  }
  stream_enabled   = true
  stream_view_type = "NEW_AND_OLD_IMAGES"
}

resource "aws_dynamodb_table" "prov" {
  name           = "provisioned"
  read_capacity  = 5
  write_capacity = 5
  hash_key       = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table_item" "i" {
  table_name = aws_dynamodb_table.t.name
  hash_key   = "pk"
  range_key  = "sk"
  item       = jsonencode({ pk = { S = "a" }, sk = { S = "b" }, n = { N = "1" } })
}

resource "aws_secretsmanager_secret" "s" {
  name                    = "shop/db"
  recovery_window_in_days = 0
  kms_key_id              = aws_kms_key.k.id
}

resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = jsonencode({ username = "a", password = "b" })
}

data "aws_secretsmanager_random_password" "p" { password_length = 20 }

resource "aws_ssm_parameter" "p" {
  name  = "/shop/url"
  type  = "String"
  value = "https://example.com"
}

resource "aws_ssm_parameter" "sec" {
  name   = "/shop/secret"
  type   = "SecureString"
  value  = "x"
  key_id = aws_kms_key.k.id
}

resource "aws_ecr_repository" "r" {
  name                 = "shop/app"
  image_tag_mutability = "IMMUTABLE"
  image_scanning_configuration { scan_on_push = true }
  force_delete = true
}

resource "aws_ecr_lifecycle_policy" "r" {
  repository = aws_ecr_repository.r.name
  policy     = jsonencode({ rules = [{ rulePriority = 1, description = "few", selection = { tagStatus = "untagged", countType = "imageCountMoreThan", countNumber = 5 }, action = { type = "expire" } }] })
}
