import type { Action, Certificate, Listener as Described } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { actionFidelity } from './action-fidelity.ts';
import { typed } from './typed.ts';

interface ListenerProperties {
  LoadBalancerArn: string;
  Port?: number;
  Protocol?: string;
  SslPolicy?: string;
  Certificates?: Certificate[];
  DefaultActions: Action[];
}

/** AWS::ElasticLoadBalancingV2::Listener. Ref is the ARN. */
export const Listener = defineResource<ListenerProperties>({
  type: 'AWS::ElasticLoadBalancingV2::Listener',
  properties: {
    LoadBalancerArn: 'executed',
    Port: 'executed',
    Protocol: 'executed',
    SslPolicy: 'stored',
    Certificates: 'stored',
    ...actionFidelity('DefaultActions'),
    AlpnPolicy: { refused: 'it is for listeners of Network Load Balancers, which do not run.' },
    ListenerAttributes: { refused: 'headers are handed on as they are.' },
    MutualAuthentication: { refused: 'TLS ends in front of the load balancer.' },
  },
  async create(ctx, properties) {
    return state(await ctx.call<Answer>('elbv2', 'CreateListener', typed(properties)));
  },
  async update(ctx, ListenerArn, { LoadBalancerArn: _arn, ...properties }) {
    return state(await ctx.call<Answer>('elbv2', 'ModifyListener', { ListenerArn, ...typed(properties) }));
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

interface Answer {
  Listeners: Described[];
}

function state({ Listeners }: Answer): ResourceState {
  const arn = Listeners[0]?.ListenerArn ?? '';
  return { physicalId: arn, attributes: { ListenerArn: arn } };
}
