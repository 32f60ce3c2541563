import type { StackStatus } from '@aws-sdk/client-cloudformation';
import { asStackRole } from '../../../engines/cloudformation/deployment/deployment.ts';
import { deployments } from '../../../engines/cloudformation/deployment/deployments.ts';
import { Journal } from '../../../engines/cloudformation/deployment/journal.ts';
import { planChanges } from '../../../engines/cloudformation/deployment/planned-changes.ts';
import type { Revision, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import { formatArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { asValidationError, validationError } from '../errors.ts';

/** Stack options that requests have in common. */
export interface StackOptions {
  Capabilities?: string[] | undefined;
  NotificationARNs?: string[] | undefined;
  RoleARN?: string | undefined;
  DisableRollback?: boolean | undefined;
  RetainExceptOnCreate?: boolean | undefined;
  ClientRequestToken?: string | undefined;
}

/** A stack that is not kept yet. */
export function newStack(
  ctx: Context,
  StackName: string,
  StackStatus: StackStatus,
  options: StackOptions,
): StackRecord {
  return {
    StackId: formatArn('cloudformation', ctx.region, ctx.account, `stack/${StackName}/${ctx.ids.uuid()}`),
    StackName,
    account: ctx.account,
    region: ctx.region,
    StackStatus,
    CreationTime: ctx.clock.now(),
    Capabilities: [],
    NotificationARNs: [],
    DisableRollback: false,
    OnFailure: 'ROLLBACK',
    EnableTerminationProtection: false,
    deployer: ctx.principal,
    ...withOptions(options),
  };
}

export function withOptions(options: StackOptions): Partial<StackRecord> {
  const { Capabilities, NotificationARNs, RoleARN, DisableRollback, RetainExceptOnCreate, ClientRequestToken } =
    options;
  return {
    ...(Capabilities && { Capabilities }),
    ...(NotificationARNs && { NotificationARNs }),
    ...(RoleARN !== undefined && { RoleARN }),
    ...(DisableRollback !== undefined && { DisableRollback }),
    ...(RetainExceptOnCreate !== undefined && { RetainExceptOnCreate }),
    ClientRequestToken,
  };
}

/** The role is tried at once, so that one that does not trust CloudFormation is refused before anything happens. */
export function checkRole(ctx: Context, stack: Pick<StackRecord, 'RoleARN'>): void {
  if (stack.RoleARN === undefined) return;
  try {
    asStackRole(ctx, stack.RoleARN);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw validationError(`Role ${stack.RoleARN} is invalid or cannot be assumed`);
  }
}

/** Puts the stack into a status in progress and lets the machine take it on from there. */
export function begin(
  ctx: Context,
  stack: StackRecord,
  StackStatus: StackStatus,
  change: Partial<StackRecord> = {},
): StackRecord {
  const store = ctx.engine(stackStore);
  store.put({ ...stack, ...change });
  const begun = new Journal(store, ctx.clock, stack).status(StackStatus, 'User Initiated', { deployer: ctx.principal });
  ctx.engine(deployments).start(begun);
  return begun;
}

const updatable: StackStatus[] = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'CREATE_FAILED',
  'UPDATE_FAILED',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
];

export function checkUpdatable(stack: StackRecord): void {
  if (!updatable.includes(stack.StackStatus)) {
    throw validationError(`Stack:${stack.StackId} is in ${stack.StackStatus} state and can not be updated.`);
  }
}

/** Begins the update to a revision. What a failed update kept to go back to stays the thing to go back to. */
export function beginUpdate(ctx: Context, stack: StackRecord, revision: Revision, options: StackOptions): StackRecord {
  const created = stack.StackStatus === 'CREATE_FAILED';
  return begin(ctx, stack, 'UPDATE_IN_PROGRESS', {
    ...withOptions(options),
    DisableRollback: options.DisableRollback ?? false,
    LastUpdatedTime: ctx.clock.now(),
    current: revision,
    previous: created ? { ...revision, outputs: [], imports: [] } : (stack.previous ?? stack.current),
  });
}

export function checkDiffers(ctx: Context, stack: StackRecord, revision: Revision): void {
  // A nested stack's template may have changed under the same URL.
  const nested = [...ctx.engine(stackStore).resources(stack.StackId).values()].some(
    ({ ResourceType }) => ResourceType === 'AWS::CloudFormation::Stack',
  );
  if (nested || stack.StackStatus.endsWith('_FAILED')) return;
  try {
    const plan = planChanges(ctx.engine(stackStore), stack, revision);
    if (plan.changes.length === 0 && !plan.othersDiffer) throw validationError('No updates are to be performed.');
  } catch (error) {
    throw asValidationError(error);
  }
}
