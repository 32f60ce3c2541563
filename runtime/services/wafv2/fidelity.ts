import type { Fidelity } from '../../kernel/service.ts';

const noPuzzles = { refused: 'no puzzles are put to clients.' };
const noTokens = { refused: 'no token is asked of clients.' };

const ofWebAcl: Record<string, Fidelity> = {
  CaptchaConfig: noPuzzles,
  ChallengeConfig: noTokens,
  TokenDomains: noTokens,
  'Rules.CaptchaConfig': noPuzzles,
  'Rules.ChallengeConfig': noTokens,
  DataProtectionConfig: { refused: 'logs are written as they are; leave fields out by RedactedFields.' },
  OnSourceDDoSProtectionConfig: { refused: 'nothing is known about sources beside their requests.' },
  ApplicationConfig: { refused: 'it is for web ACLs made by pricing plans of CloudFront.' },
  MonetizationConfig: { refused: 'nobody is asked to pay.' },
};

const ofRuleGroup: Record<string, Fidelity> = {
  'Rules.CaptchaConfig': noPuzzles,
  'Rules.ChallengeConfig': noTokens,
};

/** Parameters that are refused; statements and actions are refused by value, where rules are compiled. */
export const fidelity: Record<string, Fidelity> = {
  ...of('CreateWebACL', ofWebAcl),
  ...of('UpdateWebACL', ofWebAcl),
  ...of('CreateRuleGroup', ofRuleGroup),
  ...of('UpdateRuleGroup', ofRuleGroup),
  'CreateRuleGroup.MonetizationConfig': { refused: 'nobody is asked to pay.' },
  'UpdateRuleGroup.MonetizationConfig': { refused: 'nobody is asked to pay.' },
  'CreateWebACL.Rules.Action.Captcha': { refused: 'no puzzles are put to clients.' },
  'UpdateWebACL.Rules.Action.Captcha': { refused: 'no puzzles are put to clients.' },
  'CreateRuleGroup.Rules.Action.Captcha': { refused: 'no puzzles are put to clients.' },
  'UpdateRuleGroup.Rules.Action.Captcha': { refused: 'no puzzles are put to clients.' },
  'CheckCapacity.Rules.Action.Captcha': { refused: 'no puzzles are put to clients.' },
  'CreateWebACL.Rules.Action.Challenge': { refused: 'no token is asked of clients.' },
  'UpdateWebACL.Rules.Action.Challenge': { refused: 'no token is asked of clients.' },
  'CreateRuleGroup.Rules.Action.Challenge': { refused: 'no token is asked of clients.' },
  'UpdateRuleGroup.Rules.Action.Challenge': { refused: 'no token is asked of clients.' },
  'CheckCapacity.Rules.Action.Challenge': { refused: 'no token is asked of clients.' },
  'CreateWebACL.Rules.Action.Monetize': { refused: 'nobody is asked to pay.' },
  'UpdateWebACL.Rules.Action.Monetize': { refused: 'nobody is asked to pay.' },
  'CreateRuleGroup.Rules.Action.Monetize': { refused: 'nobody is asked to pay.' },
  'UpdateRuleGroup.Rules.Action.Monetize': { refused: 'nobody is asked to pay.' },
  'CheckCapacity.Rules.Action.Monetize': { refused: 'nobody is asked to pay.' },
  'CheckCapacity.Rules.CaptchaConfig': { refused: 'no puzzles are put to clients.' },
  'CheckCapacity.Rules.ChallengeConfig': { refused: 'no token is asked of clients.' },
  'ListAvailableManagedRuleGroups.NextMarker': { refused: 'the list comes in one page.' },
  'ListLoggingConfigurations.NextMarker': { refused: 'the list comes in one page.' },
  'ListTagsForResource.NextMarker': { refused: 'the list comes in one page.' },
};

function of(operation: string, parameters: Record<string, Fidelity>): Record<string, Fidelity> {
  return Object.fromEntries(Object.entries(parameters).map(([name, what]) => [`${operation}.${name}`, what]));
}
