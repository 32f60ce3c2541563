import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { formatArn } from '../../kernel/arn.ts';
import type { Access, Authorization, Context } from '../../kernel/service.ts';
import { changeSets } from './behaviour/change-set-record.ts';

/** Operations that name no stack ("Actions, resources, and condition keys for AWS CloudFormation"). */
const withoutStack = new Set([
  'ListStacks',
  'ListExports',
  'ListImports',
  'ValidateTemplate',
  'DescribeStackDriftDetectionStatus',
]);

export const access: Authorization = (operation, input, ctx) => {
  const name = typeof input.StackName === 'string' ? input.StackName : stackOfChangeSet(input.ChangeSetName, ctx);
  const action = `cloudformation:${operation}`;
  if (name === undefined || withoutStack.has(operation)) return { action, resource: '*' };
  const known = name.startsWith('arn:') ? name : ctx.engine(stackStore).find(ctx, name)?.StackId;
  const accesses: Access[] = [
    { action, resource: known ?? formatArn('cloudformation', ctx.region, ctx.account, `stack/${name}/*`) },
  ];
  if (typeof input.RoleARN === 'string') {
    accesses.push({
      action: 'iam:PassRole',
      resource: input.RoleARN,
      conditions: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
    });
  }
  return accesses;
};

/** A change set's ARN does not tell its stack: what is kept of it does. */
function stackOfChangeSet(name: unknown, ctx: Context): string | undefined {
  if (typeof name !== 'string' || !name.startsWith('arn:')) return undefined;
  return changeSets(ctx).get(name)?.StackId ?? name;
}
