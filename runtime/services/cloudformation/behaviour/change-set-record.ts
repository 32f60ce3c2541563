import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import type { PlannedChange } from '../../../engines/cloudformation/deployment/planned-changes.ts';
import { asText, isUnknown } from '../../../engines/cloudformation/intrinsics/scope.ts';
import type { PropertyChange } from '../../../engines/cloudformation/properties/replacement.ts';
import type { Revision } from '../../../engines/cloudformation/stacks/records.ts';
import type { Context } from '../../../kernel/service.ts';
import { changeSetNotFound, validationError } from '../errors.ts';
import type { StackOptions } from './begin.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** A change set was made, was executed, or is gone. */
    'cloudformation.change-set': { stackName: string; changeSetName: string; account: string; region: string };
  }
}

export interface ChangeSetRecord {
  ChangeSetId: string;
  ChangeSetName: string;
  StackId: string;
  StackName: string;
  ChangeSetType: 'CREATE' | 'UPDATE';
  Description?: string;
  ClientToken?: string;
  CreationTime: number;
  Status: 'CREATE_COMPLETE' | 'FAILED';
  StatusReason?: string;
  ExecutionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_IN_PROGRESS' | 'EXECUTE_COMPLETE' | 'OBSOLETE';
  revision: Revision;
  changes: Change[];
  options: StackOptions;
  OnStackFailure?: 'DELETE' | 'DO_NOTHING' | 'ROLLBACK';
  IncludeNestedStacks: boolean;
  ImportExistingResources?: boolean;
}

export function changeSets(ctx: Context) {
  return ctx.collection<ChangeSetRecord>('cloudformation.change-sets');
}

/** Keeps it, or forgets it, and tells those who look at them. */
export function putChangeSet(ctx: Context, set: ChangeSetRecord, options: { gone?: boolean } = {}): void {
  if (options.gone) changeSets(ctx).delete(set.ChangeSetId);
  else changeSets(ctx).put(set.ChangeSetId, set);
  const { account, region } = ctx;
  ctx.events.emit('cloudformation.change-set', {
    stackName: set.StackName,
    changeSetName: set.ChangeSetName,
    account,
    region,
  });
}

export function findChangeSet(
  ctx: Context,
  about: { ChangeSetName?: string | undefined; StackName?: string | undefined },
): ChangeSetRecord {
  const { ChangeSetName = '', StackName } = about;
  const byId = changeSets(ctx).get(ChangeSetName);
  if (byId) return byId;
  if (ChangeSetName.startsWith('arn:')) throw changeSetNotFound(ChangeSetName);
  if (StackName === undefined)
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const found = changeSets(ctx)
    .values()
    .find(
      (set) =>
        set.ChangeSetName === ChangeSetName &&
        (set.StackName === StackName || set.StackId === StackName) &&
        set.ExecutionStatus !== 'EXECUTE_COMPLETE',
    );
  if (!found) throw changeSetNotFound(ChangeSetName);
  return found;
}

/** A planned change in the form DescribeChangeSet gives it ("ResourceChange", CloudFormation API Reference). */
export function asChange(planned: PlannedChange): Change {
  const { action, logicalId, type, physicalId, replacement, properties, attributes, policy } = planned;
  const ResourceChange: ResourceChange = {
    Action: action,
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    Replacement: replacement,
    PolicyAction: policyAction(planned, policy),
    Scope: [...(properties.length > 0 ? (['Properties'] as const) : []), ...attributes],
    Details: [
      ...properties.map(propertyDetail),
      ...attributes.map(
        (Attribute): ResourceChangeDetail => ({
          Target: { Attribute, RequiresRecreation: 'Never', AttributeChangeType: 'Modify', Path: `/${Attribute}` },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        }),
      ),
    ],
    BeforeContext: context(planned.before),
    AfterContext: context(planned.after),
  };
  return { Type: 'Resource', ResourceChange };
}

function policyAction(
  { action, replacement }: PlannedChange,
  policy: 'Delete' | 'Retain' | 'Snapshot' | undefined,
): ResourceChange['PolicyAction'] {
  if (action === 'Remove') return policy;
  if (replacement !== 'True' || policy === undefined) return undefined;
  return `ReplaceAnd${policy}`;
}

const recreation = { yes: 'Always', maybe: 'Conditionally', no: 'Never' } as const;

function propertyDetail(change: PropertyChange): ResourceChangeDetail {
  const { path, before, after, replaces, uncertain } = change;
  return {
    Target: {
      Attribute: 'Properties',
      Name: String(path[0] ?? ''),
      Path: `/Properties/${path.join('/')}`,
      RequiresRecreation: recreation[replaces],
      BeforeValue: shown(before),
      AfterValue: shown(after),
      AttributeChangeType: before === undefined ? 'Add' : after === undefined ? 'Remove' : 'Modify',
    },
    Evaluation: uncertain ? 'Dynamic' : 'Static',
    ChangeSource: uncertain ? 'ResourceReference' : 'DirectModification',
  };
}

/** AWS's words for a value that is known only after the deployment. */
const later = '{{changeSet:KNOWN_AFTER_APPLY}}';

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return isUnknown(value) && typeof value === 'symbol'
    ? later
    : typeof value === 'object'
      ? withLater(value)
      : asText(value);
}

function context(properties: Record<string, unknown> | undefined): string | undefined {
  return properties && withLater({ Properties: properties });
}

function withLater(value: unknown): string {
  return JSON.stringify(value, (_key, entry: unknown) => (typeof entry === 'symbol' ? later : entry));
}
