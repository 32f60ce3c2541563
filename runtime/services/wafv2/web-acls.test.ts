import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as cloudfront from '@aws-sdk/client-cloudfront';
import * as sdk from '@aws-sdk/client-wafv2';
import { none, refusal, TestFirewall } from './wafv2-for-tests.ts';

describe('a web ACL', () => {
  let firewall: TestFirewall;
  before(async () => {
    firewall = await TestFirewall.start();
  });
  after(() => firewall.orrery.stop());

  const admin = (): sdk.Rule =>
    firewall.rule('no-admin', {
      ByteMatchStatement: {
        SearchString: Buffer.from('/admin'),
        FieldToMatch: { UriPath: {} },
        TextTransformations: none,
        PositionalConstraint: 'STARTS_WITH',
      },
    });

  test('blocks at the distribution that names it, with the page of CloudFront, and lets the rest through', async () => {
    const site = await firewall.site([admin()]);
    const blocked = await site.view('/admin/users');
    assert.equal(blocked.status, 403);
    assert.match(blocked.body, /Request blocked/);
    assert.equal(blocked.headers['x-cache'], 'Error from cloudfront');
    assert.equal((await site.view('/menu')).body, 'the site');
    assert.deepEqual(
      firewall.asked.map(({ url }) => url),
      ['/menu'],
    );
  });

  test('is given back as it was made, and changed only by who knows its lock token', async () => {
    const acl = await firewall.acl([admin()]);
    const named = { Name: acl.Name, Id: acl.Id, Scope: 'CLOUDFRONT' as const };
    const { WebACL, LockToken } = await firewall.client.send(new sdk.GetWebACLCommand(named));
    assert.equal(LockToken, acl.LockToken);
    assert.equal(
      Buffer.from(WebACL?.Rules?.[0]?.Statement?.ByteMatchStatement?.SearchString ?? []).toString(),
      '/admin',
    );
    assert.equal(WebACL?.Capacity, 2);
    assert.equal(WebACL?.LabelNamespace, `awswaf:000000000000:webacl:${acl.Name}:`);
    const change = {
      ...named,
      DefaultAction: { Block: {} },
      VisibilityConfig: firewall.visibility('changed'),
      Rules: [],
    };
    const update = (token: string) =>
      firewall.client.send(new sdk.UpdateWebACLCommand({ ...change, LockToken: token }));
    await assert.rejects(update('00000000-0000-4000-8000-000000000000'), refusal('WAFOptimisticLockException'));
    const { NextLockToken } = await update(acl.LockToken);
    assert.notEqual(NextLockToken, acl.LockToken);
    await assert.rejects(update(acl.LockToken), refusal('WAFOptimisticLockException'));
  });

  test('takes effect with the next request after a change, and again after a restart', async () => {
    const site = await firewall.site([]);
    assert.equal((await site.view('/admin')).status, 200);
    const named = { Name: site.acl.Name, Id: site.acl.Id, Scope: 'CLOUDFRONT' as const };
    await firewall.client.send(
      new sdk.UpdateWebACLCommand({
        ...named,
        LockToken: site.acl.LockToken,
        DefaultAction: { Allow: {} },
        VisibilityConfig: firewall.visibility('later'),
        Rules: [admin()],
      }),
    );
    assert.equal((await site.view('/admin')).status, 403);
    await firewall.orrery.restart();
    assert.equal((await site.view('/admin')).status, 403);
  });

  test('cannot be deleted while a distribution uses it', async () => {
    const site = await firewall.site([]);
    const remove = () =>
      firewall.client.send(
        new sdk.DeleteWebACLCommand({
          Name: site.acl.Name,
          Id: site.acl.Id,
          Scope: 'CLOUDFRONT',
          LockToken: site.acl.LockToken,
        }),
      );
    await assert.rejects(remove(), refusal('WAFAssociatedItemException'));
    const { DistributionConfig } = await firewall.edge.send(
      new cloudfront.GetDistributionConfigCommand({ Id: site.id }),
    );
    assert.ok(DistributionConfig);
    await firewall.edge.send(
      new cloudfront.UpdateDistributionCommand({
        Id: site.id,
        IfMatch: site.etag,
        DistributionConfig: { ...DistributionConfig, WebACLId: '' },
      }),
    );
    await remove();
    const { WebACLs = [] } = await firewall.client.send(new sdk.ListWebACLsCommand({ Scope: 'CLOUDFRONT' }));
    assert.ok(!WebACLs.some(({ Id }) => Id === site.acl.Id));
  });

  test('is refused where AWS refuses it', async () => {
    const create = (change: Partial<sdk.CreateWebACLCommandInput>) => firewall.acl([], change);
    const acl = await create({});
    await assert.rejects(create({ Name: acl.Name }), refusal('WAFDuplicateItemException'));
    await assert.rejects(create({ Name: 'a b' }), refusal('WAFInvalidParameterException'));
    await assert.rejects(create({ DefaultAction: {} }), refusal('WAFInvalidParameterException', /DEFAULT_ACTION/));
    const west = firewall.orrery.client(sdk.WAFV2Client, { region: 'us-west-2' });
    await assert.rejects(
      west.send(new sdk.ListWebACLsCommand({ Scope: 'CLOUDFRONT' })),
      refusal('WAFInvalidParameterException', /SCOPE_VALUE/),
    );
    await assert.rejects(firewall.acl([{ ...admin(), Action: { Captcha: {} } }]), refusal('NotImplemented', /Captcha/));
    await assert.rejects(create({ TokenDomains: ['example.com'] }), refusal('NotImplemented', /TokenDomains/));
    const ImmunityTimeProperty = { ImmunityTime: 300 };
    await assert.rejects(
      create({ CaptchaConfig: { ImmunityTimeProperty } }),
      refusal('NotImplemented', /CaptchaConfig/),
    );
    await assert.rejects(
      firewall.acl([{ ...admin(), ChallengeConfig: { ImmunityTimeProperty } }]),
      refusal('NotImplemented', /Rules.ChallengeConfig/),
    );
    // As Terraform sends it: nothing is asked, so nothing is refused.
    await firewall.acl([{ ...admin(), CaptchaConfig: {}, ChallengeConfig: {} }], {
      CaptchaConfig: {},
      TokenDomains: [],
    });
  });

  test('is associated with load balancers only, not with HTTP APIs nor distributions', async () => {
    const acl = await firewall.acl([], { Scope: 'REGIONAL' });
    const associate = (ResourceArn: string) =>
      firewall.client.send(new sdk.AssociateWebACLCommand({ WebACLArn: acl.ARN, ResourceArn }));
    for (const arn of [
      'arn:aws:apigateway:us-east-1::/apis/abc123/stages/$default',
      'arn:aws:cloudfront::000000000000:distribution/E123',
    ])
      await assert.rejects(associate(arn), refusal('WAFInvalidParameterException', /RESOURCE_ARN/));
    await assert.rejects(
      associate('arn:aws:apigateway:us-east-1::/restapis/abc123/stages/prod'),
      refusal('NotImplemented', /REST API/),
    );
  });
});
