import { namedResource } from './named-resource.ts';
import { ruleProperties, rulesOf } from './rules.ts';

export const RuleGroup = namedResource({
  noun: 'RuleGroup',
  properties: {
    ...ruleProperties,
    Capacity: 'executed',
    AvailableLabels: 'stored',
    ConsumedLabels: 'stored',
    MonetizationConfig: { refused: 'nobody pays for requests.' },
  },
  toInput: ({ Tags, AvailableLabels, ConsumedLabels, ...properties }) => ({
    ...properties,
    Rules: rulesOf(properties.Rules),
  }),
  attributes: ({ LabelNamespace, AvailableLabels }) => ({ LabelNamespace, AvailableLabels }),
});
