import type { StoredCases } from '../stored-cases.ts';

const common = { Scope: 'REGIONAL', Description: 'of the kitchen', Tags: [{ Key: 'team', Value: 'kitchen' }] };
const VisibilityConfig = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'stored' };
const rule = {
  Name: 'label',
  Priority: 1,
  Action: { Count: {} },
  RuleLabels: [{ Name: 'kitchen:seen' }],
  Statement: { LabelMatchStatement: { Scope: 'LABEL', Key: 'kitchen:seen' } },
  VisibilityConfig,
};

export const wafv2: StoredCases = {
  service: 'wafv2',
  resources: {
    Acl: {
      Type: 'AWS::WAFv2::WebACL',
      Properties: { ...common, Name: 'stored', DefaultAction: { Allow: {} }, VisibilityConfig },
    },
    Addresses: {
      Type: 'AWS::WAFv2::IPSet',
      Properties: { ...common, Name: 'stored', IPAddressVersion: 'IPV4', Addresses: ['192.0.2.0/24'] },
    },
    Patterns: {
      Type: 'AWS::WAFv2::RegexPatternSet',
      Properties: { ...common, Name: 'stored', RegularExpressionList: ['^a'] },
    },
    Group: {
      Type: 'AWS::WAFv2::RuleGroup',
      Properties: {
        ...common,
        Name: 'stored',
        Capacity: 10,
        VisibilityConfig,
        Rules: [rule],
        AvailableLabels: [{ Name: 'kitchen:seen' }],
        ConsumedLabels: [{ Name: 'kitchen:seen' }],
      },
    },
  },
  told: {
    Acl: (ask, id) => all(ask, 'WebACL', id),
    Addresses: (ask, id) => all(ask, 'IPSet', id),
    Patterns: (ask, id) => all(ask, 'RegexPatternSet', id),
    Group: (ask, id) => all(ask, 'RuleGroup', id),
  },
  requests: {},
};

/** Ref is name|id|scope. */
async function all(ask: Parameters<StoredCases['told'][string]>[0], kind: string, ref: string): Promise<unknown> {
  const [Name, Id, Scope] = ref.split('|');
  const answer = await ask(`Get${kind}`, { Name, Id, Scope });
  const { ARN } = answer[kind] as { ARN: string };
  return [answer, await ask('ListTagsForResource', { ResourceARN: ARN })];
}
