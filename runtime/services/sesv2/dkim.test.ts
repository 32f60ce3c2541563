import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  CreateEmailIdentityCommand,
  GetEmailIdentityCommand,
  PutEmailIdentityDkimAttributesCommand,
  PutEmailIdentityDkimSigningAttributesCommand,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import { dns } from '../../data-planes/dns/dns.ts';
import { mailbox } from '../../engines/mail/mailbox.ts';
import { MailLab, simple } from './mail-lab.fixture.ts';

const domain = 'kitchen.example';

/** "Authenticating Email with DKIM in Amazon SES"; verified as a receiver would by RFC 6376, from the bytes and DNS alone. */
describe('DKIM', () => {
  let lab: MailLab;
  let zoneId = '';

  before(async () => {
    lab = await MailLab.start(['route53']);
    await lab.leaveSandbox();
    const route53 = lab.orrery.client(Route53Client);
    const made = await route53.send(new CreateHostedZoneCommand({ Name: domain, CallerReference: 'one' }));
    zoneId = made.HostedZone?.Id ?? '';
  });
  after(() => lab.orrery.stop());

  /** As Easy DKIM asks: each token a CNAME. */
  async function publish(tokens: string[] = []): Promise<void> {
    const Changes = tokens.map((token) => ({
      Action: 'UPSERT' as const,
      ResourceRecordSet: {
        Name: `${token}._domainkey.${domain}`,
        Type: 'CNAME' as const,
        TTL: 300,
        ResourceRecords: [{ Value: `${token}.dkim.amazonses.com` }],
      },
    }));
    const input = { HostedZoneId: zoneId, ChangeBatch: { Changes } };
    await lab.orrery.client(Route53Client).send(new ChangeResourceRecordSetsCommand(input));
  }

  async function sent(subject: string, more: object = {}): Promise<Buffer> {
    const input = { ...simple(`Chef <chef@${domain}>`, ['guest@example.org'], subject), ...more };
    await lab.ses.send(new SendEmailCommand(input));
    return lab.orrery.kernel.engine(mailbox).raw(lab.last('guest@example.org').id) ?? assert.fail('no such mail');
  }

  /** The key that DNS gives for a signature, by way of the domain's own CNAME. */
  function publicKey(selector = '', signer = '') {
    const { answers } = lab.orrery.kernel.engine(dns).resolve(`${selector}._domainkey.${signer}.`, 'TXT');
    const record = answers.find(({ type }) => type === 'TXT');
    assert.ok(record && 'data' in record, 'no TXT record');
    const text = [record.data].flat().join('');
    const key = /(?:^|;)\s*p=([^;]+)/.exec(text)?.[1] ?? '';
    return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
  }

  /** 'none' without a signature, else whether it and the body's hash hold. */
  function verdict(raw: Buffer): 'none' | 'pass' | 'fail' {
    const text = raw.toString('latin1').replace(/\r?\n/g, '\r\n');
    const cut = text.indexOf('\r\n\r\n');
    const fields = text.slice(0, cut).split(/\r\n(?![ \t])/);
    const named = (name: string) => fields.filter((field) => field.toLowerCase().startsWith(`${name}:`));
    const [signature] = named('dkim-signature');
    if (!signature) return 'none';
    const tags = new Map(
      signature
        .slice('dkim-signature:'.length)
        .split(';')
        .map((tag) => tag.replace(/\s+/g, '').split(/=(.*)/s) as [string, string]),
    );
    assert.equal(tags.get('a'), 'rsa-sha256');
    assert.equal(tags.get('c'), 'relaxed/simple');
    const body = `${text.slice(cut + 4).replace(/(\r\n)+$/, '')}\r\n`;
    const bodyHolds = createHash('sha256').update(body, 'latin1').digest('base64') === tags.get('bh');
    const relaxed = (field: string) => {
      const [name = '', ...value] = field.split(':');
      return `${name.toLowerCase().trim()}:${value.join(':').replace(/\s+/g, ' ').trim()}`;
    };
    const signed = (tags.get('h') ?? '').split(':').map((name) => relaxed(named(name).at(-1) ?? ''));
    const own = relaxed(signature.replace(/(;\s*b=)[^;]*/, '$1'));
    const data = Buffer.from([...signed, own].join('\r\n'), 'latin1');
    const key = publicKey(tags.get('s'), tags.get('d'));
    const holds = verify('sha256', data, key, Buffer.from(tags.get('b') ?? '', 'base64'));
    return holds && bodyHolds ? 'pass' : 'fail';
  }

  test('mail is signed once the records are there, and not before', async () => {
    const { DkimAttributes } = await lab.ses.send(new CreateEmailIdentityCommand({ EmailIdentity: domain }));
    await lab.verify(`chef@${domain}`);
    assert.equal(verdict(await sent('before')), 'none');
    await publish(DkimAttributes?.Tokens);
    const raw = await sent('Grüße aus der Küche, mit einem Betreff, der länger ist als eine einzige Zeile des Kopfes');
    assert.equal(verdict(raw), 'pass');
    assert.match(raw.toString(), new RegExp(`d=${domain}`));
  });

  test('what is changed on the way is found out', async () => {
    const text = (await sent('one coffee')).toString('latin1');
    assert.equal(verdict(Buffer.from(text.replace('one coffee', 'two coffees'), 'latin1')), 'fail');
    assert.equal(verdict(Buffer.from(text.replace(/<p>HTML/, '<p>html'), 'latin1')), 'fail');
    assert.equal(verdict(Buffer.from(text, 'latin1')), 'pass');
  });

  test('a mail whose opens are tracked is signed with its pixel', async () => {
    const ConfigurationSetName = 'tracked';
    await lab.ses.send(new CreateConfigurationSetCommand({ ConfigurationSetName }));
    const EventBridgeDestination = { EventBusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' };
    const EventDestination = { Enabled: true, MatchingEventTypes: ['OPEN' as const], EventBridgeDestination };
    const destination = { ConfigurationSetName, EventDestinationName: 'bus', EventDestination };
    await lab.ses.send(new CreateConfigurationSetEventDestinationCommand(destination));
    const raw = await sent('tracked', { ConfigurationSetName });
    assert.match(lab.last('guest@example.org').html, /<img src="http:/);
    assert.equal(verdict(raw), 'pass');
  });

  test('signing can be turned off, and the key changed to one of 1024 bits', async () => {
    const EmailIdentity = domain;
    await lab.ses.send(new PutEmailIdentityDkimAttributesCommand({ EmailIdentity, SigningEnabled: false }));
    assert.equal(verdict(await sent('off')), 'none');
    await lab.ses.send(new PutEmailIdentityDkimAttributesCommand({ EmailIdentity, SigningEnabled: true }));
    const { DkimTokens = [] } = await lab.ses.send(
      new PutEmailIdentityDkimSigningAttributesCommand({
        EmailIdentity,
        SigningAttributesOrigin: 'AWS_SES',
        SigningAttributes: { NextSigningKeyLength: 'RSA_1024_BIT' },
      }),
    );
    assert.equal(verdict(await sent('records are not there yet')), 'none');
    await publish(DkimTokens);
    assert.equal(verdict(await sent('again')), 'pass');
    assert.equal(publicKey(DkimTokens[0], domain).asymmetricKeyDetails?.modulusLength, 1024);
  });

  test('keys are there again after a restart', async () => {
    await lab.orrery.restart();
    lab = new MailLab(lab.orrery);
    assert.equal(verdict(await sent('after')), 'pass');
    const { DkimAttributes } = await lab.ses.send(new GetEmailIdentityCommand({ EmailIdentity: domain }));
    assert.equal(DkimAttributes?.Status, 'SUCCESS');
  });
});
