import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { StopInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { notHere } from '../../../tests/not-here.ts';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { compute } from '../../engines/compute/compute.ts';
import { network } from '../../engines/network/network.ts';
import { levelOf } from './behaviour/instance-levels.ts';
import { Fleet } from './instances.fixture.ts';

/** Tells of itself, and of whether the database's port answers as PostgreSQL does ("SSLRequest", PostgreSQL documentation). */
const server = `const { createServer } = require('node:http');
const { connect } = require('node:net');
createServer((request, response) => {
  if (request.url !== '/database') return response.end('served as ' + process.getuid() + ' from ' + __filename);
  const socket = connect({ host: process.env.DATABASE, port: 5432 }, () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
  socket.once('data', (data) => { response.end('postgres ' + data); socket.destroy(); });
  socket.once('error', (error) => response.end(error.code));
  socket.once('close', () => response.end('closed'));
}).listen(80);`;

const userData = `#!/bin/bash
exitTrap() { /opt/aws/bin/cfn-signal --stack \${AWS::StackName} --resource Server --region \${AWS::Region} -e $?; }
trap exitTrap EXIT
set -euo pipefail
dnf install -y nodejs20
mkdir -p /opt/app
cat > /opt/app/server.cjs <<'EOF'
${server}
EOF
cat > /etc/systemd/system/app.service <<'EOF'
[Service]
User=nobody
WorkingDirectory=/opt/app
ExecStart=/usr/bin/node /opt/app/server.cjs
Environment=DATABASE=\${Database}
Restart=always
[Install]
WantedBy=multi-user.target
EOF
systemctl enable --now app
if command -v python3 >/dev/null; then
  (cd /opt/app && python3 -m http.server 81 >/dev/null 2>&1 &)
  curl --silent --fail --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1:81/server.cjs | grep -c createServer
  python3 -c 'import urllib.request as u; u.install_opener(u.build_opener(u.ProxyHandler({}))); print(u.urlopen("http://localhost/").read().decode(), "to Python")'
fi
curl --silent --show-error --fail --retry 20 --retry-delay 1 --retry-all-errors http://127.0.0.1/
aws sts get-caller-identity --query Arn --output text
curl --silent http://example.com/ || echo not the internet
`;

const ref = (Ref: string) => ({ Ref });
const att = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });
const group = (properties: object) => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: { GroupDescription: 'a group', VpcId: ref('Vpc'), ...properties },
});
const from = (id: string, port: number) => ({
  SecurityGroupIngress: [
    { IpProtocol: 'tcp', FromPort: port, ToPort: port, SourceSecurityGroupId: att(id, 'GroupId') },
  ],
});
const subnet = (CidrBlock: string, zone: string) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: { VpcId: ref('Vpc'), CidrBlock, AvailabilityZone: `us-east-1${zone}`, MapPublicIpOnLaunch: true },
});
const inTable = (id: string) => ({
  Type: 'AWS::EC2::SubnetRouteTableAssociation',
  Properties: { RouteTableId: ref('Table'), SubnetId: ref(id) },
});
const statement = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };

const vpc = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Gateway: { Type: 'AWS::EC2::InternetGateway' },
  Attached: {
    Type: 'AWS::EC2::VPCGatewayAttachment',
    Properties: { VpcId: ref('Vpc'), InternetGatewayId: ref('Gateway') },
  },
  Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: ref('Vpc') } },
  Out: {
    Type: 'AWS::EC2::Route',
    DependsOn: 'Attached',
    Properties: { RouteTableId: ref('Table'), DestinationCidrBlock: '0.0.0.0/0', GatewayId: ref('Gateway') },
  },
  A: subnet('10.0.1.0/24', 'a'),
  B: subnet('10.0.2.0/24', 'b'),
  C: subnet('10.0.3.0/24', 'a'),
  D: subnet('10.0.4.0/24', 'b'),
  TableA: inTable('A'),
  TableB: inTable('B'),
  Front: group({ SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '0.0.0.0/0' }] }),
  App: group(from('Front', 80)),
  Data: group(from('App', 5432)),
};

const database = {
  Subnets: {
    Type: 'AWS::RDS::DBSubnetGroup',
    Properties: { DBSubnetGroupDescription: 'two zones', SubnetIds: [ref('C'), ref('D')] },
  },
  Database: {
    Type: 'AWS::RDS::DBInstance',
    Properties: {
      Engine: 'postgres',
      DBInstanceClass: 'db.t4g.micro',
      AllocatedStorage: '20',
      MasterUsername: 'owner',
      MasterUserPassword: 'correct-horse',
      DBSubnetGroupName: ref('Subnets'),
      VPCSecurityGroups: [att('Data', 'GroupId')],
      PubliclyAccessible: false,
    },
  },
};

const instance = (Database: object) => ({
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [statement] } } },
  Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [ref('Role')] } },
  Server: {
    Type: 'AWS::EC2::Instance',
    DependsOn: ['Out', 'TableA'],
    CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT10M' } },
    Properties: {
      ImageId: '{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64}}',
      InstanceType: 't3.small',
      SubnetId: ref('A'),
      SecurityGroupIds: [att('App', 'GroupId')],
      IamInstanceProfile: ref('Profile'),
      UserData: { 'Fn::Base64': { 'Fn::Sub': [userData, Database] } },
    },
  },
});

const front = {
  Balancer: {
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    DependsOn: ['Out', 'TableA', 'TableB'],
    Properties: { Subnets: [ref('A'), ref('B')], SecurityGroups: [att('Front', 'GroupId')] },
  },
  Targets: {
    Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
    Properties: {
      VpcId: ref('Vpc'),
      Port: 80,
      Protocol: 'HTTP',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      Targets: [{ Id: ref('Server') }],
    },
  },
  Listener: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: {
      LoadBalancerArn: ref('Balancer'),
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [{ Type: 'forward', TargetGroupArn: ref('Targets') }],
    },
  },
};

const template = (withDatabase: boolean) => ({
  Resources: {
    ...vpc,
    ...front,
    ...(withDatabase
      ? { ...database, ...instance({ Database: att('Database', 'Endpoint.Address') }) }
      : instance({ Database: 'none' })),
  },
  Outputs: {
    Name: { Value: att('Balancer', 'DNSName') },
    Targets: { Value: ref('Targets') },
    Server: { Value: ref('Server') },
    Address: { Value: att('Server', 'PrivateIp') },
    Vpc: { Value: ref('Vpc') },
  },
});

const hasPython = spawnSync('python3', ['--version'], { stdio: 'ignore' }).status === 0;

/** Other machines have one loopback address, which cannot stand for those of a VPC. */
const lacking = notHere(
  'instances at the level loopback',
  process.platform === 'linux' ? undefined : 'loopback addresses beside 127.0.0.1 are Linux’s',
);

for (const [isolation, wanted] of [
  [undefined, 'root'],
  ['plain', 'folder'],
] as const)
  describe(`instances without network namespaces (${wanted})`, { skip: lacking }, () => {
    test('W-C2: serve through a load balancer, and reach the database, which others do not', async (t) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'orrery-loopback-'));
      // Run as root, such an instance is the user nobody, who must come to its folder.
      chmodSync(dataDir, 0o755);
      const orrery = await startOrrery({ clock: 'running', dataDir, levels: { network: 'loopback', isolation } });
      t.after(async () => {
        await orrery.stop();
        rmSync(dataDir, { recursive: true, force: true });
      });
      process.stderr.write(`Instances without network namespaces run at the level ${levelOf(orrery.kernel)}.\n`);
      const rootless = levelOf(orrery.kernel) === wanted ? undefined : 'no user namespaces, or no bubblewrap';
      if (notHere(`instances of the level ${wanted}`, rootless)) return t.skip(rootless);
      const fleet = new Fleet(orrery);
      const withDatabase = wanted === 'folder';
      const { Server = '', Vpc = '', Address = '', Name = '', Targets = '' } = await deployed(orrery, { withDatabase });
      const said = await fleet.consoleOf(Server);
      assert.match(said, /level loopback: programs of instances reach one another/);
      assert.match(said, /User= has no effect/);
      assert.match(said, /assumed-role\/stack-Role-[A-Z0-9]+\/i-/);
      if (hasPython) assert.match(said, /served as .* to Python/);
      assert.match(said, /example.com:80 is not reached/);
      assert.match(said, /not the internet/);

      await healthy(orrery, Targets);
      const served = await ask(orrery, Name, '/');
      if (wanted === 'root') assert.equal(served, 'served as 0 from /opt/app/server.cjs');
      else {
        assert.match(served, /^served as [1-9].*\/opt\/app\/server\.cjs$/);
        assert.ok(served.includes(dataDir));
      }
      const engine = orrery.kernel.engine(network);
      const stranger = { from: '10.0.2.200', address: Address, port: 80, timeoutMs: 500 };
      await assert.rejects(engine.connect(Vpc, stranger), { code: 'ETIMEDOUT' });
      if (withDatabase) await showDatabase();

      await fleet.ec2.send(new StopInstancesCommand({ InstanceIds: [Server] }));
      await fleet.until(Server, 'stopped');
      const running = orrery.kernel.engine(compute).sandboxes();
      assert.deepEqual(
        running.filter(({ kind }) => kind === 'instance'),
        [],
      );

      /** From the instance it answers; from outside the VPC, and where no interface is, it does not. */
      async function showDatabase(): Promise<void> {
        assert.match(await ask(orrery, Name, '/database'), /^postgres [SN]$/);
        const { interfaces } = engine.vpc(Vpc);
        const address = interfaces.find(({ privateIp }) => /^10\.0\.[34]\./.test(privateIp))?.privateIp ?? '';
        const outsider = { from: '203.0.113.1', address, port: 5432, timeoutMs: 500 };
        await assert.rejects(engine.connect(Vpc, outsider), { code: 'ETIMEDOUT' });
      }
    });
  });

async function deployed(orrery: Orrery, { withDatabase }: { withDatabase: boolean }): Promise<Record<string, string>> {
  const cloudformation = orrery.client(CloudFormationClient);
  const StackName = 'stack';
  const TemplateBody = JSON.stringify(template(withDatabase));
  await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
  for (;;) {
    const [stack] = (await cloudformation.send(new DescribeStacksCommand({ StackName }))).Stacks ?? [];
    if (stack?.StackStatus === 'CREATE_COMPLETE')
      return Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') {
      const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
      const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
      throw new Error(JSON.stringify(failed.map((event) => [event.LogicalResourceId, event.ResourceStatusReason])));
    }
    await orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
  }
}

async function healthy(orrery: Orrery, TargetGroupArn: string): Promise<void> {
  const elbv2 = orrery.client(ElasticLoadBalancingV2Client);
  for (let winds = 0; winds < 60; winds += 1) {
    const { TargetHealthDescriptions = [] } = await elbv2.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
    if (TargetHealthDescriptions[0]?.TargetHealth?.State === 'healthy') return;
    await orrery.clock.wind(5000);
  }
  throw new Error('the target did not become healthy');
}

function ask(orrery: Orrery, host: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(`${orrery.httpUrl}${path}`, { headers: { host } }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(text);
    });
    asked.once('error', reject).end();
  });
}
