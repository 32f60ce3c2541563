import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

const monitors = { refused: 'rollback triggers are not watched' };
const imports = { refused: 'importing resources that exist is not done' };

/** Parameters that are kept without effect or refused; the rest of each operation is carried out. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  'CreateStack.RollbackConfiguration': monitors,
  'UpdateStack.RollbackConfiguration': monitors,
  'CreateChangeSet.RollbackConfiguration': monitors,
  'CreateStack.ResourceTypes': { refused: 'use IAM policies to say which types may be made' },
  'UpdateStack.ResourceTypes': { refused: 'use IAM policies to say which types may be changed' },
  'CreateChangeSet.ResourceTypes': { refused: 'use IAM policies to say which types may be changed' },
  'CreateStack.StackPolicyBody': 'stored',
  'CreateStack.StackPolicyURL': { refused: 'give the policy as StackPolicyBody' },
  'UpdateStack.StackPolicyBody': 'stored',
  'UpdateStack.StackPolicyURL': { refused: 'give the policy as StackPolicyBody' },
  'UpdateStack.StackPolicyDuringUpdateBody': { refused: 'stack policies are kept, not enforced' },
  'UpdateStack.StackPolicyDuringUpdateURL': { refused: 'stack policies are kept, not enforced' },
  SetStackPolicy: 'stored',
  'CreateChangeSet.ResourcesToImport': imports,
  'CreateChangeSet.DeploymentMode': { refused: 'reverting drift is not done' },
  'CreateChangeSet.IncludeNestedStacks': 'stored',
  'ContinueUpdateRollback.ForceRollback': { refused: 'name what cannot be rolled back in ResourcesToSkip' },
  'CreateChangeSet.DisableValidation': { refused: 'everything is checked before anything is made' },
  'CreateStack.DisableValidation': { refused: 'everything is checked before anything is made' },
  'UpdateStack.DisableValidation': { refused: 'everything is checked before anything is made' },
  'GetTemplateSummary.StackSetName': { refused: 'stack sets are not done' },
  'GetTemplateSummary.CallAs': { refused: 'stack sets are not done' },
  'GetTemplateSummary.TemplateSummaryConfig': { refused: 'types are told as the template names them' },
});
