import { parametersOf, refusedFor } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

const webAcls = ['CreateWebACL', 'UpdateWebACL'];
const ruleGroups = ['CreateRuleGroup', 'UpdateRuleGroup'];
const rules = parametersOf([...webAcls, ...ruleGroups, 'CheckCapacity'], 'Rules');

/** Parameters that are refused; statements and actions are refused by value, where rules are compiled. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...refusedFor(
    'no puzzles are put to clients.',
    parametersOf(webAcls, 'CaptchaConfig'),
    parametersOf(rules, 'CaptchaConfig', 'Action.Captcha'),
  ),
  ...refusedFor(
    'no token is asked of clients.',
    parametersOf(webAcls, 'ChallengeConfig', 'TokenDomains'),
    parametersOf(rules, 'ChallengeConfig', 'Action.Challenge'),
  ),
  ...refusedFor(
    'logs are written as they are; leave fields out by RedactedFields.',
    parametersOf(webAcls, 'DataProtectionConfig'),
  ),
  ...refusedFor(
    'nothing is known about sources beside their requests.',
    parametersOf(webAcls, 'OnSourceDDoSProtectionConfig'),
  ),
  ...refusedFor('it is for web ACLs made by pricing plans of CloudFront.', parametersOf(webAcls, 'ApplicationConfig')),
  ...refusedFor(
    'nobody is asked to pay.',
    parametersOf([...webAcls, ...ruleGroups], 'MonetizationConfig'),
    parametersOf(rules, 'Action.Monetize'),
  ),
  ...refusedFor(
    'the list comes in one page.',
    parametersOf(['ListAvailableManagedRuleGroups', 'ListLoggingConfigurations', 'ListTagsForResource'], 'NextMarker'),
  ),
});
