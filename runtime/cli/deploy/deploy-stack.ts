import type { Stack } from '@aws-sdk/client-cloudformation';
import { AwsError, PersonError } from '../../kernel/errors.ts';
import type { EventTypes } from '../../kernel/events/events.ts';
import type { Context } from '../../kernel/service.ts';
import type { StackToDeploy } from './assembly.ts';
import { refusedTemplate } from './refused-template.ts';

export interface DeployedStack {
  name: string;
  status: string;
  changed: boolean;
}

type StackEvent = EventTypes['cloudformation.event'];

export type OnStackEvent = (event: StackEvent) => void;

/** Creates the stack or updates it, and waits for the end. A stack that failed has been rolled back to what it was. */
export async function deployStack(
  ctx: Context,
  stack: StackToDeploy,
  onEvent: OnStackEvent = () => undefined,
): Promise<DeployedStack> {
  const existing = await describe(ctx, stack.name);
  if (existing?.StackStatus === 'ROLLBACK_COMPLETE' || existing?.StackStatus === 'REVIEW_IN_PROGRESS')
    await remove(ctx, stack.name);
  const create =
    !existing || existing.StackStatus === 'ROLLBACK_COMPLETE' || existing.StackStatus === 'REVIEW_IN_PROGRESS';
  const input = {
    StackName: stack.name,
    TemplateBody: stack.template,
    Parameters: Object.entries(stack.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
  };
  const failures: StackEvent[] = [];
  const followed = follow(ctx, stack.name, (event) => {
    if (event.ResourceStatus?.endsWith('_FAILED')) failures.push(event);
    onEvent(event);
  });
  try {
    await ctx.call('cloudformation', create ? 'CreateStack' : 'UpdateStack', input);
  } catch (error) {
    followed.stop();
    if (error instanceof AwsError && error.message === 'No updates are to be performed.') {
      return { name: stack.name, status: existing?.StackStatus ?? '', changed: false };
    }
    throw error instanceof AwsError ? refusedTemplate(ctx, stack, error) : error;
  }
  return settled(stack, await followed.final, failures);
}

/** Resolves with the stack's final status. The stream is read from before the deployment is asked for, so nothing is missed. */
function follow(ctx: Context, stackName: string, onEvent: OnStackEvent): { final: Promise<string>; stop(): void } {
  let stop: () => void = () => undefined;
  const final = new Promise<string>((resolve) => {
    stop = ctx.events.on('cloudformation.event', (event) => {
      if (event.StackName !== stackName) return;
      onEvent(event);
      const own = event.ResourceType === 'AWS::CloudFormation::Stack' && event.LogicalResourceId === stackName;
      if (!own || !finalStatuses.test(event.ResourceStatus)) return;
      stop();
      resolve(event.ResourceStatus);
    });
  });
  return { final, stop: () => stop() };
}

const finalStatuses = /^(CREATE|UPDATE|DELETE|ROLLBACK|UPDATE_ROLLBACK)_(COMPLETE|FAILED)$/;

function settled(stack: StackToDeploy, status: string, failures: StackEvent[]): DeployedStack {
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return { name: stack.name, status, changed: true };
  const reasons = failures
    .filter((event) => !/cancelled/i.test(event.ResourceStatusReason ?? ''))
    .map((event) => `${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason}`);
  throw new PersonError(
    'deployment-failed',
    `The stack ${stack.name} is ${status}.\n${reasons.join('\n')}`,
    status.includes('ROLLBACK_COMPLETE')
      ? 'It was rolled back: everything is as it was before. Mend the template and run `orrery up` again.'
      : 'See `orrery resources` for what is left.',
  );
}

async function describe(ctx: Context, StackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await ctx.call<{ Stacks?: Stack[] }>('cloudformation', 'DescribeStacks', { StackName });
    return Stacks?.[0];
  } catch (error) {
    if (error instanceof AwsError && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

async function remove(ctx: Context, StackName: string): Promise<void> {
  const { final } = follow(ctx, StackName, () => undefined);
  await ctx.call('cloudformation', 'DeleteStack', { StackName });
  await final;
}
