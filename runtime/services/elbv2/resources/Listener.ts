import type { Action, Certificate, Listener as Described } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { listenerAttributes } from '../behaviour/listener-attributes.ts';
import { actionFidelity } from './action-fidelity.ts';
import { withResets } from './attributes.ts';
import { typed } from './typed.ts';

interface ListenerProperties {
  LoadBalancerArn: string;
  Port?: number;
  Protocol?: string;
  SslPolicy?: string;
  AlpnPolicy?: string[];
  Certificates?: Certificate[];
  DefaultActions: Action[];
  ListenerAttributes?: { Key?: string; Value?: string }[];
}

/** AWS::ElasticLoadBalancingV2::Listener. Ref is the ARN. */
export const Listener = defineResource<ListenerProperties>({
  type: 'AWS::ElasticLoadBalancingV2::Listener',
  properties: {
    LoadBalancerArn: 'executed',
    Port: 'executed',
    Protocol: 'executed',
    SslPolicy: 'executed',
    Certificates: 'executed',
    ...actionFidelity('DefaultActions'),
    AlpnPolicy: 'executed',
    ListenerAttributes: 'executed',
    MutualAuthentication: { refused: 'TLS ends in front of the load balancer.' },
  },
  async create(ctx, { ListenerAttributes, ...properties }) {
    const made = state(await ctx.call<Answer>('elbv2', 'CreateListener', typed(properties)));
    const known = listenerAttributes(properties.Protocol ?? 'HTTP');
    await setAttributes(ctx, made.physicalId, withResets(known, ListenerAttributes));
    return made;
  },
  async update(ctx, ListenerArn, { LoadBalancerArn: _arn, ListenerAttributes, ...properties }, previous) {
    const updated = state(await ctx.call<Answer>('elbv2', 'ModifyListener', { ListenerArn, ...typed(properties) }));
    const known = listenerAttributes(properties.Protocol ?? 'HTTP');
    await setAttributes(ctx, ListenerArn, withResets(known, ListenerAttributes, previous.ListenerAttributes));
    return updated;
  },
  async delete(ctx, ListenerArn) {
    try {
      await ctx.call('elbv2', 'DeleteListener', { ListenerArn });
    } catch (error) {
      if ((error as { code?: string }).code !== 'ListenerNotFound') throw error;
    }
  },
  async read(ctx, arn) {
    try {
      const { Listeners } = await ctx.call<Answer>('elbv2', 'DescribeListeners', { ListenerArns: [arn] });
      const { Port, Protocol, DefaultActions = [], LoadBalancerArn = '' } = Listeners[0] ?? {};
      return { LoadBalancerArn, DefaultActions, ...(Port ? { Port } : {}), ...(Protocol ? { Protocol } : {}) };
    } catch (error) {
      if ((error as { code?: string }).code === 'ListenerNotFound') return undefined;
      throw error;
    }
  },
});

async function setAttributes(ctx: ResourceContext, ListenerArn: string, Attributes: object[]): Promise<void> {
  if (Attributes.length > 0) await ctx.call('elbv2', 'ModifyListenerAttributes', { ListenerArn, Attributes });
}

interface Answer {
  Listeners: Described[];
}

function state({ Listeners }: Answer): ResourceState {
  const arn = Listeners[0]?.ListenerArn ?? '';
  return { physicalId: arn, attributes: { ListenerArn: arn } };
}
