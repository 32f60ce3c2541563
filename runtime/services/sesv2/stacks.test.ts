import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { hosts } from '../../data-planes/http/hosts.ts';
import { fidelitiesOf } from '../../engines/cloudformation/check/check-resources.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { registry } from '../../kernel/resource-registry.ts';
import { MailLab, simple } from './mail-lab.fixture.ts';

let lab: MailLab;
let cloudformation: CloudFormationClient;
before(async () => {
  lab = await MailLab.start(['cloudformation', 'route53', 'sns', 'sqs']);
  cloudformation = lab.orrery.client(CloudFormationClient);
});
after(() => lab.orrery.stop());

async function deploy(StackName: string, Resources: object, again = false): Promise<void> {
  const input = { StackName, TemplateBody: JSON.stringify({ Resources }), Tags: [{ Key: 'team', Value: 'kitchen' }] };
  const { StackId = '' } = again
    ? await cloudformation.send(new UpdateStackCommand(input))
    : await cloudformation.send(new CreateStackCommand(input));
  await lab.orrery.kernel.engine(deployments).settled(StackId);
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  assert.match(Stacks?.[0]?.StackStatus ?? '', /^(CREATE|UPDATE)_COMPLETE/, Stacks?.[0]?.StackStatusReason);
}

const identity = (EmailIdentity: string, more: object = {}) => ({
  Type: 'AWS::SES::EmailIdentity',
  Properties: { EmailIdentity, ...more },
});
const status = async (EmailIdentity: string) =>
  (await lab.ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).VerificationStatus;

test('a stack’s address can send as soon as it is there, by its configuration set and template', async () => {
  const resources = (sending: boolean, SubjectPart: string) => ({
    Set: {
      Type: 'AWS::SES::ConfigurationSet',
      Properties: { Name: 'orders', SendingOptions: { SendingEnabled: sending } },
    },
    Watch: {
      Type: 'AWS::SES::ConfigurationSetEventDestination',
      Properties: {
        ConfigurationSetName: { Ref: 'Set' },
        EventDestination: {
          Name: 'watch',
          Enabled: true,
          MatchingEventTypes: ['send', 'renderingFailure'],
          CloudWatchDestination: {
            DimensionConfigurations: [
              { DimensionName: 'kind', DimensionValueSource: 'messageTag', DefaultDimensionValue: 'none' },
            ],
          },
        },
      },
    },
    Sender: identity('desk@example.com', {
      ConfigurationSetAttributes: { ConfigurationSetName: { Ref: 'Set' } },
      FeedbackAttributes: { EmailForwardingEnabled: false },
    }),
    Admin: identity('admin@example.com'),
    Template: {
      Type: 'AWS::SES::Template',
      Properties: { Template: { TemplateName: 'order', SubjectPart, TextPart: 'Hi {{name}}' } },
    },
  });
  await deploy('mail', resources(true, 'For {{name}}'));
  const Template = { TemplateName: 'order', TemplateData: '{"name": "Ada"}' };
  const send = () =>
    lab.ses.send(new SendEmailCommand({ ...simple('desk@example.com', ['admin@example.com']), Content: { Template } }));
  await send();
  assert.deepEqual([lab.last('admin@').subject, lab.last('admin@').text], ['For Ada', 'Hi Ada']);
  const about = await lab.ses.send(new GetEmailIdentityCommand({ EmailIdentity: 'desk@example.com' }));
  assert.deepEqual([about.FeedbackForwardingStatus, about.ConfigurationSetName], [false, 'orders']);
  assert.ok(about.Tags?.some(({ Key, Value }) => Key === 'team' && Value === 'kitchen'));
  const ConfigurationSetName = 'orders';
  const { EventDestinations } = await lab.ses.send(
    new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName }),
  );
  assert.deepEqual(EventDestinations?.[0]?.MatchingEventTypes, ['SEND', 'RENDERING_FAILURE']);
  await deploy('mail', resources(false, 'Order of {{name}}'), true);
  await assert.rejects(send(), { name: 'SendingPausedException' });
  await deploy('mail', resources(true, 'Order of {{name}}'), true);
  await send();
  assert.equal(lab.last('admin@').subject, 'Order of Ada');
  const { StackId = '' } =
    (await cloudformation.send(new DescribeStacksCommand({ StackName: 'mail' }))).Stacks?.[0] ?? {};
  await cloudformation.send(new DeleteStackCommand({ StackName: StackId }));
  await lab.orrery.kernel.engine(deployments).settled(StackId);
  await assert.rejects(lab.ses.send(new GetConfigurationSetCommand({ ConfigurationSetName })), {
    name: 'NotFoundException',
  });
  await assert.rejects(status('desk@example.com'), { name: 'NotFoundException' });
});

test('a stack’s domain is verified by its DKIM records where the zone is here, and at once where it is not', async () => {
  await deploy('elsewhere', { Domain: identity('elsewhere.example') });
  assert.equal(await status('elsewhere.example'), 'SUCCESS');
  const route53 = lab.orrery.client(Route53Client);
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: 'here.example', CallerReference: '1' }),
  );
  const record = (index: number) => ({
    Type: 'AWS::Route53::RecordSet',
    Properties: {
      HostedZoneId: HostedZone?.Id?.split('/').pop(),
      Name: { 'Fn::GetAtt': ['Domain', `DkimDNSTokenName${index}`] },
      Type: 'CNAME',
      TTL: '300',
      ResourceRecords: [{ 'Fn::GetAtt': ['Domain', `DkimDNSTokenValue${index}`] }],
    },
  });
  const Domain = identity('here.example');
  await deploy('here', { Domain });
  assert.equal(await status('here.example'), 'PENDING');
  await deploy('here', { Domain, One: record(1), Two: record(2) }, true);
  assert.equal(await status('here.example'), 'PENDING');
  await deploy('here', { Domain, One: record(1), Two: record(2), Three: record(3) }, true);
  const about = await lab.ses.send(new GetEmailIdentityCommand({ EmailIdentity: 'here.example' }));
  assert.deepEqual([about.VerificationStatus, about.DkimAttributes?.Status], ['SUCCESS', 'SUCCESS']);
  const sent = simple('anyone@mail.here.example', ['success@simulator.amazonses.com']);
  await lab.ses.send(new SendEmailCommand(sent));
});

test('the CDK’s destination of all events deploys, and fidelity says which of them never come', async () => {
  const MatchingEventTypes = [
    ...['send', 'reject', 'bounce', 'complaint', 'delivery', 'open', 'click', 'renderingFailure'],
    ...['deliveryDelay', 'subscription'],
  ];
  const EventBusArn = 'arn:aws:events:us-east-1:000000000000:event-bus/default';
  const EventDestination = { Enabled: true, MatchingEventTypes, EventBridgeDestination: { EventBusArn } };
  const ConfigurationSetName = { Ref: 'Set' };
  const Destination = {
    Type: 'AWS::SES::ConfigurationSetEventDestination',
    Properties: { ConfigurationSetName, EventDestination },
  };
  const set = (TrackingOptions: object) => ({
    Type: 'AWS::SES::ConfigurationSet',
    Properties: { Name: 'all', TrackingOptions },
  });
  const Domain = identity('tracks.example');
  const CustomRedirectDomain = 'go.tracks.example';
  await deploy('tracks', {
    Domain,
    Set: { ...set({ CustomRedirectDomain, HttpsPolicy: 'OPTIONAL' }), DependsOn: 'Domain' },
    Destination,
  });
  const options = async () =>
    (await lab.ses.send(new GetConfigurationSetCommand({ ConfigurationSetName: 'all' }))).TrackingOptions;
  assert.deepEqual(await options(), { CustomRedirectDomain, HttpsPolicy: 'OPTIONAL' });
  // Its DNS is elsewhere, where no CNAME can be looked for: the name answers all the same.
  const answers = () => lab.orrery.kernel.engine(hosts).find(`${CustomRedirectDomain}.localhost`) !== undefined;
  assert.ok(answers());
  await deploy('tracks', { Domain, Set: set({ HttpsPolicy: 'REQUIRE' }), Destination }, true);
  assert.deepEqual(await options(), { HttpsPolicy: 'REQUIRE' });
  assert.ok(!answers());
  const { resourceTypes } = lab.orrery.kernel.engine(registry);
  const stored = fidelitiesOf('Destination', Destination, resourceTypes).filter(
    ({ fidelity }) => fidelity === 'stored',
  );
  assert.deepEqual(
    stored.map(({ property }) => property.split('.').pop()),
    ['deliveryDelay', 'subscription'],
  );
});
