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
};

function of(operation: string, parameters: Record<string, Fidelity>): Record<string, Fidelity> {
  return Object.fromEntries(Object.entries(parameters).map(([name, what]) => [`${operation}.${name}`, what]));
}
