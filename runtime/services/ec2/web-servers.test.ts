import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { build } from 'esbuild';
import { strToU8, zipSync } from 'fflate';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { network } from '../../engines/network/network.ts';
import { machines } from './behaviour/machines.ts';
import { Fleet, lacking } from './instances.fixture.ts';

/** What three services of a web application are: a server each, which says who and as whom it is. */
const server = `const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
createServer((request, response) => {
  if (request.url === '/fail') process.exit(3);
  response.end(JSON.stringify({ service: process.env.SERVICE, user: process.getuid(), text: readFileSync(__dirname + '/text.txt', 'utf8') }));
}).listen(Number(process.env.PORT));
`;

const sender = `import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
const sqs = new SQSClient();
const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/000000000000/orders';
sqs
  .send(new SendMessageCommand({ QueueUrl, MessageBody: 'from an instance' }))
  .then(({ MessageId }) => console.log('sent', MessageId));`;

const unit = (name: string, port: number): string => `[Unit]
Description=Slack Water: ${name}
After=network-online.target
[Service]
Type=simple
User=nobody
WorkingDirectory=/opt/app
ExecStart=/usr/bin/node /opt/app/server.cjs
Environment=SERVICE=${name} "PORT=${port}"
Restart=always
RestartSec=100ms
[Install]
WantedBy=multi-user.target
`;

const services = { orders: 3001, reservations: 3002, content: 3003 };

/** As the CDK writes it: fetch the asset, unzip, write units, start them, and signal what came of it. */
const userData = `#!/bin/bash
exitTrap() { /opt/aws/bin/cfn-signal --stack \${AWS::StackName} --resource Server --region \${AWS::Region} -e $? || echo 'Failed to send Cloudformation Signal'; }
trap exitTrap EXIT
set -euo pipefail
dnf install -y nodejs20 unzip
mkdir -p /opt/app
aws s3 cp 's3://assets/app.zip' /tmp/app.zip
unzip -q /tmp/app.zip -d /opt/app
${Object.entries(services)
  .map(([name, port]) => `cat > /etc/systemd/system/${name}.service <<'EOF'\n${unit(name, port)}EOF`)
  .join('\n')}
systemctl daemon-reload
systemctl enable --now ${Object.keys(services).join(' ')}
for port in ${Object.values(services).join(' ')}; do
  curl --silent --show-error --fail --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:$port/
done
aws sts get-caller-identity --query Arn --output text
node /opt/app/send.cjs
aws cloudwatch put-metric-data --namespace App --metric-name Started --value 1 --unit Count --dimensions Service=web && echo measured
echo value: $(aws ssm get-parameter --name /app/value --query Parameter.Value --output text)
`;

const allow = (Service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
});

/** A VPC with one public subnet, and a server in it with a role that reads the asset. */
function template(serverProperties: object, rest: object = {}) {
  return {
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
      Gateway: { Type: 'AWS::EC2::InternetGateway' },
      Attached: {
        Type: 'AWS::EC2::VPCGatewayAttachment',
        Properties: { VpcId: { Ref: 'Vpc' }, InternetGatewayId: { Ref: 'Gateway' } },
      },
      Subnet: {
        Type: 'AWS::EC2::Subnet',
        Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24', MapPublicIpOnLaunch: true },
      },
      Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
      Out: {
        Type: 'AWS::EC2::Route',
        DependsOn: 'Attached',
        Properties: {
          RouteTableId: { Ref: 'Table' },
          DestinationCidrBlock: '0.0.0.0/0',
          GatewayId: { Ref: 'Gateway' },
        },
      },
      TableOfSubnet: {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { RouteTableId: { Ref: 'Table' }, SubnetId: { Ref: 'Subnet' } },
      },
      Group: {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: 'web',
          VpcId: { Ref: 'Vpc' },
          SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 3001, ToPort: 3003, CidrIp: '10.0.0.0/16' }],
        },
      },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: allow('ec2.amazonaws.com'),
          Policies: [
            {
              PolicyName: 'asset',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: ['s3:GetObject', 'ssm:GetParameter', 'sqs:SendMessage', 'cloudwatch:PutMetricData'],
                    Resource: '*',
                  },
                ],
              },
            },
          ],
        },
      },
      Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Role' }] } },
      Server: {
        Type: 'AWS::EC2::Instance',
        DependsOn: ['Out', 'TableOfSubnet'],
        CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT10M' } },
        ...rest,
        Properties: {
          ImageId: '{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64}}',
          InstanceType: 't3.small',
          SubnetId: { Ref: 'Subnet' },
          SecurityGroupIds: [{ Ref: 'Group' }],
          IamInstanceProfile: { Ref: 'Profile' },
          ...serverProperties,
        },
      },
    },
    Outputs: {
      Address: { Value: { 'Fn::GetAtt': ['Server', 'PrivateIp'] } },
      Vpc: { Value: { Ref: 'Vpc' } },
      Server: { Value: { Ref: 'Server' } },
      Group: { Value: { Ref: 'Group' } },
      Subnet: { Value: { Ref: 'Subnet' } },
    },
  };
}

describe('web servers made by a template', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let cloudformation: CloudFormationClient;

  before(async () => {
    orrery = await startOrrery({ clock: 'running' });
    fleet = new Fleet(orrery);
    cloudformation = orrery.client(CloudFormationClient);
    const s3 = orrery.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: 'assets' }));
    // As an application's build makes it: the SDK in the bundle, which finds region, endpoint and credentials by itself.
    const { outputFiles } = await build({
      stdin: { contents: sender, resolveDir: import.meta.dirname },
      bundle: true,
      platform: 'node',
      write: false,
    });
    const files = {
      'server.cjs': strToU8(server),
      'text.txt': strToU8('the menu'),
      'send.cjs': outputFiles[0]?.contents ?? new Uint8Array(),
    };
    await orrery.client(SQSClient).send(new CreateQueueCommand({ QueueName: 'orders' }));
    const Body = zipSync(files, { mtime: '2026-01-01T00:00:00' });
    await s3.send(new PutObjectCommand({ Bucket: 'assets', Key: 'app.zip', Body }));
    const ssm = orrery.client(SSMClient);
    await ssm.send(new PutParameterCommand({ Name: '/app/value', Value: 'forty-two', Type: 'String' }));
  });
  after(() => orrery.stop());

  const deploy = async (StackName: string, body: object): Promise<Record<string, string>> => {
    const input = { StackName, TemplateBody: JSON.stringify(body), Capabilities: ['CAPABILITY_IAM' as const] };
    await cloudformation.send(new CreateStackCommand(input));
    for (let tries = 0; tries < 300; tries += 1) {
      const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
      const [stack] = Stacks;
      if (stack?.StackStatus === 'CREATE_COMPLETE')
        return Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
      if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') {
        const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
        const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
        throw new Error(JSON.stringify(failed.map((event) => [event.LogicalResourceId, event.ResourceStatusReason])));
      }
      await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
    }
    const { Reservations = [] } = await fleet.ec2.send(new DescribeInstancesCommand({}));
    const said = Reservations.map(({ Instances = [] }) =>
      orrery.kernel.engine(machines).console(Instances[0]?.InstanceId ?? ''),
    );
    throw new Error(`${StackName} is not complete after thirty seconds; consoles: ${said.join('\n---\n')}`);
  };

  /** From an address of the VPC that the runtime holds, as a load balancer's node would. */
  const ask = async (vpcId: string, address: string, port: number, path = '/'): Promise<string> => {
    const timeoutMs = 2000;
    const socket = await orrery.kernel.engine(network).connect(vpcId, { from: '10.0.1.200', address, port, timeoutMs });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) text += chunk;
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  };

  test('UserData fetches the asset, starts three services under systemd and signals; they answer and are restarted', async () => {
    const {
      Address = '',
      Vpc = '',
      Server = '',
    } = await deploy('web', template({ UserData: { 'Fn::Base64': { 'Fn::Sub': userData } } }));
    const text = await fleet.consoleOf(Server);
    assert.match(text, /assumed-role\/web-Role-[A-Z0-9]+\/i-/);
    assert.match(text, /value: forty-two/);
    assert.match(text, /^measured$/m);
    assert.match(text, /^sent [0-9a-f-]{36}$/m);
    for (const [service, port] of Object.entries(services)) {
      const said = JSON.parse(await ask(Vpc, Address, port));
      assert.deepEqual(said, { service, user: 65534, text: 'the menu' });
    }
    await ask(Vpc, Address, 3001, '/fail').catch(() => '');
    for (let tries = 0; ; tries += 1) {
      const again = await ask(Vpc, Address, 3001).catch(() => undefined);
      if (again?.includes('orders')) break;
      assert.ok(tries < 50, 'the service was not restarted');
      await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
    }
  });

  test('cfn-init does what the metadata says, in the order of its config sets, and cfn-signal tells of it', async () => {
    const init = {
      configSets: { default: ['install', 'run'] },
      install: {
        packages: { yum: { nodejs20: [] } },
        groups: { web: {} },
        users: { web: { groups: ['web'], homeDir: '/opt/app' } },
        sources: { '/opt/app': 'https://assets.s3.us-east-1.amazonaws.com/app.zip' },
        files: {
          '/etc/systemd/system/orders.service': {
            content: unit('orders', 3001),
            mode: '000644',
            owner: 'root',
            group: 'root',
          },
          '/etc/pki/rds/global-bundle.pem': {
            source: 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem',
          },
          '/etc/app.json': { content: { region: { Ref: 'AWS::Region' } }, owner: 'web', mode: '000400' },
        },
        commands: {
          '02-second': { command: 'echo second >> /srv/order' },
          '01-first': { command: ['sh', '-c', 'echo first $WORD >> /srv/order'], env: { WORD: 'word' } },
          '03-skipped': { command: 'echo third >> /srv/order', test: 'false' },
        },
      },
      run: { services: { systemd: { orders: { enabled: true, ensureRunning: true } } } },
    };
    const script = `#!/bin/bash
(
  set +e
  /opt/aws/bin/cfn-init -v --region \${AWS::Region} --stack \${AWS::StackName} --resource Server -c default
  /opt/aws/bin/cfn-signal -e $? --region \${AWS::Region} --stack \${AWS::StackName} --resource Server
  cat /srv/order /etc/app.json; stat -c '%U %a' /etc/app.json; systemctl is-enabled orders
  head -1 /etc/pki/rds/global-bundle.pem
  cat /var/log/cfn-init.log >&2
)
`;
    const Authentication = { role: { type: 'S3', roleName: { Ref: 'Role' }, buckets: ['assets'] } };
    const {
      Address = '',
      Vpc = '',
      Server = '',
    } = await deploy(
      'init',
      template(
        { UserData: { 'Fn::Base64': { 'Fn::Sub': script } } },
        { Metadata: { 'AWS::CloudFormation::Init': init, 'AWS::CloudFormation::Authentication': Authentication } },
      ),
    );
    const text = await fleet.consoleOf(Server);
    assert.match(text, /^first word\nsecond\n\{"region":"us-east-1"\}web 400\nenabled\n-----BEGIN CERTIFICATE-----$/m);
    assert.match(await ask(Vpc, Address, 3001), /"orders"/);
  });

  test('what cfn-init cannot do is said by name, and the failure it signals fails the stack', async () => {
    const script = `#!/bin/bash
/opt/aws/bin/cfn-init --region \${AWS::Region} --stack \${AWS::StackName} --resource Server
/opt/aws/bin/cfn-signal -e $? --region \${AWS::Region} --stack \${AWS::StackName} --resource Server
`;
    const init = { config: { packages: { rubygems: { rails: [] } } } };
    await assert.rejects(
      deploy(
        'refused',
        template(
          { UserData: { 'Fn::Base64': { 'Fn::Sub': script } } },
          { Metadata: { 'AWS::CloudFormation::Init': init } },
        ),
      ),
      /Received FAILURE signal with UniqueId i-/,
    );
  });
});
