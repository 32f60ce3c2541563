import type { Capability, Parameter, Stack } from '@aws-sdk/client-cloudformation';
import type { Revision, StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { parameterDeclarations, ssmValueType } from '../../../engines/cloudformation/template/parameters.ts';
import { parseTemplate } from '../../../engines/cloudformation/template/parse-template.ts';
import type { Context } from '../../../kernel/service.ts';

/** A stack as DescribeStacks shows it. */
export function describeStack(_ctx: Context, stack: StackRecord): Stack {
  const { current } = stack;
  const date = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));
  return {
    StackId: stack.StackId,
    StackName: stack.StackName,
    ChangeSetId: stack.ChangeSetId,
    Description: current?.Description,
    Parameters: current && Object.keys(current.parameters).length > 0 ? shownParameters(current) : undefined,
    CreationTime: new Date(stack.CreationTime),
    DeletionTime: date(stack.DeletionTime),
    LastUpdatedTime: date(stack.LastUpdatedTime),
    RollbackConfiguration: {},
    StackStatus: stack.StackStatus,
    StackStatusReason: stack.StackStatusReason,
    DisableRollback: stack.DisableRollback,
    NotificationARNs: stack.NotificationARNs,
    TimeoutInMinutes: stack.TimeoutInMinutes,
    Capabilities: stack.Capabilities.length > 0 ? (stack.Capabilities as Capability[]) : undefined,
    Outputs:
      current && current.outputs.length > 0 && stack.StackStatus !== 'DELETE_COMPLETE' ? current.outputs : undefined,
    RoleARN: stack.RoleARN,
    Tags: current?.Tags ?? [],
    EnableTerminationProtection: stack.EnableTerminationProtection,
    ParentId: stack.ParentId,
    RootId: stack.RootId,
    DriftInformation: {
      StackDriftStatus: (stack.drift?.status ?? 'NOT_CHECKED') as 'NOT_CHECKED',
      LastCheckTimestamp: date(stack.drift?.checkedMs),
    },
    RetainExceptOnCreate: stack.RetainExceptOnCreate,
    DeletionMode: stack.DeletionMode,
  };
}

/** NoEcho parameters show as asterisks ("Parameters section: properties"). */
export function shownParameters(revision: Revision): Parameter[] {
  const declared = parameterDeclarations(parseTemplate(revision.processed ?? revision.template).document);
  return Object.entries(revision.parameters).map(([ParameterKey, text]) => {
    const declaration = declared[ParameterKey];
    const hidden = String(declaration?.NoEcho) === 'true';
    const shown: Parameter = { ParameterKey, ParameterValue: hidden ? '****' : text };
    if (declaration && ssmValueType(declaration.Type) !== undefined)
      shown.ResolvedValue = revision.fetched[ParameterKey];
    return shown;
  });
}
