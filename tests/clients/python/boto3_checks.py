# boto3 against Orrery, as its users write it: clients, resources, paginators, waiters, transfer manager.
import io
import json
import os
import smtplib
import ssl
import threading
import time
import urllib.request
import zipfile
from email.message import EmailMessage

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

from checks import check, equal, eventually, run


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        equal(error.response["Error"]["Code"], code)
        return error
    raise AssertionError("%s was not refused with %s" % (call, code))


@check
def s3_transfers_in_parts_with_checksums_and_reads_streams():
    bucket = boto3.resource("s3").create_bucket(Bucket="boto")
    body = os.urandom(12 * 1024 * 1024)
    config = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024, max_concurrency=3)
    bucket.upload_fileobj(io.BytesIO(body), "large", ExtraArgs={"ChecksumAlgorithm": "SHA256"}, Config=config)
    back = io.BytesIO()
    bucket.download_fileobj("large", back, Config=config)
    assert back.getvalue() == body
    parts = boto3.client("s3").head_object(Bucket="boto", Key="large", PartNumber=1, ChecksumMode="ENABLED")
    equal((parts["PartsCount"], parts["ContentLength"]), (3, 5 * 1024 * 1024))
    tail = bucket.Object("large").get(Range="bytes=-10")["Body"].read()
    equal(tail, body[-10:])


@check
def s3_paginates_versions_and_deletes_in_batches():
    client = boto3.client("s3")
    client.put_bucket_versioning(Bucket="boto", VersioningConfiguration={"Status": "Enabled"})
    for number in range(25):
        client.put_object(Bucket="boto", Key="many/%02d é+&" % number, Body=b"x", Metadata={"number": str(number)})
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="boto", Prefix="many/", PaginationConfig={"PageSize": 10})
    names = [one["Key"] for page in pages for one in page["Contents"]]
    equal((len(names), names[3]), (25, "many/03 é+&"))
    bucket = boto3.resource("s3").Bucket("boto")
    bucket.objects.filter(Prefix="many/").delete()
    equal(list(bucket.objects.filter(Prefix="many/")), [])
    assert len(list(bucket.object_versions.filter(Prefix="many/"))) == 50
    bucket.object_versions.delete()
    bucket.delete()
    client.get_waiter("bucket_not_exists").wait(Bucket="boto")


@check
def s3_presigned_urls_and_posts_work_for_who_has_no_keys():
    client = boto3.client("s3", config=Config(signature_version="s3v4"))
    client.create_bucket(Bucket="boto-signed")
    put = client.generate_presigned_url("put_object", Params={"Bucket": "boto-signed", "Key": "put.txt"})
    urllib.request.urlopen(urllib.request.Request(put, data=b"put here", method="PUT"))
    post = client.generate_presigned_post("boto-signed", "post/${filename}", Conditions=[["content-length-range", 1, 100]])
    boundary = "xxx"
    fields = "".join('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (boundary, name, value) for name, value in post["fields"].items())
    file = '--%s\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nposted\r\n--%s--\r\n' % (boundary, boundary)
    headers = {"Content-Type": "multipart/form-data; boundary=" + boundary}
    urllib.request.urlopen(urllib.request.Request(post["url"], data=(fields + file).encode(), headers=headers))
    equal(client.get_object(Bucket="boto-signed", Key="post/a.txt")["Body"].read(), b"posted")
    get = client.generate_presigned_url("get_object", Params={"Bucket": "boto-signed", "Key": "put.txt"})
    equal(urllib.request.urlopen(get).read(), b"put here")


@check
def sqs_resources_long_poll_batch_and_fifo():
    sqs = boto3.resource("sqs")
    queue = sqs.create_queue(QueueName="boto.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})
    for number in (1, 2, 2):
        queue.send_message(MessageBody=str(number), MessageGroupId="g", MessageAttributes={"n": {"DataType": "Number", "StringValue": str(number)}})
    received = queue.receive_messages(MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    equal([(one.body, one.message_attributes["n"]["StringValue"]) for one in received], [("1", "1"), ("2", "2")])
    queue.delete_messages(Entries=[{"Id": str(index), "ReceiptHandle": one.receipt_handle} for index, one in enumerate(received)])
    threading.Timer(0.3, lambda: queue.send_message(MessageBody="late", MessageGroupId="h")).start()
    equal([one.body for one in queue.receive_messages(WaitTimeSeconds=10)], ["late"])
    refused("AWS.SimpleQueueService.NonExistentQueue", boto3.client("sqs").get_queue_url, QueueName="nowhere")


@check
def dynamodb_tables_take_conditions_batches_and_decimals():
    table = boto3.resource("dynamodb").create_table(
        TableName="boto",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
    )
    table.wait_until_exists()
    with table.batch_writer() as batch:
        for number in range(60):
            batch.put_item(Item={"pk": "a", "sk": number, "tags": {"x", "y"}, "deep": {"list": [1, None, True]}, "bytes": b"b"})
    found = table.query(KeyConditionExpression=Key("pk").eq("a") & Key("sk").between(10, 12), FilterExpression=Attr("tags").contains("x"))
    equal([int(item["sk"]) for item in found["Items"]], [10, 11, 12])
    equal(found["Items"][0]["deep"], {"list": [1, None, True]})
    changed = table.update_item(Key={"pk": "a", "sk": 1}, UpdateExpression="ADD #c :one", ExpressionAttributeNames={"#c": "count"}, ExpressionAttributeValues={":one": 1}, ReturnValues="UPDATED_NEW")
    equal(int(changed["Attributes"]["count"]), 1)
    refused("ConditionalCheckFailedException", table.put_item, Item={"pk": "a", "sk": 1}, ConditionExpression=Attr("pk").not_exists())
    client = boto3.client("dynamodb")
    canceled = refused(
        "TransactionCanceledException",
        client.transact_write_items,
        TransactItems=[{"ConditionCheck": {"TableName": "boto", "Key": {"pk": {"S": "none"}, "sk": {"N": "1"}}, "ConditionExpression": "attribute_exists(pk)"}}],
    )
    equal(canceled.response["CancellationReasons"][0]["Code"], "ConditionalCheckFailed")
    pages = client.get_paginator("scan").paginate(TableName="boto", PaginationConfig={"PageSize": 25})
    equal(sum(len(page["Items"]) for page in pages), 60)


@check
def lambda_functions_in_python_use_boto3_with_their_roles_credentials():
    iam = boto3.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="boto", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}]}
    iam.put_role_policy(RoleName="boto", PolicyName="read", PolicyDocument=json.dumps(allow))
    code = """
import boto3
def handler(event, context):
    table = boto3.resource("dynamodb").Table("boto")
    read = table.get_item(Key={"pk": "a", "sk": 1})["Item"]
    try:
        table.put_item(Item={"pk": "b", "sk": 1})
    except Exception as error:
        return {"count": int(read["count"]), "refused": type(error).__name__, "me": boto3.client("sts").get_caller_identity()["Arn"]}
"""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("app.py", code)
    client = boto3.client("lambda")
    client.create_function(FunctionName="boto", Runtime="python3.13", Handler="app.handler", Role=role, Code={"ZipFile": archive.getvalue()}, Timeout=30, MemorySize=256)
    client.get_waiter("function_active_v2").wait(FunctionName="boto")
    answer = client.invoke(FunctionName="boto", Payload=b"{}")
    told = json.loads(answer["Payload"].read())
    equal((told["count"], told["refused"]), (1, "ClientError"))
    equal(told["me"], "arn:aws:sts::000000000000:assumed-role/boto/boto")
    refused("ResourceNotFoundException", client.invoke, FunctionName="nowhere")


@check
def cloudformation_waits_for_stacks_and_tells_events():
    client = boto3.client("cloudformation")
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}, "Outputs": {"Url": {"Value": {"Ref": "Q"}}}}
    client.create_stack(StackName="boto", TemplateBody=json.dumps(template))
    client.get_waiter("stack_create_complete").wait(StackName="boto", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    stack = boto3.resource("cloudformation").Stack("boto")
    assert stack.outputs[0]["OutputValue"].startswith("https://sqs.us-east-1.amazonaws.com/000000000000/boto-Q-")
    events = [event.resource_status for event in stack.events.all()]
    equal(events[0], "CREATE_COMPLETE")
    stack.delete()
    client.get_waiter("stack_delete_complete").wait(StackName="boto", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    refused("ValidationError", client.describe_stacks, StackName="boto")


@check
def sessions_of_assumed_roles_are_held_to_session_policies():
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}]}
    iam = boto3.client("iam")
    role = iam.create_role(RoleName="boto-session", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.attach_role_policy(RoleName="boto-session", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:ListTables", "Resource": "*"}]}
    issued = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="session", Policy=json.dumps(policy))["Credentials"]
    session = boto3.Session(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
    client = session.client("dynamodb")
    equal(client.list_tables()["TableNames"], ["boto"])
    error = refused("AccessDeniedException", client.describe_table, TableName="boto")
    assert "assumed-role/boto-session/session is not authorized to perform: dynamodb:DescribeTable" in str(error), error


@check
def logs_kms_secrets_parameters_topics_and_metrics_answer():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="boto", tags={"a": "b"})
    logs.create_log_stream(logGroupName="boto", logStreamName="s")
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName="boto", logStreamName="s", logEvents=[{"timestamp": now, "message": '{"level": "warn"}'}])
    found = logs.filter_log_events(logGroupName="boto", filterPattern='{ $.level = "warn" }')["events"]
    equal(len(found), 1)
    kms = boto3.client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    signed = kms.sign(KeyId=key, Message=b"m", SigningAlgorithm="RSASSA_PSS_SHA_256")["Signature"]
    assert kms.verify(KeyId=key, Message=b"m", Signature=signed, SigningAlgorithm="RSASSA_PSS_SHA_256")["SignatureValid"]
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="boto", SecretBinary=b"\x00\xff")
    equal(secrets.get_secret_value(SecretId="boto")["SecretBinary"], b"\x00\xff")
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name="/boto/list", Type="StringList", Value="a,b")
    equal(ssm.get_parameter(Name="/boto/list")["Parameter"]["Value"], "a,b")
    topic = boto3.resource("sns").create_topic(Name="boto")
    assert topic.publish(Message="m")["MessageId"]
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="Boto", MetricData=[{"MetricName": "m", "Values": [1, 2], "Counts": [3, 1], "Dimensions": [{"Name": "d", "Value": "v"}]}])
    query = {"Id": "q", "MetricStat": {"Metric": {"Namespace": "Boto", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "v"}]}, "Period": 60, "Stat": "SampleCount"}}
    window = {"StartTime": now / 1000 - 300, "EndTime": now / 1000 + 300}
    data = eventually("the metric", lambda: cloudwatch.get_metric_data(MetricDataQueries=[query], **window)["MetricDataResults"][0]["Values"])
    equal(data, [4.0])


@check
def what_is_not_run_is_refused_by_name():
    error = refused("NotImplemented", boto3.client("redshift").describe_clusters)
    assert "redshift" in str(error), error


@check
def ses_takes_mail_raw_and_by_smtp():
    v2 = boto3.client("sesv2")
    tokens = v2.create_email_identity(EmailIdentity="boto.example")["DkimAttributes"]["Tokens"]
    route53 = boto3.client("route53")
    zone = route53.create_hosted_zone(Name="boto.example", CallerReference="boto")["HostedZone"]["Id"]
    records = [
        {
            "Name": "%s._domainkey.boto.example" % token,
            "Type": "CNAME",
            "TTL": 60,
            "ResourceRecords": [{"Value": "%s.dkim.amazonses.com" % token}],
        }
        for token in tokens
    ]
    changes = [{"Action": "UPSERT", "ResourceRecordSet": record} for record in records]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    equal(v2.get_email_identity(EmailIdentity="boto.example")["VerificationStatus"], "SUCCESS")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@boto.example", "admin@boto.example", "Grüße €"
    message.set_content("plain\n.\n")
    message.add_alternative("<p>HTML</p>", subtype="html")
    message.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="a.csv")
    v2.send_email(Content={"Raw": {"Data": message.as_bytes()}})
    ses = boto3.client("ses")
    ses.send_raw_email(RawMessage={"Data": message.as_bytes()})
    with smtplib.SMTP("127.0.0.1", int(os.environ["ORRERY_SMTP_PORT"])) as smtp:
        smtp.starttls(context=ssl._create_unverified_context())
        smtp.login("test", "test")
        equal(smtp.send_message(message), {})
        message.replace_header("From", "x@else.example")
        try:
            smtp.send_message(message)
        except smtplib.SMTPDataError as error:
            equal(error.smtp_code, 554)
            assert b"not verified" in error.smtp_error, error.smtp_error
        else:
            raise AssertionError("an unverified sender was taken")
    equal(sum(point["DeliveryAttempts"] for point in ses.get_send_statistics()["SendDataPoints"]), 3)
    refused("MessageRejected", ses.send_email, Source="x@else.example", Destination={"ToAddresses": ["a@boto.example"]}, Message={"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}})


run()
