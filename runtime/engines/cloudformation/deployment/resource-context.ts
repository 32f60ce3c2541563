import type { Ids } from '../../../kernel/ids.ts';
import type { ResourceContext } from '../../../kernel/resource.ts';
import type { Context } from '../../../kernel/service.ts';
import type { StackRecord } from '../stacks/records.ts';

/** What a resource type is handed, with what only CloudFormation's own types need. */
export interface DeploymentContext extends ResourceContext {
  /** Custom::Thing for a custom resource. */
  readonly resourceType: string;
}

export interface ResourceIdentity {
  logicalId: string;
  resourceType: string;
  /** The name made for it before, to be given again. */
  generatedName?: string | undefined;
  /** The CreationPolicy and UpdatePolicy attributes, worked out. */
  policies?: ResourceContext['policies'];
  /** Told each name that is made, before it is used. */
  onName?: (name: string) => void;
}

export function resourceContext(ctx: Context, stack: StackRecord, identity: ResourceIdentity): DeploymentContext {
  const { logicalId, resourceType } = identity;
  const tags = Object.fromEntries((stack.current?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  return {
    ...ctx,
    stackName: stack.StackName,
    stackId: stack.StackId,
    logicalId,
    resourceType,
    policies: identity.policies ?? {},
    stackTags: {
      ...tags,
      'aws:cloudformation:stack-name': stack.StackName,
      'aws:cloudformation:logical-id': logicalId,
      'aws:cloudformation:stack-id': stack.StackId,
    },
    generateName(options) {
      const name = identity.generatedName ?? generateName(ctx.ids, stack.StackName, logicalId, options);
      identity.onName?.(name);
      return name;
    },
  };
}

/**
 * stack-logicalId-RANDOM. What is too long loses the end of the stack's name and of the logical id, the longer first
 * ("Name type", CloudFormation Template Reference).
 */
export function generateName(
  ids: Ids,
  stackName: string,
  logicalId: string,
  options: { maxLength?: number; lowerCase?: boolean } = {},
): string {
  const random = ids.upper(12);
  const room = Math.max((options.maxLength ?? 255) - random.length - 2, 2);
  let [stack, logical] = [stackName, logicalId];
  if (stack.length + logical.length > room) {
    const half = Math.floor(room / 2);
    logical = logical.slice(0, Math.max(half, room - stack.length));
    stack = stack.slice(0, room - logical.length);
  }
  const name = `${stack}-${logical}-${random}`;
  return options.lowerCase ? name.toLowerCase() : name;
}
