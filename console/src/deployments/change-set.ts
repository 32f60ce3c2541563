import { call } from '../api.ts';
import type { Tone } from '../status.tsx';

export interface ChangeSet {
  ChangeSetId: string;
  ChangeSetName: string;
  Status: string;
  StatusReason?: string;
  ExecutionStatus: string;
  CreationTime: string;
  Description?: string;
}

export interface ResourceChange {
  Action: 'Add' | 'Modify' | 'Remove' | 'Import' | 'Dynamic';
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  Replacement?: 'True' | 'False' | 'Conditional';
  PolicyAction?: string;
  Details?: ChangeDetail[];
}

export interface ChangeDetail {
  Target?: {
    Attribute?: string;
    Name?: string;
    Path?: string;
    RequiresRecreation?: 'Never' | 'Conditionally' | 'Always';
    BeforeValue?: string;
    AfterValue?: string;
  };
}

/** What is asked of one change set; more changes than that are said to be there. */
const mostChanges = 400;

export async function changesOf(id: string, region: string): Promise<{ changes: ResourceChange[]; more: boolean }> {
  const changes: ResourceChange[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call<{ Changes?: { ResourceChange?: ResourceChange }[]; NextToken?: string }>(
      'cloudformation',
      'DescribeChangeSet',
      { ChangeSetName: id, IncludePropertyValues: true, ...(NextToken === undefined ? {} : { NextToken }) },
      region,
    );
    changes.push(...(page.Changes ?? []).flatMap(({ ResourceChange }) => ResourceChange ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined && changes.length < mostChanges);
  return { changes, more: NextToken !== undefined };
}

/** Whether a resource is made anew, in a word and with how much care it asks for. */
export function replacementOf({ Action, Replacement, PolicyAction }: ResourceChange): { text: string; tone: Tone } {
  if (Action === 'Remove')
    return PolicyAction === 'Retain'
      ? { text: 'kept outside of the stack', tone: 'none' }
      : { text: 'deleted', tone: 'bad' };
  if (Action !== 'Modify') return { text: Action === 'Import' ? 'taken in as it is' : 'created', tone: 'good' };
  if (Replacement === 'True') return { text: 'replaced', tone: 'bad' };
  if (Replacement === 'Conditional') return { text: 'perhaps replaced', tone: 'warn' };
  return { text: 'changed in place', tone: 'good' };
}
