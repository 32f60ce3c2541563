import { type Access, type Context, defineService } from '../../kernel/service.ts';
import { standing } from './behaviour/usage.ts';
import * as parameterOperations from './operations/parameters.ts';
import * as tags from './operations/tags.ts';
import { Parameter } from './resources/Parameter.ts';
import { parameterArn, parseSelector } from './state.ts';

/** Parameter Store; the rest of Systems Manager is refused. */
export default defineService({
  name: 'ssm',
  actionPrefix: 'ssm',
  operations: { ...parameterOperations, ...tags },
  resources: [Parameter],
  authorization: authorize,
  usage: { standing, changedBy: ['PutParameter', 'DeleteParameter', 'DeleteParameters'] },
  fidelity: {
    'PutParameter.Policies': { refused: 'parameter policies are not done.' },
    'DescribeParameters.Shared': { refused: 'parameters are not shared.' },
  },
});

/** "Actions, resources, and condition keys for AWS Systems Manager". */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `ssm:${operation}`;
  const names = (input.Names ?? [input.Name ?? input.Path ?? input.ResourceId]) as (string | undefined)[];
  if (operation === 'DescribeParameters') return { action, resource: '*' };
  return names.map((name) => ({
    action,
    resource: parameterArn(ctx.region, ctx.account, parseSelector(name ?? '').name),
  }));
}
