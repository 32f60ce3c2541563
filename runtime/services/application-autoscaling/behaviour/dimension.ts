import { type ScalableDimension, scalableDimensions } from '../../../engines/scaling/scalable-dimensions.ts';
import { refused } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { objectNotFound, validation } from '../errors.ts';
import { keyOf, type Target, type TargetKey, targets } from '../state.ts';

interface GivenKey {
  ServiceNamespace: string | undefined;
  ResourceId: string | undefined;
  ScalableDimension: string | undefined;
}

export function keyFrom({ ServiceNamespace = '', ResourceId = '', ScalableDimension = '' }: GivenKey): TargetKey {
  return { ServiceNamespace, ResourceId, ScalableDimension };
}

/** Refuses by name what AWS scales and nothing here does. */
export function dimensionOf(kernel: Kernel, key: TargetKey): ScalableDimension {
  const { ServiceNamespace, ResourceId, ScalableDimension: name } = key;
  const known = kernel.engine(scalableDimensions);
  const dimension = known.find(name);
  if (!name.startsWith(`${ServiceNamespace}:`))
    throw validation(
      `Unsupported service namespace, resource type or scalable dimension: ${ServiceNamespace}, ${name}`,
    );
  if (!dimension)
    throw refused(
      `application-autoscaling ScalableDimension ${name}`,
      `what can be scaled here: ${known.names().join(', ') || 'nothing'}.`,
    );
  if (!dimension.isResource(ResourceId))
    throw validation(`Invalid resource ID ${ResourceId} for scalable dimension ${name}`);
  return dimension;
}

export function mustFindTarget(ctx: Context, key: TargetKey, what = 'scalable target registered'): Target {
  const target = targets(ctx).get(keyOf(key));
  if (!target) throw objectNotFound(what, key);
  return target;
}

/** "Service-linked roles for Application Auto Scaling": one for each namespace. End its trace when done. */
export function asApplicationAutoScaling(
  kernel: Kernel,
  { account, region }: Scope,
  { ServiceNamespace }: Pick<TargetKey, 'ServiceNamespace'>,
): Context {
  const service = `${ServiceNamespace}.application-autoscaling.amazonaws.com`;
  return kernel.context({ principal: servicePrincipal(service, account, { serviceLinked: true }), region });
}
