import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateVpcEndpointCommand,
  DescribeRouteTablesCommand,
  ModifyVpcAttributeCommand,
} from '@aws-sdk/client-ec2';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { Fleet, lacking } from './instances.fixture.ts';

describe('names inside a VPC', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let VpcId: string;
  let SubnetId: string;
  let RouteTableId: string;

  before(async () => {
    orrery = await startOrrery({ services: ['ec2', 'iam', 'sts', 'route53', 'sqs', 's3'], clock: 'running' });
    fleet = new Fleet(orrery);
    VpcId = await fleet.vpc();
    SubnetId = await fleet.subnet(VpcId, '10.0.1.0/24');
    await fleet.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }));
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }];
    const { RouteTables = [] } = await fleet.ec2.send(new DescribeRouteTablesCommand({ Filters }));
    RouteTableId = RouteTables[0]?.RouteTableId ?? '';
  });
  after(() => orrery.stop());

  const said = async (script: string): Promise<string> => {
    const { id } = await fleet.run(`#!/bin/bash\n${script}`, { SubnetId });
    return fleet.consoleOf(id);
  };

  test('private zones of the VPC, public zones and host names resolve, by UDP and by TCP', async () => {
    const route53 = orrery.client(Route53Client);
    const zone = async (Name: string, value: string, VPCId?: string): Promise<void> => {
      const { HostedZone } = await route53.send(
        new CreateHostedZoneCommand({
          Name,
          CallerReference: `${Name}${value}`,
          ...(VPCId ? { VPC: { VPCId, VPCRegion: 'us-east-1' }, HostedZoneConfig: { PrivateZone: true } } : {}),
        }),
      );
      const ResourceRecordSet = {
        Name: `db.${Name}`,
        Type: 'A' as const,
        TTL: 60,
        ResourceRecords: [{ Value: value }],
      };
      const ChangeBatch = { Changes: [{ Action: 'CREATE' as const, ResourceRecordSet }] };
      await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch }));
    };
    await zone('example.com', '192.0.2.7');
    await zone('example.com', '10.0.1.77', VpcId);
    await zone('example.org', '192.0.2.8');
    const text = await said(`
for name in db.example.com db.example.org $(hostname) ip-10-0-1-4.ec2.internal nothing.example.org; do
  echo $name: $(getent hosts $name | cut -d' ' -f1)
done
node -e "require('dns').resolve4('db.example.com', (e, a) => console.log('c-ares', e || a))"
node -e "const r = new (require('dns').Resolver)(); r.setServers(['10.0.0.2']); r.resolve4('db.example.com', (e, a) => console.log('base + 2', e || a))"
`);
    assert.match(text, /db\.example\.com: 10\.0\.1\.77/);
    assert.match(text, /db\.example\.org: 192\.0\.2\.8/);
    assert.match(text, /ip-10-0-1-4\.ec2\.internal: 10\.0\.1\.4/);
    assert.match(text, /nothing\.example\.org:\s*\n/);
    assert.match(text, /c-ares \[ '10\.0\.1\.77' \]/);
    assert.match(text, /base \+ 2 \[ '10\.0\.1\.77' \]/);
  });

  test('AWS is out of reach without a way out, and within reach by an interface endpoint with private DNS', async () => {
    await orrery.client(SQSClient).send(new CreateQueueCommand({ QueueName: 'orders' }));
    // What answers has the time it takes; only what is out of reach is given up.
    const ask = (seconds: number) => `echo $(getent hosts sqs.us-east-1.amazonaws.com | cut -d' ' -f1)
curl -s -m ${seconds} -o /dev/null -w 'plain %{http_code}\\n' http://sqs.us-east-1.amazonaws.com:4566/
curl -s -m ${seconds} -o /dev/null -w 'tls %{http_code}\\n' https://sqs.us-east-1.amazonaws.com/
`;
    const before_ = await said(ask(1));
    assert.match(before_, /^198\.51\.100\.1$/m);
    assert.match(before_, /plain 000/);
    await fleet.ec2.send(
      new CreateVpcEndpointCommand({
        VpcId,
        VpcEndpointType: 'Interface',
        ServiceName: 'com.amazonaws.us-east-1.sqs',
        SubnetIds: [SubnetId],
      }),
    );
    const after_ = await said(ask(30));
    assert.match(after_, /^10\.0\.1\.\d+$/m);
    assert.match(after_, /plain 400/);
    assert.match(after_, /tls 400/);
  });

  test('through an internet gateway a public address is needed, and without DNS support no name resolves', async () => {
    const { InternetGateway } = await fleet.ec2.send(new CreateInternetGatewayCommand({}));
    const InternetGatewayId = InternetGateway?.InternetGatewayId ?? '';
    await fleet.ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId }));
    await fleet.ec2.send(
      new CreateRouteCommand({ RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId }),
    );
    const s3 = orrery.client(S3Client, {
      endpoint: `http://s3.us-east-1.amazonaws.com.localhost:${new URL(orrery.url).port}`,
    });
    const where = { Bucket: 'menus', Key: 'today' };
    await orrery.client(S3Client).send(new CreateBucketCommand({ Bucket: 'menus' }));
    await orrery.client(S3Client).send(new PutObjectCommand({ ...where, Body: 'crab and chips' }));
    const presigned = await getSignedUrl(s3, new GetObjectCommand(where));
    const script = (seconds: number) => `#!/bin/bash
curl -s -m ${seconds} -o /dev/null -w 'sts %{http_code}\\n' http://sts.us-east-1.amazonaws.com:4566/
node -e "
  const at = process.env.AWS_ENDPOINT_URL_S3.replace('//', '//a-bucket.');
  console.log('s3 at', at);
  require('http').get(at, { timeout: ${seconds * 1000} }, ({ statusCode }) => console.log('s3', statusCode))
    .on('timeout', function () { this.destroy(); }).on('error', () => console.log('s3 nothing'));
"
curl -sS -m ${seconds} '${presigned}'; echo " curl said $?"
timeout ${seconds} getent hosts sts.us-east-1.amazonaws.com || echo no name
`;
    const ask = async (AssociatePublicIpAddress: boolean, seconds: number): Promise<string> => {
      const NetworkInterfaces = [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress }];
      const { id } = await fleet.run(script(seconds), { NetworkInterfaces });
      return fleet.consoleOf(id);
    };
    assert.match(await ask(false, 1), /sts 000\n[\s\S]*s3 nothing\n[\s\S]* curl said (?:28|56)/);
    const through = await ask(true, 30);
    assert.match(through, /sts [34]\d\d\n[\s\S]*s3 404\ncrab and chips curl said 0/);
    // The same address leads to the same bucket from a browser on this machine: the name is loopback's, the port the API's.
    assert.ok(
      through.includes(`s3 at http://a-bucket.s3.us-east-1.amazonaws.com.localhost:${new URL(orrery.url).port}`),
    );
    await fleet.ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: false } }));
    assert.match(await ask(true, 1), /no name/);
  });
});
