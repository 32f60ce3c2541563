import { firewalls } from '../../data-planes/waf/firewalls.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { attachAll, redeployAll } from './behaviour/deployment.ts';
import { standing } from './behaviour/usage.ts';
import { fidelity } from './fidelity.ts';
import * as associationOperations from './operations/associations.ts';
import * as ipSetOperations from './operations/ip-sets.ts';
import * as loggingOperations from './operations/logging.ts';
import * as managedOperations from './operations/managed-rule-groups.ts';
import * as regexPatternSetOperations from './operations/regex-pattern-sets.ts';
import * as ruleGroupOperations from './operations/rule-groups.ts';
import * as sampleOperations from './operations/samples.ts';
import * as tagOperations from './operations/tags.ts';
import {
  CheckCapacity,
  CreateWebACL,
  DeleteWebACL,
  GetWebACL,
  ListWebACLs,
  UpdateWebACL,
} from './operations/web-acls.ts';
import { IPSet } from './resources/IPSet.ts';
import { LoggingConfiguration } from './resources/LoggingConfiguration.ts';
import { RegexPatternSet } from './resources/RegexPatternSet.ts';
import { RuleGroup } from './resources/RuleGroup.ts';
import { WebACL } from './resources/WebACL.ts';
import { WebACLAssociation } from './resources/WebACLAssociation.ts';

export default defineService({
  name: 'wafv2',
  actionPrefix: 'wafv2',
  operations: {
    CreateWebACL,
    GetWebACL,
    UpdateWebACL,
    DeleteWebACL,
    ListWebACLs,
    CheckCapacity,
    ...associationOperations,
    ...ipSetOperations,
    ...regexPatternSetOperations,
    ...ruleGroupOperations,
    ...loggingOperations,
    ...sampleOperations,
    ...managedOperations,
    ...tagOperations,
  },
  resources: [WebACL, WebACLAssociation, IPSet, RegexPatternSet, RuleGroup, LoggingConfiguration],
  authorization: authorize,
  start,
  fidelity,
  usage: { standing, changedBy: ['CreateWebACL', 'UpdateWebACL', 'DeleteWebACL'] },
});

/** "Actions, resources, and condition keys for AWS WAF V2" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>, _ctx: Context): Access {
  const arn = input.ARN ?? input.WebACLArn ?? input.WebAclArn ?? input.ResourceARN ?? input.ResourceArn;
  return { action: `wafv2:${operation}`, resource: typeof arn === 'string' ? arn : '*' };
}

function start(kernel: Kernel): Running {
  redeployAll(kernel);
  attachAll(kernel);
  return { stop: () => kernel.engine(firewalls).deliverLogs() };
}
