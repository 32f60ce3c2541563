import { defineResource } from '../../../kernel/resource.ts';

/** Ref is the resource's ARN, a bar, and the web ACL's. Distributions are not associated: they name their web ACL. */
export const WebACLAssociation = defineResource<{ ResourceArn: string; WebACLArn: string }>({
  type: 'AWS::WAFv2::WebACLAssociation',
  properties: { ResourceArn: 'executed', WebACLArn: 'executed' },
  async create(ctx, { ResourceArn, WebACLArn }) {
    await ctx.call('wafv2', 'AssociateWebACL', { ResourceArn, WebACLArn });
    return { physicalId: `${ResourceArn}|${WebACLArn}` };
  },
  async delete(ctx, physicalId) {
    const [ResourceArn, WebACLArn] = physicalId.split('|');
    const { WebACL } = await ctx.call<{ WebACL?: { ARN: string } }>('wafv2', 'GetWebACLForResource', { ResourceArn });
    if (WebACL?.ARN === WebACLArn) await ctx.call('wafv2', 'DisassociateWebACL', { ResourceArn });
  },
});
