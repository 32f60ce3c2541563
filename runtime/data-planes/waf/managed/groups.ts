import type { FirewallRule } from '../table.ts';
import { coreNamespace, coreRules } from './core-rule-set.ts';
import * as others from './other-rules.ts';

/** A rule group with one of AWS's names. */
export interface ManagedGroup {
  name: string;
  description: string;
  /** WCU, AWS's number. */
  capacity: number;
  /** awswaf:managed:aws:core-rule-set: */
  labelNamespace: string;
  rules: readonly FirewallRule[];
}

export const managedGroups: readonly ManagedGroup[] = [
  {
    name: 'AWSManagedRulesCommonRuleSet',
    description:
      'Contains rules that are generally applicable to web applications. This provides protection against exploitation of a wide range of vulnerabilities, including those described in OWASP publications.',
    capacity: 700,
    labelNamespace: coreNamespace,
    rules: coreRules,
  },
  {
    name: 'AWSManagedRulesAdminProtectionRuleSet',
    description: 'Contains rules that block external access to exposed admin pages.',
    capacity: 100,
    labelNamespace: others.adminNamespace,
    rules: others.adminRules,
  },
  {
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    description:
      'Contains rules that block request patterns that are known to be invalid and are associated with exploitation or discovery of vulnerabilities.',
    capacity: 200,
    labelNamespace: others.badInputsNamespace,
    rules: others.badInputsRules,
  },
  {
    name: 'AWSManagedRulesSQLiRuleSet',
    description: 'Contains rules that block request patterns associated with exploitation of SQL databases.',
    capacity: 200,
    labelNamespace: others.sqlNamespace,
    rules: others.sqlRules,
  },
  {
    name: 'AWSManagedRulesLinuxRuleSet',
    description:
      'Contains rules that block request patterns associated with exploitation of Linux, including LFI attacks.',
    capacity: 200,
    labelNamespace: others.linuxNamespace,
    rules: others.linuxRules,
  },
  {
    name: 'AWSManagedRulesUnixRuleSet',
    description: 'Contains rules that block request patterns associated with exploitation of POSIX operating systems.',
    capacity: 100,
    labelNamespace: others.posixNamespace,
    rules: others.posixRules,
  },
  {
    name: 'AWSManagedRulesWindowsRuleSet',
    description: 'Contains rules that block request patterns associated with exploitation of Windows.',
    capacity: 200,
    labelNamespace: others.windowsNamespace,
    rules: others.windowsRules,
  },
  {
    name: 'AWSManagedRulesPHPRuleSet',
    description: 'Contains rules that block request patterns associated with exploitation of PHP.',
    capacity: 100,
    labelNamespace: others.phpNamespace,
    rules: others.phpRules,
  },
  {
    name: 'AWSManagedRulesAmazonIpReputationList',
    description: 'Rules of AWS’s list of addresses. The list is not public, and is empty here: nothing is matched.',
    capacity: 25,
    labelNamespace: others.reputationNamespace,
    rules: others.reputationRules,
  },
];

const browsers = 'it needs tokens, which AWS’s script gets in browsers.';

/** Groups of AWS's that are not run, and why. */
export const refusedGroups: readonly { name: string; why: string }[] = [
  { name: 'AWSManagedRulesBotControlRuleSet', why: browsers },
  { name: 'AWSManagedRulesATPRuleSet', why: browsers },
  { name: 'AWSManagedRulesACFPRuleSet', why: browsers },
  { name: 'AWSManagedRulesAntiDDoSRuleSet', why: browsers },
  { name: 'AWSManagedRulesAnonymousIpList', why: 'no list of such addresses is at hand.' },
  { name: 'AWSManagedRulesWordPressRuleSet', why: 'its rules have not been written.' },
];
