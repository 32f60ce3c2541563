import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  type ResourceRecordSet,
  Route53Client,
  TestDNSAnswerCommand,
} from '@aws-sdk/client-route-53';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { dig as digProgram, skipWithout } from '../../../tests/tools.fixture.ts';
import { dataOf, dig } from '../../data-planes/dns/dig.fixture.ts';

/** Expected answers: Amazon Route 53 Developer Guide and API Reference; RFC 1034, 1035, 4592, 7871. */
describe('Route 53', () => {
  let orrery: Orrery;
  let route53: Route53Client;
  let zoneId: string;

  before(async () => {
    orrery = await startOrrery({ services: ['route53', 'logs', 'cloudwatch', 'iam', 'sts'] });
    route53 = orrery.client(Route53Client);
    const made = await route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' }));
    zoneId = made.HostedZone?.Id ?? '';
  });
  after(() => orrery.stop());

  const change = (Action: 'CREATE' | 'UPSERT' | 'DELETE', ...sets: Partial<ResourceRecordSet>[]) =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: {
          Changes: sets.map((set) => ({ Action, ResourceRecordSet: set as ResourceRecordSet })),
        },
      }),
    );
  const record = (name: string, Type: string, ...values: string[]) =>
    ({
      Name: `${name}example.com`,
      Type,
      TTL: 300,
      ResourceRecords: values.map((Value) => ({ Value })),
    }) as ResourceRecordSet;
  const ask = (name: string, type: string, options = {}) => dataOf(orrery.dnsPort, name, type, options);

  test('a hosted zone has four name servers and an SOA, which answer', async () => {
    const { DelegationSet } = await route53.send(new GetHostedZoneCommand({ Id: zoneId }));
    assert.equal(DelegationSet?.NameServers?.length, 4);
    assert.deepEqual(await ask('example.com', 'NS'), DelegationSet?.NameServers);
    const [soa] = (await ask('example.com', 'SOA')) as { rname: string; minimum: number }[];
    assert.deepEqual([soa?.rname, soa?.minimum], ['awsdns-hostmaster.amazon.com', 86_400]);
  });

  test('records of every type answer over UDP and TCP with their data', async () => {
    await change(
      'CREATE',
      record('types.', 'A', '192.0.2.1', '192.0.2.2'),
      record('types.', 'AAAA', '2001:db8::1'),
      record('types.', 'MX', '10 mail.example.com.', '20 mail2.example.com'),
      record('types.', 'TXT', '"v=spf1 -all"', '"with \\"quotes\\"" "and more"'),
      record('_sip._tcp.', 'SRV', '1 2 5060 sip.example.com.'),
      record('types.', 'CAA', '0 issue "letsencrypt.org"'),
      record('types.', 'NAPTR', '100 50 "s" "SIP+D2U" "" _sip._udp.example.com.'),
      record('types.', 'SPF', '"v=spf1 -all"'),
      record('ptr.', 'PTR', 'host.example.com.'),
    );
    for (const transport of ['udp', 'tcp']) {
      const to = (type: string, name = 'types.example.com') => ask(name, type, { transport });
      assert.deepEqual(await to('A'), ['192.0.2.1', '192.0.2.2']);
      assert.deepEqual(await to('AAAA'), ['2001:db8::1']);
      assert.deepEqual(await to('MX'), [
        { preference: 10, exchange: 'mail.example.com' },
        { preference: 20, exchange: 'mail2.example.com' },
      ]);
      assert.deepEqual(
        (await to('TXT')).map((texts) => (texts as Buffer[]).map(String)),
        [['v=spf1 -all'], ['with "quotes"', 'and more']],
      );
      assert.deepEqual(await to('SRV', '_sip._tcp.example.com'), [
        { priority: 1, weight: 2, port: 5060, target: 'sip.example.com' },
      ]);
      const [caa] = (await to('CAA')) as { tag: string; value: string }[];
      assert.deepEqual([caa?.tag, caa?.value], ['issue', 'letsencrypt.org']);
      assert.deepEqual(await to('PTR', 'ptr.example.com'), ['host.example.com']);
      assert.equal((await to('NAPTR')).length, 1);
      assert.equal((await to('SPF')).length, 1);
    }
  });

  test('a name without the type has no data, another name does not exist, and another domain is refused', async () => {
    await change('CREATE', record('a.b.', 'A', '192.0.2.3'));
    const at = (name: string, type = 'A') => dig(orrery.dnsPort, name, type);
    const [noData, between, missing, foreign] = await Promise.all([
      at('a.b.example.com', 'TXT'),
      at('b.example.com'),
      at('nothing.example.com'),
      at('example.org'),
    ]);
    assert.deepEqual([noData?.rcode, noData?.authorities[0]?.type], ['NOERROR', 'SOA']);
    assert.deepEqual([between?.rcode, between?.answers.length], ['NOERROR', 0]);
    assert.deepEqual(
      [missing?.rcode, missing?.authorities[0]?.type, missing?.packet.flag_aa],
      ['NXDOMAIN', 'SOA', true],
    );
    assert.deepEqual([foreign?.rcode, foreign?.packet.flag_aa], ['REFUSED', false]);
  });

  test('a CNAME is followed inside the zone, and a wildcard answers for names that do not exist', async () => {
    await change(
      'CREATE',
      record('real.', 'A', '192.0.2.7'),
      record('nick.', 'CNAME', 'real.example.com'),
      record('*.wild.', 'A', '192.0.2.8'),
      record('there.wild.', 'TXT', '"own"'),
    );
    assert.deepEqual(await ask('nick.example.com', 'A'), ['real.example.com', '192.0.2.7']);
    assert.deepEqual(await ask('ANY.thing.wild.Example.com', 'A'), ['192.0.2.8']);
    assert.deepEqual(await ask('there.wild.example.com', 'A'), []);
  });

  test('an answer that is too long for UDP says so, and TCP gives it whole', async () => {
    await change(
      'CREATE',
      record('long.', 'TXT', ...Array.from({ length: 12 }, (_, n) => `"${String.fromCharCode(97 + n).repeat(100)}"`)),
    );
    const plain = await dig(orrery.dnsPort, 'long.example.com', 'TXT');
    assert.deepEqual([plain.packet.flag_tc, plain.answers.length], [true, 0]);
    assert.equal((await ask('long.example.com', 'TXT', { transport: 'tcp' })).length, 12);
  });

  test('a batch is carried out whole or not at all, and says everything that is wrong', async () => {
    const batch = change(
      'CREATE',
      record('new.', 'A', '192.0.2.9'),
      record('real.', 'A', '192.0.2.9'),
      record('bad.', 'A', 'not an address'),
      { ...record('', 'A', '192.0.2.9'), Name: 'www.example.org' },
      record('', 'CNAME', 'elsewhere.example.net'),
    );
    await assert.rejects(batch, (error: Error) => {
      assert.equal(error.name, 'InvalidChangeBatch');
      for (const part of [
        "Tried to create resource record set [name='real.example.com.', type='A'] but it already exists",
        "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'not an address'",
        'RRSet with DNS name www.example.org. is not permitted in zone example.com.',
        'RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.',
      ])
        assert.ok(error.message.includes(part), `${error.message} should say ${part}`);
      return true;
    });
    assert.equal((await dig(orrery.dnsPort, 'new.example.com', 'A')).rcode, 'NXDOMAIN');
    await assert.rejects(
      change('CREATE', record('real.', 'CNAME', 'x.example.com')),
      /as it conflicts with other records/,
    );
    await assert.rejects(
      change('DELETE', record('real.', 'A', '192.0.2.200')),
      /the values provided do not match the current values/,
    );
    await assert.rejects(change('DELETE', record('gone.', 'A', '192.0.2.1')), /but it was not found/);
  });

  test('record sets are listed by their names from the last label, by pages', async () => {
    const first = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: 3 }));
    assert.deepEqual(first.ResourceRecordSets?.map(({ Name, Type }) => `${Name} ${Type}`).slice(0, 2), [
      'example.com. NS',
      'example.com. SOA',
    ]);
    assert.equal(first.IsTruncated, true);
    const names = new Set<string>();
    let next: { StartRecordName?: string | undefined; StartRecordType?: ResourceRecordSet['Type'] } = {};
    for (let page = 0; page < 20; page += 1) {
      const list = await route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: zoneId, MaxItems: 3, ...next }),
      );
      for (const { Name, Type } of list.ResourceRecordSets ?? []) names.add(`${Name} ${Type}`);
      if (!list.IsTruncated) break;
      next = { StartRecordName: list.NextRecordName, StartRecordType: list.NextRecordType };
    }
    const { HostedZone } = await route53.send(new GetHostedZoneCommand({ Id: zoneId }));
    assert.equal(names.size, HostedZone?.ResourceRecordSetCount);
    assert.ok(names.has('\\052.wild.example.com. A'));
  });

  test('a change is pending and then in sync, by the clock', async () => {
    const { ChangeInfo } = await change('UPSERT', record('sync.', 'A', '192.0.2.11'));
    const status = async () =>
      (await route53.send(new GetChangeCommand({ Id: ChangeInfo?.Id ?? '' }))).ChangeInfo?.Status;
    assert.equal(await status(), 'PENDING');
    await orrery.clock.wind(60_000);
    assert.equal(await status(), 'INSYNC');
  });

  test('weights share the answers, and a weight of zero answers never', async () => {
    const weighted = (SetIdentifier: string, Weight: number, value: string) => ({
      ...record('weighted.', 'A', value),
      SetIdentifier,
      Weight,
    });
    await change(
      'CREATE',
      weighted('a', 3, '192.0.2.21'),
      weighted('b', 1, '192.0.2.22'),
      weighted('c', 0, '192.0.2.23'),
    );
    const counts = new Map<unknown, number>();
    for (let turn = 0; turn < 400; turn += 1) {
      const [data] = await ask('weighted.example.com', 'A');
      counts.set(data, (counts.get(data) ?? 0) + 1);
    }
    assert.equal(counts.get('192.0.2.23'), undefined);
    const share = (counts.get('192.0.2.21') ?? 0) / 400;
    assert.ok(share > 0.6 && share < 0.9, `three of four answers, not ${share}`);
    await assert.rejects(
      change('CREATE', { ...record('weighted.', 'A', '192.0.2.1'), SetIdentifier: 'm', MultiValueAnswer: true }),
      /a non multivalue answer rrset exists/,
    );
  });

  test("latency and geolocation answer by the client's subnet", async () => {
    const near = (Region: 'us-east-1' | 'eu-west-1', value: string) => ({
      ...record('near.', 'A', value),
      SetIdentifier: Region,
      Region,
    });
    const geo = (SetIdentifier: string, GeoLocation: object, value: string) => ({
      ...record('geo.', 'A', value),
      SetIdentifier,
      GeoLocation,
    });
    await change('CREATE', near('us-east-1', '192.0.2.31'), near('eu-west-1', '192.0.2.32'));
    await change(
      'CREATE',
      geo('europe', { ContinentCode: 'EU' }, '192.0.2.41'),
      geo('ireland', { CountryCode: 'IE' }, '192.0.2.42'),
      geo('virginia', { CountryCode: 'US', SubdivisionCode: 'VA' }, '192.0.2.43'),
      geo('rest', { CountryCode: '*' }, '192.0.2.44'),
    );
    const [virginia, ohio, ireland, frankfurt] = [
      {},
      ...['3.128.0.0/24', '34.240.1.0/24', '18.192.0.0/24'].map((subnet) => ({ subnet })),
    ];
    assert.deepEqual(await ask('near.example.com', 'A', virginia), ['192.0.2.31']);
    assert.deepEqual(await ask('near.example.com', 'A', frankfurt), ['192.0.2.32']);
    assert.deepEqual(await ask('geo.example.com', 'A', virginia), ['192.0.2.43']);
    assert.deepEqual(await ask('geo.example.com', 'A', ohio), ['192.0.2.44']);
    assert.deepEqual(await ask('geo.example.com', 'A', ireland), ['192.0.2.42']);
    assert.deepEqual(await ask('geo.example.com', 'A', frankfurt), ['192.0.2.41']);
    const answer = await route53.send(
      new TestDNSAnswerCommand({
        HostedZoneId: zoneId,
        RecordName: 'geo.example.com',
        RecordType: 'A',
        EDNS0ClientSubnetIP: '34.240.1.1',
      }),
    );
    assert.deepEqual([answer.RecordData, answer.ResponseCode], [['192.0.2.42'], 'NOERROR']);
  });

  test('multivalue answers give up to eight records', async () => {
    await change(
      'CREATE',
      ...Array.from({ length: 10 }, (_, n) => ({
        ...record('multi.', 'A', `192.0.2.${50 + n}`),
        SetIdentifier: `m${n}`,
        MultiValueAnswer: true,
      })),
    );
    const found = await ask('multi.example.com', 'A');
    assert.equal(new Set(found).size, 8);
  });

  test('an alias answers with what its target has; a target that is not there is refused', async () => {
    const alias = (name: string, DNSName: string, HostedZoneId = zoneId.split('/').pop() ?? '') => ({
      Name: name,
      Type: 'A' as const,
      AliasTarget: { DNSName, HostedZoneId, EvaluateTargetHealth: false },
    });
    await change(
      'CREATE',
      alias('example.com', 'real.example.com'),
      alias('bucket.example.com', 's3-website-us-east-1.amazonaws.com', 'Z3AQBSTGFYJSTF'),
    );
    assert.deepEqual(await ask('example.com', 'A'), ['192.0.2.7']);
    assert.deepEqual(await ask('bucket.example.com', 'A'), ['127.0.0.1']);
    await assert.rejects(change('CREATE', alias('x.example.com', 'no.example.com')), /but that target was not found/);
    await assert.rejects(
      change('CREATE', alias('x.example.com', 'd111111abcdef8.cloudfront.net', 'Z35SXDOTRQ7X7K')),
      /the alias target name does not lie within the target zone/,
    );
  });

  test('what is not run is refused by name', async () => {
    await assert.rejects(change('CREATE', record('svc.', 'HTTPS', '1 . alpn=h2')), /HTTPS/);
    await assert.rejects(
      change('CREATE', {
        ...record('cidr.', 'A', '192.0.2.1'),
        SetIdentifier: 'c',
        CidrRoutingConfig: { CollectionId: '00000000-0000-0000-0000-000000000000', LocationName: 'x' },
      }),
      /CidrRoutingConfig is refused/,
    );
    await assert.rejects(
      route53.send(
        new CreateHealthCheckCommand({ CallerReference: 'r', HealthCheckConfig: { Type: 'RECOVERY_CONTROL' } }),
      ),
      /RECOVERY_CONTROL is refused/,
    );
  });

  test('a private zone is not seen from outside its VPCs', async () => {
    await route53.send(
      new CreateHostedZoneCommand({
        Name: 'inside.test',
        CallerReference: 'two',
        VPC: { VPCId: 'vpc-1', VPCRegion: 'us-east-1' },
      }),
    );
    assert.equal((await dig(orrery.dnsPort, 'inside.test', 'SOA')).rcode, 'REFUSED');
  });

  test('zones are found by name, tagged, and deleted only when empty', async () => {
    const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com' }));
    assert.equal(HostedZones?.[0]?.Id, zoneId);
    const ResourceId = zoneId.split('/').pop();
    await route53.send(
      new ChangeTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId, AddTags: [{ Key: 'a', Value: 'b' }] }),
    );
    const { ResourceTagSet } = await route53.send(
      new ListTagsForResourceCommand({ ResourceType: 'hostedzone', ResourceId }),
    );
    assert.deepEqual(ResourceTagSet?.Tags, [{ Key: 'a', Value: 'b' }]);
    await assert.rejects(route53.send(new DeleteHostedZoneCommand({ Id: zoneId })), { name: 'HostedZoneNotEmpty' });
    await assert.rejects(route53.send(new GetHostedZoneCommand({ Id: 'ZNOTTHERE' })), { name: 'NoSuchHostedZone' });
  });

  test('dig itself reads the answers', { skip: skipWithout(digProgram) }, async () => {
    const { stdout } = await promisify(execFile)('dig', [
      '@127.0.0.1',
      '-p',
      String(orrery.dnsPort),
      '+short',
      'nick.example.com',
    ]);
    assert.equal(stdout, 'real.example.com.\n192.0.2.7\n');
  });

  test('zones and records outlive a restart', async () => {
    await orrery.restart();
    assert.deepEqual(await ask('nick.example.com', 'A'), ['real.example.com', '192.0.2.7']);
  });
});
