import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { formatArn } from '../../kernel/arn.ts';
import type { Access, Authorization } from '../../kernel/service.ts';

/** Operations that name no stack ("Actions, resources, and condition keys for AWS CloudFormation"). */
const withoutStack = new Set([
  'ListStacks',
  'ListExports',
  'ListImports',
  'ValidateTemplate',
  'DescribeStackDriftDetectionStatus',
]);

export const access: Authorization = (operation, input, ctx) => {
  const name = typeof input.StackName === 'string' ? input.StackName : stackOfChangeSet(input.ChangeSetName);
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

/** A change set's ARN does not tell its stack; by ARN alone the permission is asked for on the change set itself. */
function stackOfChangeSet(name: unknown): string | undefined {
  return typeof name === 'string' && name.startsWith('arn:') ? name : undefined;
}
