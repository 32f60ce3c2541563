import { alb } from '../../../data-planes/alb/alb.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type LoadBalancerRecord, loadBalancers, type Owner, type TargetGroupRecord, targetGroups } from '../state.ts';
import { compileLoadBalancer, compileTargetGroup } from './compile.ts';

/** Puts a load balancer to work as it now is, before the operation answers: it is `active` at once. */
export function deploy(kernel: Kernel, record: LoadBalancerRecord): void {
  kernel.engine(alb).deploy(compileLoadBalancer(kernel, record));
}

export function deployByArn(kernel: Kernel, owner: Owner, arn: string): void {
  const record = loadBalancers(kernel, owner).get(arn);
  if (record) deploy(kernel, record);
}

/** Keeps the record and puts it to work. */
export function putTargetGroup(kernel: Kernel, record: TargetGroupRecord): void {
  targetGroups(kernel, record).put(record.TargetGroupArn, record);
  kernel.engine(alb).putTargetGroup(compileTargetGroup(record));
}

/** After a start. */
export function deployAll(kernel: Kernel): void {
  for (const scope of kernel.store.scopes('elbv2.target-groups'))
    for (const record of targetGroups(kernel, scope).values())
      kernel.engine(alb).putTargetGroup(compileTargetGroup(record));
  for (const scope of kernel.store.scopes('elbv2.load-balancers'))
    for (const record of loadBalancers(kernel, scope).values()) deploy(kernel, record);
}
