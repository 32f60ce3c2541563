# Functions behind an HTTP API, their logs, and the alarms that watch them.
resource "aws_lambda_function" "f" {
  function_name    = "shop"
  role             = aws_iam_role.fn.arn
  runtime          = "nodejs22.x"
  handler          = "index.handler"
  filename         = "function.zip"
  source_code_hash = filebase64sha256("function.zip")
  timeout          = 10
  publish          = true
  environment { variables = { TABLE = aws_dynamodb_table.t.name } }
  depends_on = [aws_cloudwatch_log_group.fn]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.f.function_name
  function_version = aws_lambda_function.f.version
}

resource "aws_lambda_function_url" "u" {
  function_name      = aws_lambda_function.f.function_name
  authorization_type = "NONE"
  cors { allow_origins = ["*"] }
}

resource "aws_lambda_permission" "api" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.a.execution_arn}/*/*"
}

resource "aws_lambda_event_source_mapping" "q" {
  event_source_arn        = aws_sqs_queue.q.arn
  function_name           = aws_lambda_function.f.arn
  batch_size              = 5
  function_response_types = ["ReportBatchItemFailures"]
  depends_on              = [aws_iam_role_policy_attachment.fn2]
}

resource "aws_lambda_function_event_invoke_config" "f" {
  function_name          = aws_lambda_function.f.function_name
  maximum_retry_attempts = 1
}

resource "aws_lambda_layer_version" "l" {
  layer_name          = "shop"
  filename            = "function.zip"
  compatible_runtimes = ["nodejs22.x"]
}

resource "aws_cloudwatch_log_group" "fn" {
  name              = "/aws/lambda/shop"
  retention_in_days = 14
}

resource "aws_cloudwatch_log_group" "api" {
  name              = "/shop/api"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_metric_filter" "e" {
  name           = "errors"
  pattern        = "ERROR"
  log_group_name = aws_cloudwatch_log_group.fn.name
  metric_transformation {
    name      = "Errors"
    namespace = "Shop"
    value     = "1"
  }
}

resource "aws_cloudwatch_log_subscription_filter" "f" {
  name            = "sub"
  log_group_name  = aws_cloudwatch_log_group.api.name
  filter_pattern  = ""
  destination_arn = aws_lambda_function.f.arn
  depends_on      = [aws_lambda_permission.logs]
}

resource "aws_lambda_permission" "logs" {
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.f.function_name
  principal     = "logs.amazonaws.com"
}

resource "aws_cloudwatch_metric_alarm" "a" {
  alarm_name          = "shop-errors"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.f.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.t.arn]
}

resource "aws_cloudwatch_metric_alarm" "math" {
  alarm_name          = "shop-rate"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  threshold           = 5
  metric_query {
    id          = "e1"
    expression  = "m2/m1*100"
    return_data = true
  }
  metric_query {
    id = "m1"
    metric {
      metric_name = "Invocations"
      namespace   = "AWS/Lambda"
      period      = 60
      stat        = "Sum"
    }
  }
  metric_query {
    id = "m2"
    metric {
      metric_name = "Errors"
      namespace   = "AWS/Lambda"
      period      = 60
      stat        = "Sum"
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "c" {
  alarm_name = "shop-any"
  alarm_rule = "ALARM(${aws_cloudwatch_metric_alarm.a.alarm_name}) OR ALARM(${aws_cloudwatch_metric_alarm.math.alarm_name})"
}

resource "aws_cloudwatch_dashboard" "d" {
  dashboard_name = "shop"
  dashboard_body = jsonencode({ widgets = [{ type = "metric", x = 0, y = 0, width = 12, height = 6, properties = { metrics = [["AWS/Lambda", "Errors"]], region = "us-east-1", title = "e" } }] })
}

resource "aws_apigatewayv2_api" "a" {
  name          = "shop"
  protocol_type = "HTTP"
  cors_configuration {
    allow_origins = ["https://example.com"]
    allow_methods = ["GET", "POST"]
  }
}

resource "aws_apigatewayv2_integration" "i" {
  api_id                 = aws_apigatewayv2_api.a.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.f.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "r" {
  api_id    = aws_apigatewayv2_api.a.id
  route_key = "GET /orders/{id}"
  target    = "integrations/${aws_apigatewayv2_integration.i.id}"
}

resource "aws_apigatewayv2_authorizer" "j" {
  api_id           = aws_apigatewayv2_api.a.id
  authorizer_type  = "JWT"
  name             = "jwt"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    audience = ["shop"]
    issuer   = "https://issuer.example.com"
  }
}

resource "aws_apigatewayv2_stage" "s" {
  api_id      = aws_apigatewayv2_api.a.id
  name        = "$default"
  auto_deploy = true
  default_route_settings {
    throttling_burst_limit = 100
    throttling_rate_limit  = 50
  }
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.api.arn
    format          = jsonencode({ requestId = "$context.requestId", status = "$context.status" })
  }
}

output "api" { value = aws_apigatewayv2_api.a.api_endpoint }

output "fn" { value = aws_lambda_function_url.u.function_url }
