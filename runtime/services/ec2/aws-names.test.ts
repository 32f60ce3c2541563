import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { mailbox } from '../../engines/mail/mailbox.ts';
import { Fleet, lacking } from './instances.fixture.ts';

const desk = 'desk@example.com';

/** The mail that curl sends, by AWS's name and with TLS from the first command on. */
const mail = `cat > /tmp/mail <<'EOF'
From: Desk <${desk}>
To: ${desk}
Subject: from an instance

By SMTP.
EOF
curl --silent --show-error --ssl-reqd --url smtp://email-smtp.us-east-1.amazonaws.com:587 --user 'AKIAUNKNOWN:secret' \\
  --mail-from ${desk} --mail-rcpt ${desk} --upload-file /tmp/mail && echo handed in`;

describe('what an instance reaches by names of AWS', { skip: lacking }, () => {
  let orrery: Orrery;
  let fleet: Fleet;
  let cloudformation: CloudFormationClient;

  before(async () => {
    orrery = await startOrrery({ clock: 'running' });
    fleet = new Fleet(orrery);
    cloudformation = orrery.client(CloudFormationClient);
    const ses = orrery.client(SESv2Client);
    await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: desk }));
    const link = /http:\S+/.exec(orrery.kernel.engine(mailbox).list({ to: desk })[0]?.text ?? '')?.[0] ?? '';
    await fetch(link);
  });
  after(() => orrery.stop());

  test('a wait condition’s handle with plain curl, and the SMTP endpoint of SES', async () => {
    const signal = `curl --silent --show-error --fail -X PUT -H 'Content-Type:' --data-binary '{"Status":"SUCCESS","UniqueId":"one","Data":"ready","Reason":"up"}' '\${Handle}' && echo signalled`;
    const TemplateBody = JSON.stringify({
      Resources: {
        Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
        Subnet: {
          Type: 'AWS::EC2::Subnet',
          Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24', MapPublicIpOnLaunch: true },
        },
        Gateway: { Type: 'AWS::EC2::InternetGateway' },
        Attached: {
          Type: 'AWS::EC2::VPCGatewayAttachment',
          Properties: { VpcId: { Ref: 'Vpc' }, InternetGatewayId: { Ref: 'Gateway' } },
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
        Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
        Server: {
          Type: 'AWS::EC2::Instance',
          DependsOn: ['Out', 'TableOfSubnet'],
          Properties: {
            ImageId: await fleet.imageId(),
            InstanceType: 't3.micro',
            SubnetId: { Ref: 'Subnet' },
            UserData: { 'Fn::Base64': { 'Fn::Sub': `#!/bin/bash\n${signal}\n${mail}\n` } },
          },
        },
        Wait: {
          Type: 'AWS::CloudFormation::WaitCondition',
          Properties: { Handle: { Ref: 'Handle' }, Timeout: '60' },
        },
      },
      Outputs: { Data: { Value: { 'Fn::GetAtt': ['Wait', 'Data'] } }, Server: { Value: { Ref: 'Server' } } },
    });
    const StackName = 'named';
    await cloudformation.send(new CreateStackCommand({ StackName, TemplateBody }));
    const waiting = { client: cloudformation, maxWaitTime: 90, minDelay: 1, maxDelay: 1 };
    await waitUntilStackCreateComplete(waiting, { StackName });
    const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
    const outputs = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    assert.equal(outputs.get('Data'), '{"one":"ready"}');
    const said = await fleet.consoleOf(outputs.get('Server') ?? '');
    assert.match(said, /signalled[\s\S]*handed in/);
    assert.equal(orrery.kernel.engine(mailbox).list({ to: desk }).at(-1)?.subject, 'from an instance');
  });
});
