# Queues, topics, buses and schedules.
resource "aws_sqs_queue" "dlq" { name = "shop-dlq" }

resource "aws_sqs_queue" "q" {
  name                       = "shop"
  visibility_timeout_seconds = 60
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dlq.arn, maxReceiveCount = 3 })

}

resource "aws_sqs_queue" "fifo" {
  name                        = "shop.fifo"
  fifo_queue                  = true
  content_based_deduplication = true
}

resource "aws_sqs_queue_redrive_allow_policy" "dlq" {
  queue_url            = aws_sqs_queue.dlq.id
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.q.arn] })
}

resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = ["s3.amazonaws.com", "sns.amazonaws.com", "events.amazonaws.com"] }, Action = "sqs:SendMessage", Resource = aws_sqs_queue.q.arn }]
  })
}

resource "aws_sns_topic" "t" {
  name              = "shop"
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sns_topic_subscription" "s" {
  topic_arn     = aws_sns_topic.t.arn
  protocol      = "sqs"
  endpoint      = aws_sqs_queue.q.arn
  filter_policy = jsonencode({ kind = ["order"] })
}

resource "aws_sns_topic_policy" "t" {
  arn = aws_sns_topic.t.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "cloudwatch.amazonaws.com" }, Action = "sns:Publish", Resource = aws_sns_topic.t.arn }]
  })
}

resource "aws_cloudwatch_event_bus" "b" { name = "shop" }

resource "aws_cloudwatch_event_rule" "r" {
  name           = "orders"
  event_bus_name = aws_cloudwatch_event_bus.b.name
  event_pattern  = jsonencode({ source = ["shop"] })
}

resource "aws_cloudwatch_event_target" "q" {
  rule           = aws_cloudwatch_event_rule.r.name
  event_bus_name = aws_cloudwatch_event_bus.b.name
  arn            = aws_sqs_queue.q.arn
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 3
  }
  dead_letter_config { arn = aws_sqs_queue.dlq.arn }
}

resource "aws_cloudwatch_event_rule" "cron" {
  name                = "nightly"
  schedule_expression = "cron(0 3 * * ? *)"
}

resource "aws_cloudwatch_event_target" "f" {
  rule  = aws_cloudwatch_event_rule.cron.name
  arn   = aws_lambda_function.f.arn
  input = jsonencode({ nightly = true })
}

resource "aws_scheduler_schedule_group" "g" { name = "shop" }

resource "aws_scheduler_schedule" "s" {
  name       = "hourly"
  group_name = aws_scheduler_schedule_group.g.name
  flexible_time_window { mode = "OFF" }
  schedule_expression = "rate(1 hour)"
  target {
    arn      = aws_sqs_queue.q.arn
    role_arn = aws_iam_role.sch.arn
    input    = "{}"
  }
}
