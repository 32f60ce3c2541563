import type { Context, Fidelity } from './service.ts';

/**
 * A CloudFormation resource type, in services/<name>/resources/<Type>.ts. It calls operations only (`ctx.call`, as the
 * principal that deploys), so a deployment is authorized, recorded and refused like any client. The engine resolves
 * intrinsic functions first, checks the properties against the resource specification and `properties`, decides update
 * or replacement from the specification, and keeps what it is given here.
 */
export interface ResourceType<Properties extends object = Record<string, unknown>> {
  /** AWS::SQS::Queue */
  type: string;
  /**
   * What each property of the specification comes to, by dotted path; a path stands for all below it unless one below
   * is named too (`'RedrivePolicy': 'executed'`, `'BucketEncryption.…': {refused: 'why'}`). Array elements add nothing
   * to the path; a word among AWS's for a property may be named as if it were a member (`'EventTypes.subscription': 'stored'`). A property of the specification not covered here is refused by name.
   */
  properties: Record<string, Fidelity>;
  create(ctx: ResourceContext, properties: Properties): Promise<ResourceState>;
  /** Left out where the specification replaces on every change. */
  update?(
    ctx: ResourceContext,
    physicalId: string,
    properties: Properties,
    previous: Properties,
  ): Promise<ResourceState>;
  /** Succeeds when it is already gone. */
  delete(ctx: ResourceContext, physicalId: string, properties: Properties): Promise<void>;
  /**
   * DeletionPolicy or UpdateReplacePolicy `Snapshot`: keeps a final snapshot, then deletes. A type without it has no
   * snapshots, and the policy is an error of the template.
   */
  deleteWithSnapshot?(ctx: ResourceContext, physicalId: string, properties: Properties): Promise<void>;
  /** What becomes of it where the template has no DeletionPolicy; `Delete` where this is left out. */
  defaultDeletionPolicy?(properties: Properties): 'Delete' | 'Snapshot';
  /**
   * The properties as they are now, in the specification's names, for drift; undefined when the resource is gone. A property
   * that is there with the value undefined was taken away; one that the answer does not mention is not compared.
   */
  read?(ctx: ResourceContext, physicalId: string): Promise<ReadProperties<Properties> | undefined>;
}

export type ReadProperties<Properties extends object> = {
  [Name in keyof Properties]?: Properties[Name] | undefined;
};

export interface ResourceState {
  /** What `Ref` returns. */
  physicalId: string;
  /** What `Fn::GetAtt` returns, by attribute name (`Arn`, `Endpoint.Address`). */
  attributes?: Record<string, unknown>;
}

export interface ResourceContext extends Context {
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** The attributes CreationPolicy and UpdatePolicy of the resource in its template; none where it is deleted. */
  readonly policies: {
    readonly CreationPolicy?: Record<string, unknown> | undefined;
    readonly UpdatePolicy?: Record<string, unknown> | undefined;
  };
  /** Tags of the stack, to be put on the resource beside its own, as CloudFormation does. */
  readonly stackTags: Record<string, string>;
  /** A unique name as CloudFormation makes one: stack-logicalId-RANDOM, cut to `maxLength`, lower case where asked. */
  generateName(options?: { maxLength?: number; lowerCase?: boolean }): string;
}

export function defineResource<Properties extends object>(definition: ResourceType<Properties>): ResourceType {
  return definition as unknown as ResourceType;
}
