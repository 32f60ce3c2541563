import type { Action, Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { actionFidelity } from './action-fidelity.ts';
import { typed } from './typed.ts';

interface ListenerRuleProperties {
  ListenerArn: string;
  Priority: number;
  Conditions: RuleCondition[];
  Actions: Action[];
}

const useWildcards = { refused: 'use Values with wildcards.' };

/** AWS::ElasticLoadBalancingV2::ListenerRule. Ref is the ARN. */
export const ListenerRule = defineResource<ListenerRuleProperties>({
  type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
  properties: {
    ListenerArn: 'executed',
    Priority: 'executed',
    Conditions: 'executed',
    'Conditions.RegexValues': useWildcards,
    'Conditions.HostHeaderConfig.RegexValues': useWildcards,
    'Conditions.PathPatternConfig.RegexValues': useWildcards,
    'Conditions.HttpHeaderConfig.RegexValues': useWildcards,
    ...actionFidelity('Actions'),
    Transforms: { refused: 'hosts and paths are handed on as they were sent.' },
  },
  async create(ctx, properties) {
    return state(await ctx.call<Answer>('elbv2', 'CreateRule', typed(properties)));
  },
  async update(ctx, RuleArn, properties, previous) {
    const { Priority, Conditions, Actions } = typed(properties);
    if (Priority !== Number(previous.Priority))
      await ctx.call('elbv2', 'SetRulePriorities', { RulePriorities: [{ RuleArn, Priority }] });
    return state(await ctx.call<Answer>('elbv2', 'ModifyRule', { RuleArn, Conditions, Actions }));
  },
  async delete(ctx, RuleArn) {
    try {
      await ctx.call('elbv2', 'DeleteRule', { RuleArn });
    } catch (error) {
      if ((error as { code?: string }).code !== 'RuleNotFound') throw error;
    }
  },
  async read(ctx, arn) {
    try {
      const { Rules } = await ctx.call<Answer>('elbv2', 'DescribeRules', { RuleArns: [arn] });
      const { Conditions = [], Actions = [], Priority } = Rules[0] ?? {};
      return { Conditions, Actions, Priority: Number(Priority) };
    } catch (error) {
      if ((error as { code?: string }).code === 'RuleNotFound') return undefined;
      throw error;
    }
  },
});

interface Answer {
  Rules: Rule[];
}

function state({ Rules }: Answer): ResourceState {
  const { RuleArn = '', IsDefault = false } = Rules[0] ?? {};
  return { physicalId: RuleArn, attributes: { RuleArn, IsDefault } };
}
