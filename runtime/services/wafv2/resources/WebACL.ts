import { namedResource } from './named-resource.ts';
import { ruleProperties, rulesOf } from './rules.ts';

export const WebACL = namedResource({
  noun: 'WebACL',
  properties: {
    ...ruleProperties,
    DefaultAction: 'executed',
    AssociationConfig: 'executed',
    CaptchaConfig: { refused: 'no puzzles are put to clients.' },
    ChallengeConfig: { refused: 'no token is asked of clients.' },
    TokenDomains: { refused: 'no token is asked of clients.' },
    DataProtectionConfig: { refused: 'redact fields in the logging configuration.' },
    OnSourceDDoSProtectionConfig: { refused: 'floods are shed by rate-based rules.' },
    ApplicationConfig: { refused: 'it serves the console only.' },
    MonetizationConfig: { refused: 'nobody pays for requests.' },
  },
  toInput: ({ Tags, ...properties }) => ({ ...properties, Rules: rulesOf(properties.Rules) }),
  attributes: ({ Capacity, LabelNamespace }) => ({ Capacity, LabelNamespace }),
});
