import type { ResourceStatus, StackStatus, Tag } from '@aws-sdk/client-cloudformation';
import type { Principal } from '../../../kernel/principal.ts';
import type { GivenParameter } from '../template/parameters.ts';

/** A stack as kept. Times are the cloud's, in milliseconds. */
export interface StackRecord {
  StackId: string;
  StackName: string;
  account: string;
  region: string;
  StackStatus: StackStatus;
  StackStatusReason?: string;
  CreationTime: number;
  LastUpdatedTime?: number;
  DeletionTime?: number;
  /** What is deployed, or being deployed. Undefined while the stack waits for its first change set (REVIEW_IN_PROGRESS). */
  current?: Revision;
  /** What to go back to while an update is under way or has failed. */
  previous?: Revision;
  Capabilities: string[];
  NotificationARNs: string[];
  RoleARN?: string;
  DisableRollback: boolean;
  /** What a failed creation does: OnFailure of CreateStack. */
  OnFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  EnableTerminationProtection: boolean;
  TimeoutInMinutes?: number;
  RetainExceptOnCreate?: boolean;
  ParentId?: string;
  RootId?: string;
  ChangeSetId?: string;
  StackPolicyBody?: string;
  ClientRequestToken?: string;
  /** Resources DeleteStack was told to leave. */
  RetainResources?: string[];
  DeletionMode?: 'STANDARD' | 'FORCE_DELETE_STACK';
  /** Logical ids that ContinueUpdateRollback passes over. */
  ResourcesToSkip?: string[];
  drift?: { status: string; checkedMs: number };
  /** In whose name resources are made: needed again when a deployment goes on after a restart. */
  deployer: Principal;
}

/** One version of a stack's template with everything that was decided for it. */
export interface Revision {
  /** As given. */
  template: string;
  fileName?: string;
  /** After transforms; undefined when it has none. */
  processed?: string;
  Description?: string;
  /** Text of each parameter; names of parameter store parameters unresolved. */
  parameters: Record<string, string>;
  /** What the parameter store held, by parameter. */
  fetched: Record<string, string>;
  given: GivenParameter[];
  Tags: Tag[];
  outputs: OutputRecord[];
  /** Export names this revision uses. */
  imports: string[];
  /** Resources that exist and are taken into the stack: physical ids by logical id. */
  adopts?: Record<string, string>;
}

export interface OutputRecord {
  OutputKey: string;
  OutputValue: string;
  Description?: string;
  ExportName?: string;
}

export interface ResourceRecord {
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: ResourceStatus;
  ResourceStatusReason?: string;
  timeMs: number;
  /** As handed to the resource type: evaluated, converted. */
  properties: Record<string, unknown>;
  attributes: Record<string, unknown>;
  Metadata?: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  /** Logical ids that must outlive it. */
  dependencies: string[];
  /** Name made for it, in case the answer of a creation is lost with the process. */
  generatedName?: string;
  /** It was there before the stack: giving its addition up leaves it. */
  adopted?: true;
  /** How the update under way changes it, and what it was. Gone once the stack is at rest. */
  change?: ResourceChangeRecord;
  drift?: { status: string; differences: unknown[]; checkedMs: number; actual?: Record<string, unknown> };
}

export interface ResourceChangeRecord {
  /** `restored`: rolled back to the old physical resource; `before` is the newer one, still to be deleted. */
  kind: 'created' | 'modified' | 'replaced' | 'restored';
  before?: Pick<
    ResourceRecord,
    | 'PhysicalResourceId'
    | 'ResourceType'
    | 'properties'
    | 'attributes'
    | 'dependencies'
    | 'DeletionPolicy'
    | 'UpdateReplacePolicy'
    | 'Metadata'
  >;
}

export interface EventRecord {
  EventId: string;
  StackId: string;
  StackName: string;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceType: string;
  ResourceStatus: string;
  ResourceStatusReason?: string;
  ResourceProperties?: string;
  ClientRequestToken?: string;
  timeMs: number;
  OperationId?: string;
}
