import type { CfnResource } from 'aws-cdk-lib';
import { CfnResource as Resource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Records that a cdk-nag rule does not apply to a resource, and why, in the metadata where cdk-nag looks for it.
 * Written here rather than through cdk-nag's own class because loading cdk-nag doubles the time a synthesis takes.
 * `only` narrows a rule that reports several findings (IAM5) to the ones named.
 */
export function suppress(construct: IConstruct, id: string, reason: string, only?: string[]): void {
  const resource = resourceOf(construct);
  const before = resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [];
  const rule = only ? { id, reason, applies_to: only } : { id, reason };
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...before, rule] });
}

function resourceOf(construct: IConstruct): CfnResource {
  const resource = Resource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (!resource || !Resource.isCfnResource(resource)) throw new Error(`${construct.node.path} is no single resource`);
  return resource;
}
