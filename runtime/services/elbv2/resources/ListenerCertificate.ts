import type { Certificate } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defineResource } from '../../../kernel/resource.ts';

interface ListenerCertificateProperties {
  ListenerArn: string;
  Certificates: Certificate[];
}

/** AWS::ElasticLoadBalancingV2::ListenerCertificate: certificates beside the listener's default one. */
export const ListenerCertificate = defineResource<ListenerCertificateProperties>({
  type: 'AWS::ElasticLoadBalancingV2::ListenerCertificate',
  properties: { ListenerArn: 'executed', Certificates: 'executed' },
  async create(ctx, { ListenerArn, Certificates }) {
    await ctx.call('elbv2', 'AddListenerCertificates', { ListenerArn, Certificates });
    return { physicalId: ctx.generateName() };
  },
  async update(ctx, physicalId, { ListenerArn, Certificates }, previous) {
    const kept = new Set(Certificates.map(({ CertificateArn }) => CertificateArn));
    const gone = previous.Certificates.filter(({ CertificateArn }) => !kept.has(CertificateArn));
    await ctx.call('elbv2', 'AddListenerCertificates', { ListenerArn, Certificates });
    if (gone.length > 0) await ctx.call('elbv2', 'RemoveListenerCertificates', { ListenerArn, Certificates: gone });
    return { physicalId };
  },
  async delete(ctx, _physicalId, { ListenerArn, Certificates }) {
    try {
      await ctx.call('elbv2', 'RemoveListenerCertificates', { ListenerArn, Certificates });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ListenerNotFound') throw error;
    }
  },
});
