import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';

/** What Auto Scaling does by itself, as AWSServiceRoleForAutoScaling may. */
export function asAutoScaling(kernel: Kernel, { account, region }: Scope): Context {
  const principal = servicePrincipal('autoscaling.amazonaws.com', account, { serviceLinked: true });
  return kernel.context({ principal, region });
}
