import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACMClient, ImportCertificateCommand } from '@aws-sdk/client-acm';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { certificates } from '../../engines/certificates/certificates.ts';

const dayMs = 24 * 60 * 60_000;
const Arn = 'arn:aws:sqs:us-east-1:000000000000:expiring';

test('EventBridge is told daily of a certificate that ends within 45 days', async (t) => {
  const orrery = await startOrrery({ services: ['acm', 'route53', 'events', 'sqs', 'iam'] });
  t.after(() => orrery.stop());
  const made = await orrery.kernel
    .engine(certificates)
    .issue(['old.example.com'], { keyAlgorithm: 'EC_prime256v1', validDays: 48 });
  const { CertificateArn = '' } = await orrery.client(ACMClient).send(
    new ImportCertificateCommand({
      Certificate: Buffer.from(made.certificatePem),
      PrivateKey: Buffer.from(made.privateKeyPem),
    }),
  );
  const events = orrery.client(EventBridgeClient);
  const sqs = orrery.client(SQSClient);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'expiring' }));
  const EventPattern = JSON.stringify({
    source: ['aws.acm'],
    'detail-type': ['ACM Certificate Approaching Expiration'],
    resources: [CertificateArn],
  });
  await events.send(new PutRuleCommand({ Name: 'expiring', EventPattern }));
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn },
  ];
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: JSON.stringify({ Statement }) } }));
  await events.send(new PutTargetsCommand({ Rule: 'expiring', Targets: [{ Id: 'queue', Arn }] }));
  const told = async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(
      ({ Body = '' }) => (JSON.parse(Body) as { detail: { DaysToExpiry: number; CommonName: string } }).detail,
    );
  };
  await orrery.clock.wind(1.5 * dayMs);
  assert.deepEqual(await told(), []);
  await orrery.clock.wind(3 * dayMs);
  const details = await told();
  assert.ok(details.length >= 2, JSON.stringify(details));
  assert.deepEqual(new Set(details.map(({ CommonName }) => CommonName)), new Set(['old.example.com']));
  const days = details.map(({ DaysToExpiry }) => DaysToExpiry).sort((one, other) => other - one);
  assert.deepEqual(days, [45, 44, 43].slice(0, days.length));
});
