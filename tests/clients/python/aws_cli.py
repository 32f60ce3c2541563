# The AWS CLI against Orrery, commands as a person types them. One process for all of them where the CLI can be imported (it
# is Python's package awscli in version 1 and in Debian's version 2), for starting it takes a second.
import base64
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import types
import urllib.error
import urllib.request
import zipfile

from checks import check, equal, eventually, run

try:
    from awscli.clidriver import create_clidriver
    import botocore.waiter

    # Waiters ask every 30 seconds, which a cloud that is far away deserves.
    botocore.waiter.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, 0.1)))
except ImportError:
    create_clidriver = None

folder = tempfile.mkdtemp()
os.chdir(folder)


def aws(command, *words, **options):
    """Words of the command split at spaces, then those with spaces as they are. JSON answers come parsed."""
    argv = command.split(" ") + list(words)
    if argv[0] == "sqs":
        # Version 1 goes to SQS's oldest name, queue.amazonaws.com, whatever AWS_ENDPOINT_URL says; only the option helps.
        argv = ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]] + argv
    code, out, err = start(argv, options.get("stdin", b""))
    expected = options.get("fails")
    if expected is None:
        assert code == 0, "aws %s ended with %s: %s%s" % (" ".join(argv), code, err, out)
    else:
        assert code != 0 and expected in err, "aws %s should fail with %s: %s %s" % (" ".join(argv), expected, code, err)
    try:
        return json.loads(out)
    except ValueError:
        return out


def start(argv, stdin):
    if create_clidriver is None:
        done = subprocess.run(["aws"] + argv, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
    streams = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    sys.stdout, sys.stderr = (io.TextIOWrapper(io.BytesIO(), write_through=True) for _ in range(2))
    try:
        try:
            code = create_clidriver().main(argv)
        except SystemExit as end:
            code = end.code
        return code or 0, sys.stdout.buffer.getvalue().decode(), sys.stderr.buffer.getvalue().decode()
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams


def write(name, content):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return name


def read(name):
    with open(name, "rb") as file:
        return file.read()


def web(url, host=None):
    return urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host} if host else {})).read()


@contextlib.contextmanager
def signed_in_as(user):
    key = aws("iam create-access-key --user-name %s" % user)["AccessKey"]
    before = dict(os.environ)
    os.environ.update(AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])
    try:
        yield
    finally:
        os.environ.update(before)


@check
def s3_copies_lists_syncs_and_removes():
    aws("s3 mb s3://cli-files")
    large = os.urandom(9 * 1024 * 1024)  # above the size from which the CLI uploads in parts
    write("site/index.html", "<h1>hello</h1>")
    write("site/deep/style.css", "h1 {}")
    write("large.bin", large)
    aws("s3 cp large.bin s3://cli-files/large.bin")
    aws("s3 cp s3://cli-files/large.bin back.bin")
    equal(read("back.bin"), large)
    aws("s3 cp - s3://cli-files/from-stdin.txt", stdin=b"typed")
    equal(aws("s3 cp s3://cli-files/from-stdin.txt -"), "typed")
    equal(aws("s3 sync site s3://cli-files/site").count("upload:"), 2)
    equal(aws("s3 sync site s3://cli-files/site"), "")
    os.remove("site/deep/style.css")
    assert "delete: s3://cli-files/site/deep/style.css" in aws("s3 sync site s3://cli-files/site --delete")
    aws("s3 cp s3://cli-files/site s3://cli-files/copy --recursive")
    listing = aws("s3 ls s3://cli-files --recursive --summarize")
    assert "copy/index.html" in listing and "Total Objects: 4" in listing, listing
    equal(aws("s3api head-object --bucket cli-files --key site/index.html")["ContentType"], "text/html")
    aws("s3 mv s3://cli-files/copy/index.html s3://cli-files/moved.html")
    aws("s3 ls s3://cli-files/copy/index.html", fails="")


@check
def s3_presigns_what_anybody_can_fetch_until_it_expires():
    url = aws("s3 presign s3://cli-files/from-stdin.txt --expires-in 60").strip()
    equal(web(url), b"typed")
    # Keys that Orrery has issued are verified, in the old form of the signature that version 1 uses too.
    aws("iam create-user --user-name presigner")
    aws("iam attach-user-policy --user-name presigner --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    with signed_in_as("presigner"):
        url = aws("s3 presign s3://cli-files/from-stdin.txt").strip()
    equal(web(url), b"typed")
    try:
        web(url.replace("from-stdin.txt", "moved.html"))
        raise AssertionError("a signature for one object opened another")
    except urllib.error.HTTPError as refused:
        equal(refused.code, 403)
    aws("s3 rb s3://cli-files", fails="BucketNotEmpty")
    aws("s3 rb s3://cli-files --force")
    aws("s3 ls s3://cli-files", fails="NoSuchBucket")


@check
def sqs_sends_receives_and_deletes():
    url = aws("sqs create-queue --queue-name cli --attributes VisibilityTimeout=0")["QueueUrl"]
    aws("sqs send-message --message-body hello --queue-url", url)
    message = aws("sqs receive-message --attribute-names All --wait-time-seconds 1 --queue-url", url)["Messages"][0]
    equal(message["Body"], "hello")
    aws("sqs delete-message --receipt-handle", message["ReceiptHandle"], "--queue-url", url)
    count = aws("sqs get-queue-attributes --attribute-names ApproximateNumberOfMessages --queue-url", url)
    equal(count["Attributes"], {"ApproximateNumberOfMessages": "0"})
    aws("sqs get-queue-url --queue-name nowhere", fails="NonExistentQueue")


@check
def dynamodb_keeps_queries_and_refuses_in_shorthand_and_json():
    schema = "--attribute-definitions AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=N"
    keys = "--key-schema AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE"
    aws("dynamodb create-table --table-name cli --billing-mode PAY_PER_REQUEST %s %s" % (schema, keys))
    aws("dynamodb wait table-exists --table-name cli")
    for number in range(3):
        item = {"pk": {"S": "a"}, "sk": {"N": str(number)}, "note": {"S": "no. %d" % number}}
        aws("dynamodb put-item --table-name cli --item", json.dumps(item))
    query = aws(
        "dynamodb query --table-name cli --key-condition-expression",
        "pk = :p AND sk > :s",
        "--expression-attribute-values",
        '{":p": {"S": "a"}, ":s": {"N": "0"}}',
        "--query",
        "Items[].note.S",
    )
    equal(query, ["no. 1", "no. 2"])
    equal(aws("dynamodb scan --table-name cli --page-size 1 --select COUNT")["Count"], 3)
    aws(
        'dynamodb put-item --table-name cli --item {"pk":{"S":"a"},"sk":{"N":"1"}} --condition-expression',
        "attribute_not_exists(pk)",
        fails="ConditionalCheckFailedException",
    )


def function_role():
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    document = json.dumps(dict(trust, Version="2012-10-17"))
    role = aws("iam create-role --role-name cli-function --assume-role-policy-document", document)["Role"]["Arn"]
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    aws("iam attach-role-policy --role-name cli-function --policy-arn %s" % policy)
    return role


@check
def lambda_invokes_and_logs_are_filtered():
    code = "exports.handler = async (event) => { console.log('saw ' + event.name); return { hello: event.name ?? 'you' } }"
    with zipfile.ZipFile("function.zip", "w") as archive:
        archive.writestr("index.js", code)
    about = "--runtime nodejs22.x --handler index.handler --zip-file fileb://function.zip --role %s" % function_role()
    aws("lambda create-function --function-name cli %s" % about)
    aws("lambda wait function-active --function-name cli")
    payload = write("payload.json", '{"name": "Ada"}')
    answer = aws("lambda invoke --function-name cli --log-type Tail --payload fileb://%s out.json" % payload)
    equal((answer["StatusCode"], json.loads(read("out.json"))), (200, {"hello": "Ada"}))
    arguments = "logs filter-log-events --log-group-name /aws/lambda/cli --filter-pattern saw --query events[].message"
    messages = eventually("the line in the log", lambda: start(arguments.split(" "), b"")[1])
    assert "saw Ada" in messages, messages


@check
def apigatewayv2_makes_an_api_in_one_command():
    arn = aws("lambda get-function --function-name cli")["Configuration"]["FunctionArn"]
    api = aws("apigatewayv2 create-api --name cli --protocol-type HTTP --target %s" % arn)
    grant = "--action lambda:InvokeFunction --principal apigateway.amazonaws.com --statement-id api"
    aws("lambda add-permission --function-name cli %s" % grant)
    host = api["ApiEndpoint"].replace("https://", "")
    assert b"hello" in web(os.environ["ORRERY_HTTP_URL"] + "/", host)
    equal([one["Name"] for one in aws("apigatewayv2 get-apis")["Items"]], ["cli"])


@check
def cloudformation_packages_and_deploys():
    aws("s3 mb s3://cli-artifacts")
    write("app/src/index.js", "exports.handler = async () => 'packaged'")
    template = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Answer: {Type: String, Default: none}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Runtime: nodejs22.x
      Handler: index.handler
      Environment: {Variables: {ANSWER: !Ref Answer}}
Outputs: {Name: {Value: !Ref Hello}}
"""
    write("app/template.yaml", template)
    aws("cloudformation package --template-file app/template.yaml --s3-bucket cli-artifacts --output-template-file packaged.yaml")
    deploy = "cloudformation deploy --template-file packaged.yaml --stack-name cli --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    assert "Successfully created/updated stack - cli" in aws(deploy + " --parameter-overrides Answer=42")
    assert "No changes to deploy" in aws(deploy + " --no-fail-on-empty-changeset")
    stack = aws("cloudformation describe-stacks --stack-name cli")["Stacks"][0]
    name = stack["Outputs"][0]["OutputValue"]
    equal(aws("lambda get-function-configuration --function-name %s" % name)["Environment"]["Variables"], {"ANSWER": "42"})
    aws("lambda invoke --function-name %s out.json" % name)
    equal(read("out.json"), b'"packaged"')
    aws("cloudformation validate-template --template-body file://packaged.yaml")
    aws("cloudformation delete-stack --stack-name cli")
    aws("cloudformation wait stack-delete-complete --stack-name cli")
    aws("cloudformation describe-stacks --stack-name cli", fails="does not exist")


@check
def ssm_keeps_parameters_by_path_and_decrypts():
    aws("ssm put-parameter --name /cli/plain --type String --value one")
    aws("ssm put-parameter --name /cli/secret --type SecureString --value two")
    aws("ssm put-parameter --name /cli/plain --type String --value again", fails="ParameterAlreadyExists")
    found = aws("ssm get-parameters-by-path --path /cli --with-decryption --query Parameters[].Value")
    equal(sorted(found), ["one", "two"])
    assert aws("ssm get-parameter --name /cli/secret")["Parameter"]["Value"] != "two"


@check
def sns_publishes_to_a_queue():
    topic = aws("sns create-topic --name cli")["TopicArn"]
    url = aws("sqs create-queue --queue-name cli-topic")["QueueUrl"]
    arn = aws("sqs get-queue-attributes --attribute-names QueueArn --queue-url", url)["Attributes"]["QueueArn"]
    policy = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    attributes = json.dumps({"Policy": json.dumps({"Version": "2012-10-17", "Statement": [policy]})})
    aws("sqs set-queue-attributes --attributes", attributes, "--queue-url", url)
    aws("sns subscribe --protocol sqs --topic-arn %s --notification-endpoint %s" % (topic, arn))
    aws("sns publish --subject news --message", "it arrives", "--topic-arn", topic)
    received = aws("sqs receive-message --wait-time-seconds 5 --queue-url", url)["Messages"][0]
    equal(json.loads(received["Body"])["Message"], "it arrives")


@check
def iam_keys_are_verified_and_their_user_held_to_its_policies():
    aws("iam create-user --user-name cli")
    aws("iam attach-user-policy --user-name cli --policy-arn arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess")
    with signed_in_as("cli"):
        equal(aws("sts get-caller-identity")["Arn"], "arn:aws:iam::000000000000:user/cli")
        assert aws("sqs list-queues")["QueueUrls"]
        aws("sqs create-queue --queue-name forbidden", fails="AccessDenied")
        os.environ.update(AWS_SECRET_ACCESS_KEY="wrong")
        aws("sqs list-queues", fails="SignatureDoesNotMatch")


@check
def sts_assumes_a_role():
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = aws("iam create-role --role-name cli-assumed --assume-role-policy-document", document)["Role"]["Arn"]
    session = aws("sts assume-role --role-session-name me --role-arn %s" % role)
    equal(session["AssumedRoleUser"]["Arn"], "arn:aws:sts::000000000000:assumed-role/cli-assumed/me")


@check
def kms_encrypts_and_decrypts_bytes():
    key = aws("kms create-key --description cli")["KeyMetadata"]["KeyId"]
    aws("kms create-alias --alias-name alias/cli --target-key-id %s" % key)
    write("plain.bin", bytes(range(256)))
    sealed = "kms encrypt --key-id alias/cli --plaintext fileb://plain.bin --output text --query CiphertextBlob"
    write("sealed.bin", base64.b64decode(aws(sealed)))
    opened = aws("kms decrypt --ciphertext-blob fileb://sealed.bin --output text --query Plaintext")
    equal(base64.b64decode(opened), bytes(range(256)))


@check
def secretsmanager_keeps_versions_of_a_secret():
    aws("secretsmanager create-secret --name cli --secret-string first")
    aws("secretsmanager put-secret-value --secret-id cli --secret-string second")
    equal(aws("secretsmanager get-secret-value --secret-id cli")["SecretString"], "second")
    previous = aws("secretsmanager get-secret-value --secret-id cli --version-stage AWSPREVIOUS")
    equal(previous["SecretString"], "first")


@check
def cloudwatch_takes_and_gives_metrics():
    aws("cloudwatch put-metric-data --namespace Cli --metric-name Heat --value 21.5 --unit None")
    listed = aws("cloudwatch list-metrics --namespace Cli")["Metrics"]
    equal([one["MetricName"] for one in listed], ["Heat"])
    aws("cloudwatch put-metric-alarm --alarm-name hot --namespace Cli --metric-name Heat --statistic Maximum --period 60 --evaluation-periods 1 --threshold 20 --comparison-operator GreaterThanThreshold")
    equal(aws("cloudwatch describe-alarms --query MetricAlarms[].AlarmName"), ["hot"])


@check
def events_brings_what_matches_to_its_targets():
    url = aws("sqs create-queue --queue-name cli-events")["QueueUrl"]
    arn = aws("sqs get-queue-attributes --attribute-names QueueArn --queue-url", url)["Attributes"]["QueueArn"]
    policy = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    attributes = json.dumps({"Policy": json.dumps({"Version": "2012-10-17", "Statement": [policy]})})
    aws("sqs set-queue-attributes --attributes", attributes, "--queue-url", url)
    aws("events put-rule --name cli --event-pattern", '{"source": ["cli.shop"]}')
    aws("events put-targets --rule cli --targets Id=1,Arn=%s" % arn)
    for source in ("cli.other", "cli.shop"):
        entry = {"Source": source, "DetailType": "order", "Detail": '{"total": 3}'}
        equal(aws("events put-events --entries", json.dumps([entry]))["FailedEntryCount"], 0)
    received = aws("sqs receive-message --wait-time-seconds 5 --max-number-of-messages 10 --queue-url", url)["Messages"]
    equal([json.loads(one["Body"])["source"] for one in received], ["cli.shop"])


@check
def ses_verifies_a_domain_by_its_record_and_sends_by_both_apis():
    token = aws("ses verify-domain-identity --domain kitchen.example")["VerificationToken"]
    zone = aws("route53 create-hosted-zone --name kitchen.example --caller-reference kitchen")["HostedZone"]["Id"]
    record = {"Name": "_amazonses.kitchen.example", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"%s"' % token}]}
    batch = json.dumps({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]})
    aws("route53 change-resource-record-sets --hosted-zone-id " + zone, "--change-batch", batch)
    told = aws("ses get-identity-verification-attributes --identities kitchen.example")["VerificationAttributes"]
    equal(told["kitchen.example"]["VerificationStatus"], "Success")
    aws("ses send-email --from desk@kitchen.example --to admin@kitchen.example --subject Hello --text Hi")
    content = json.dumps({"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}})
    sent = "sesv2 send-email --from-email-address desk@kitchen.example --destination ToAddresses=admin@kitchen.example"
    assert aws(sent, "--content", content)["MessageId"]
    aws("ses send-email --from x@else.example --to admin@kitchen.example --subject Hello --text Hi", fails="MessageRejected")
    equal(aws("sesv2 get-account")["SendQuota"]["SentLast24Hours"], 2.0)
    # This version of the CLI asks for lists at the routes they had before.
    equal([one["IdentityName"] for one in aws("sesv2 list-email-identities")["EmailIdentities"]], ["kitchen.example"])
    aws("sesv2 create-configuration-set --configuration-set-name orders")
    equal(aws("sesv2 list-configuration-sets")["ConfigurationSets"], ["orders"])
    aws("sesv2 create-contact-list --contact-list-name x", fails="CreateContactList is refused")


@check
def fis_runs_an_experiment_and_stops_it():
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "fis.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = aws("iam create-role --role-name trials", "--assume-role-policy-document", json.dumps(trust))["Role"]["Arn"]
    assert "aws:ec2:stop-instances" in [one["id"] for one in aws("fis list-actions")["actions"]]
    actions = json.dumps({"pause": {"actionId": "aws:fis:wait", "parameters": {"duration": "PT10M"}}})
    make = "fis create-experiment-template --description pause --stop-conditions source=none --role-arn " + role
    template = aws(make, "--actions", actions)["experimentTemplate"]["id"]
    experiment = aws("fis start-experiment --experiment-template-id " + template)["experiment"]["id"]
    equal(aws("fis get-experiment --id " + experiment)["experiment"]["actions"]["pause"]["state"]["status"], "running")
    equal(aws("fis stop-experiment --id " + experiment)["experiment"]["state"]["status"], "stopped")
    aws("fis get-experiment --id EXPnone", fails="ResourceNotFoundException")


@check
def what_is_not_run_is_refused_by_name():
    aws("redshift describe-clusters", fails="redshift")
    aws("s3api put-bucket-accelerate-configuration --bucket cli-artifacts --accelerate-configuration Status=Enabled", fails="PutBucketAccelerateConfiguration")


run()
