import type { Target } from '@aws-sdk/client-eventbridge';
import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { notFound } from './errors.ts';

export interface Bus extends Scope {
  Name: string;
  Arn: string;
  Description?: string | undefined;
  KmsKeyIdentifier?: string | undefined;
  /** JSON text of the resource policy. */
  Policy?: string | undefined;
  createdMs: number;
  modifiedMs: number;
  tags: Record<string, string>;
}

export interface Rule extends Scope {
  Name: string;
  Arn: string;
  EventBusName: string;
  EventPattern?: string | undefined;
  ScheduleExpression?: string | undefined;
  State: string;
  Description?: string | undefined;
  RoleArn?: string | undefined;
  /** The service that made it, when one did. */
  ManagedBy?: string | undefined;
  CreatedBy: string;
  /** What a rate counts from: when the schedule was set or switched on. */
  anchorMs: number;
  targets: Target[];
  tags: Record<string, string>;
}

export interface BusName extends Scope {
  name: string;
}

export function buses(kernel: Kernel, { account, region }: Scope): Collection<Bus> {
  return kernel.store.collection<Bus>('events.buses', { account, region });
}

/** By `bus|rule`. */
export function rules(kernel: Kernel, { account, region }: Scope): Collection<Rule> {
  return kernel.store.collection<Rule>('events.rules', { account, region });
}

export function ruleKey(bus: string, name: string): string {
  return `${bus}|${name}`;
}

export function rulesOn(kernel: Kernel, bus: Bus): Rule[] {
  return rules(kernel, bus)
    .values()
    .filter(({ EventBusName }) => EventBusName === bus.Name);
}

export function busArn(region: string, account: string, name: string): string {
  return formatArn('events', region, account, `event-bus/${name}`);
}

/** Rules of the default bus leave its name out ("Resource types defined by Amazon EventBridge", Service Authorization Reference). */
export function ruleArn(region: string, account: string, bus: string, name: string): string {
  return formatArn('events', region, account, bus === 'default' ? `rule/${name}` : `rule/${bus}/${name}`);
}

/** Operations take a bus by name or ARN. */
export function busNamed(ctx: Context, nameOrArn: string | undefined): BusName {
  const arn = parseArn(nameOrArn ?? '');
  if (!arn) return { account: ctx.account, region: ctx.region, name: nameOrArn ?? 'default' };
  return { account: arn.account, region: arn.region, name: arn.resource.replace(/^event-bus\//, '') };
}

/** Every account has its default bus in every region, without a record until something is set on it. */
export function findBus(kernel: Kernel, { account, region, name }: BusName): Bus | undefined {
  const kept = buses(kernel, { account, region }).get(name);
  if (kept || name !== 'default') return kept;
  return { Name: name, Arn: busArn(region, account, name), account, region, createdMs: 0, modifiedMs: 0, tags: {} };
}

export function busAt(ctx: Context, nameOrArn: string | undefined): Bus {
  const named = busNamed(ctx, nameOrArn);
  const bus = findBus(ctx, named);
  if (!bus) throw notFound(`Event bus ${named.name} does not exist.`);
  return bus;
}

export function ruleAt(ctx: Context, name: string | undefined, busName: string | undefined): Rule {
  const bus = busAt(ctx, busName);
  const rule = rules(ctx, bus).get(ruleKey(bus.Name, name ?? ''));
  if (!rule) throw notFound(`Rule ${name} does not exist on EventBus ${bus.Name}.`);
  return rule;
}

export function putRule(kernel: Kernel, rule: Rule): void {
  rules(kernel, rule).put(ruleKey(rule.EventBusName, rule.Name), rule);
}
