import { CfnResource } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Records that a cdk-nag rule does not apply to a resource, and why, in the metadata where cdk-nag looks for it.
 * Written here rather than through cdk-nag's own class because loading cdk-nag takes a third of a second.
 */
export function suppress(construct: IConstruct, id: string, reason: string): void {
  const resource = resourceOf(construct);
  const before = resource.getMetadata('cdk_nag')?.rules_to_suppress ?? [];
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...before, { id, reason }] });
}

function resourceOf(construct: IConstruct): CfnResource {
  const resource = CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild;
  if (!resource || !CfnResource.isCfnResource(resource))
    throw new Error(`${construct.node.path} is no single resource`);
  return resource;
}
