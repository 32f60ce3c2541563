import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as sdk from '@aws-sdk/client-wafv2';
import { none, refusal, TestFirewall } from './wafv2-for-tests.ts';

const path = { FieldToMatch: { UriPath: {} }, TextTransformations: none };

describe('statements', () => {
  let firewall: TestFirewall;
  before(async () => {
    firewall = await TestFirewall.start();
  });
  after(() => firewall.orrery.stop());

  const starts = (text: string): sdk.Statement => ({
    ByteMatchStatement: { ...path, SearchString: Buffer.from(text), PositionalConstraint: 'STARTS_WITH' },
  });
  const single = async (statement: sdk.Statement) => (await firewall.site([firewall.rule('only', statement)])).view;

  test('AND, OR and NOT combine others', async () => {
    const view = await single({
      AndStatement: {
        Statements: [
          { OrStatement: { Statements: [starts('/a'), starts('/b')] } },
          { NotStatement: { Statement: starts('/b/open') } },
        ],
      },
    });
    const statuses = await Promise.all(['/a', '/b', '/b/open', '/c'].map(async (url) => (await view(url)).status));
    assert.deepEqual(statuses, [403, 403, 200, 200]);
  });

  test('IP sets hold ranges of IPv4 or IPv6, and a change takes effect at once', async () => {
    const made = await firewall.client.send(
      new sdk.CreateIPSetCommand({
        Name: 'bad',
        Scope: 'CLOUDFRONT',
        IPAddressVersion: 'IPV4',
        Addresses: ['203.0.113.0/24'],
      }),
    );
    const six = await firewall.client.send(
      new sdk.CreateIPSetCommand({
        Name: 'six',
        Scope: 'CLOUDFRONT',
        IPAddressVersion: 'IPV6',
        Addresses: ['2001:db8::/32'],
      }),
    );
    assert.ok(made.Summary?.ARN && six.Summary?.ARN);
    const { view } = await firewall.site([
      firewall.rule('four', { IPSetReferenceStatement: { ARN: made.Summary.ARN } }),
      firewall.rule('six', { IPSetReferenceStatement: { ARN: six.Summary.ARN } }),
    ]);
    const status = async (ip: string) => (await view('/', { ip })).status;
    assert.deepEqual(
      [
        await status('203.0.113.9'),
        await status('203.0.114.9'),
        await status('2001:db8::1'),
        await status('2001:db9::1'),
      ],
      [403, 200, 403, 200],
    );
    const named = { Name: 'bad', Scope: 'CLOUDFRONT' as const, Id: made.Summary.Id };
    await firewall.client.send(
      new sdk.UpdateIPSetCommand({ ...named, LockToken: made.Summary.LockToken, Addresses: ['192.0.2.1/32'] }),
    );
    assert.deepEqual([await status('203.0.113.9'), await status('192.0.2.1')], [200, 403]);
    const { LockToken } = await firewall.client.send(new sdk.GetIPSetCommand(named));
    await assert.rejects(
      firewall.client.send(new sdk.DeleteIPSetCommand({ ...named, LockToken })),
      refusal('WAFAssociatedItemException'),
    );
    await assert.rejects(
      firewall.client.send(
        new sdk.CreateIPSetCommand({
          Name: 'all',
          Scope: 'CLOUDFRONT',
          IPAddressVersion: 'IPV4',
          Addresses: ['0.0.0.0/0'],
        }),
      ),
      refusal('WAFInvalidParameterException', /IP_ADDRESS/),
    );
  });

  test('a forwarded address counts instead of the client, and the fallback where it is none', async () => {
    const { Summary } = await firewall.client.send(
      new sdk.CreateIPSetCommand({
        Name: 'fwd',
        Scope: 'CLOUDFRONT',
        IPAddressVersion: 'IPV4',
        Addresses: ['203.0.113.0/24'],
      }),
    );
    const view = await single({
      IPSetReferenceStatement: {
        ARN: Summary?.ARN,
        IPSetForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH', Position: 'FIRST' },
      },
    });
    const status = async (header: string) => (await view('/', { headers: { 'x-forwarded-for': header } })).status;
    assert.equal(await status('203.0.113.7, 10.0.0.1'), 403);
    assert.equal(await status('10.0.0.1, 203.0.113.7'), 200);
    assert.equal(await status('nonsense'), 403);
    assert.equal((await view('/', { ip: '203.0.113.7' })).status, 200);
  });

  test('patterns run in linear time, however they are written', async () => {
    const made = await firewall.client.send(
      new sdk.CreateRegexPatternSetCommand({
        Name: 'patterns',
        Scope: 'CLOUDFRONT',
        RegularExpressionList: [{ RegexString: '^/(a+)+$' }, { RegexString: '(?i)secret' }],
      }),
    );
    const view = await single({ RegexPatternSetReferenceStatement: { ...path, ARN: made.Summary?.ARN } });
    assert.equal((await view('/a/SECRET')).status, 403);
    const started = process.cpuUsage();
    assert.equal((await view(`/${'a'.repeat(5000)}!`)).status, 200);
    assert.ok(
      process.cpuUsage(started).user < 2_000_000,
      'a pattern that backtracks would take longer than the universe',
    );
    const invalid = firewall.acl([firewall.rule('x', { RegexMatchStatement: { ...path, RegexString: '(a)\\1' } })]);
    await assert.rejects(invalid, refusal('WAFInvalidParameterException', /regular expression/));
  });

  test('bodies are inspected up to the limit and reach the origin whole', async () => {
    const contains: sdk.Statement = {
      ByteMatchStatement: {
        SearchString: Buffer.from('evil'),
        FieldToMatch: { Body: { OversizeHandling: 'CONTINUE' } },
        TextTransformations: [{ Priority: 0, Type: 'LOWERCASE' }],
        PositionalConstraint: 'CONTAINS',
      },
    };
    const view = await single(contains);
    assert.equal((await view('/', { method: 'POST', body: 'so EVIL' })).status, 403);
    const long = `${'x'.repeat(20_000)}evil`;
    assert.equal((await view('/', { method: 'POST', body: long })).status, 200);
    assert.equal(firewall.bodies.at(-1), long);
    const { view: strict } = await firewall.site([
      firewall.rule('size', {
        SizeConstraintStatement: {
          FieldToMatch: { Body: { OversizeHandling: 'MATCH' } },
          TextTransformations: none,
          ComparisonOperator: 'GT',
          Size: 100,
        },
      }),
    ]);
    assert.equal((await strict('/', { method: 'POST', body: long })).status, 403);
    assert.equal((await strict('/', { method: 'POST', body: 'x'.repeat(101) })).status, 403);
    assert.equal((await strict('/', { method: 'POST', body: 'x'.repeat(100) })).status, 200);
  });

  test('JSON is looked at by path, keys and values', async () => {
    const inside = (MatchScope: sdk.JsonMatchScope, MatchPattern: sdk.JsonMatchPattern): sdk.Statement => ({
      ByteMatchStatement: {
        SearchString: Buffer.from('root'),
        FieldToMatch: { JsonBody: { MatchScope, MatchPattern, InvalidFallbackBehavior: 'MATCH' } },
        TextTransformations: none,
        PositionalConstraint: 'EXACTLY',
      },
    });
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const atPath = await single(inside('VALUE', { IncludedPaths: ['/users/1/name'] }));
    const body = (name: string) => JSON.stringify({ users: [{ name: 'root' }, { name }] });
    assert.equal((await atPath('/', { ...post, body: body('root') })).status, 403);
    assert.equal((await atPath('/', { ...post, body: body('ann') })).status, 200);
    assert.equal((await atPath('/', { ...post, body: '{"users": [' })).status, 403);
    const keys = await single(inside('KEY', { All: {} }));
    assert.equal((await keys('/', { ...post, body: '{"a":{"root":1}}' })).status, 403);
    assert.equal((await keys('/', { ...post, body: '{"a":"root"}' })).status, 200);
  });

  test('headers, cookies and arguments are chosen by name', async () => {
    const field = (FieldToMatch: sdk.FieldToMatch): sdk.Statement => ({
      ByteMatchStatement: {
        SearchString: Buffer.from('x1'),
        FieldToMatch,
        TextTransformations: none,
        PositionalConstraint: 'EXACTLY',
      },
    });
    const header = await single(field({ SingleHeader: { Name: 'X-Key' } }));
    assert.equal((await header('/', { headers: { 'x-key': 'x1' } })).status, 403);
    assert.equal((await header('/', { headers: { 'x-other': 'x1' } })).status, 200);
    const cookie = await single(
      field({ Cookies: { MatchPattern: { ExcludedCookies: ['b'] }, MatchScope: 'VALUE', OversizeHandling: 'MATCH' } }),
    );
    assert.equal((await cookie('/', { headers: { cookie: 'a=x1; b=2' } })).status, 403);
    assert.equal((await cookie('/', { headers: { cookie: 'a=2; b=x1' } })).status, 200);
    const many = Array.from({ length: 201 }, (_, index) => `c${index}=1`).join('; ');
    assert.equal((await cookie('/', { headers: { cookie: many } })).status, 403);
    const argument = await single(field({ SingleQueryArgument: { Name: 'ID' } }));
    assert.equal((await argument('/?a=1&id=x1')).status, 403);
    assert.equal((await argument('/?a=x1&id=2')).status, 200);
  });

  test('geo match goes by the header that names the country, and labels the request', async () => {
    const { view } = await firewall.site([
      firewall.rule('country', { GeoMatchStatement: { CountryCodes: ['FR'] } }, { Count: {} }),
      firewall.rule('label', { LabelMatchStatement: { Scope: 'LABEL', Key: 'awswaf:clientip:geo:country:FR' } }),
    ]);
    assert.equal((await view('/', { headers: { 'cloudfront-viewer-country': 'FR' } })).status, 403);
    assert.equal((await view('/', { headers: { 'cloudfront-viewer-country': 'DE' } })).status, 200);
    assert.equal((await view('/')).status, 200);
  });

  test('what is not run is refused by name', async () => {
    const refused = (statement: sdk.Statement, name: RegExp) =>
      assert.rejects(firewall.acl([firewall.rule('x', statement)]), refusal('NotImplemented', name));
    await refused({ AsnMatchStatement: { AsnList: [1] } }, /AsnMatchStatement/);
    const fingerprint = { JA3Fingerprint: { FallbackBehavior: 'MATCH' as const } };
    await refused({ XssMatchStatement: { FieldToMatch: fingerprint, TextTransformations: none } }, /JA3Fingerprint/);
  });

  test('capacity is what the pages of the statements say', async () => {
    const capacity = async (Rules: sdk.Rule[]) =>
      (await firewall.client.send(new sdk.CheckCapacityCommand({ Scope: 'CLOUDFRONT', Rules }))).Capacity;
    assert.equal(await capacity([firewall.rule('a', starts('/a'))]), 2);
    assert.equal(await capacity([firewall.rule('a', { NotStatement: { Statement: starts('/a') } })]), 3);
    assert.equal(await capacity([firewall.rule('a', { GeoMatchStatement: { CountryCodes: ['FR'] } })]), 1);
    const sqli = {
      FieldToMatch: { AllQueryArguments: {} },
      TextTransformations: [{ Priority: 0, Type: 'URL_DECODE' as const }],
    };
    assert.equal(await capacity([firewall.rule('a', { SqliMatchStatement: sqli })]), 40);
    assert.equal(
      await capacity([firewall.rule('a', { SqliMatchStatement: { ...sqli, SensitivityLevel: 'HIGH' } })]),
      50,
    );
    assert.equal(
      await capacity([
        firewall.rule('a', {
          RateBasedStatement: { Limit: 100, AggregateKeyType: 'IP', ScopeDownStatement: starts('/a') },
        }),
      ]),
      4,
    );
  });
});
