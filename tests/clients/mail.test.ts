import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import type { ShownMail } from '../../runtime/cli/kept-mail.ts';
import { CommandLine } from './command.fixture.ts';

describe('orrery mail', () => {
  const orrery = new CommandLine();
  before(async () => {
    await orrery.up('--empty', '--port', '0', '--http-port', '0', '--https-port', '0', '--dns-port', '0');
  });
  after(() => orrery.close());

  test('lists nothing, and then what SNS sent, and shows one', async () => {
    assert.match((await orrery.run('mail')).stdout, /^No mail has been sent\.$/m);
    assert.deepEqual(await orrery.json<ShownMail[]>('mail'), []);
    const sns = new SNSClient(await clientOptions());
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alarms' }));
    for (const Endpoint of ['ann@example.com', 'bob@example.com'])
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
    sns.destroy();
    const mails = await orrery.json<ShownMail[]>('mail');
    assert.deepEqual(
      mails.map(({ from, to, attachments }) => [from, to, attachments]),
      ['ann@example.com', 'bob@example.com'].map((to) => ['AWS Notifications <no-reply@sns.amazonaws.com>', [to], []]),
    );
    const [{ time, subject, text } = assert.fail()] = mails;
    assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600_000 && /Confirmation/.test(subject), time);
    assert.match(text, /arn:aws:sns:us-east-1:000000000000:alarms/);
    assert.match((await orrery.run('mail')).stdout, /^1 .*ann@example\.com .*Confirmation\n2 .*bob@/m);
    const two = await orrery.run('mail', '2');
    assert.match(two.stdout, /^To +bob@example\.com$[\s\S]*confirm this subscription, visit:/m);
    assert.deepEqual(await orrery.json<ShownMail[]>('mail', '--to', 'nobody'), []);
    assert.equal((await orrery.json<ShownMail[]>('mail', '--last', '1'))[0]?.number, 2);
  });

  test('says which mail there is not, and what it does not take', async () => {
    const none = await orrery.run('mail', '99');
    assert.deepEqual([none.code, /There is no mail 99/.test(none.stderr)], [1, true]);
    const all = await orrery.run('mail', '--save', 'folder');
    assert.deepEqual([all.code, /--save is of one mail/.test(all.stderr)], [2, true]);
  });

  async function clientOptions() {
    const { apiPort } = await orrery.json<{ apiPort: number }>('status');
    return {
      endpoint: `http://127.0.0.1:${apiPort}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
  }
});
