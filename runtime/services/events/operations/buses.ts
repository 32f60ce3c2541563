import type {
  CreateEventBusCommandInput,
  DeleteEventBusCommandInput,
  DescribeEventBusCommandInput,
  ListEventBusesCommandInput,
  UpdateEventBusCommandInput,
} from '@aws-sdk/client-eventbridge';
import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/paging.ts';
import { disarm } from '../behaviour/scheduled-rules.ts';
import { tagsFrom } from '../behaviour/tag-lists.ts';
import { alreadyExists, validation } from '../errors.ts';
import { type Bus, busArn, busAt, buses, busNamed, findBus, ruleKey, rules, rulesOn } from '../state.ts';

export function CreateEventBus(ctx: Context, input: CreateEventBusCommandInput) {
  const Name = input.Name ?? '';
  if (Name.includes('/')) throw validation("Event bus name starting with 'aws.partner/' must have an EventSourceName.");
  if (!/^[.\-_A-Za-z0-9]{1,256}$/.test(Name)) throw validation(`Parameter Name ${Name} is not valid.`);
  if (findBus(ctx, { account: ctx.account, region: ctx.region, name: Name })) throw alreadyExists(Name);
  const nowMs = ctx.clock.now();
  const Arn = busArn(ctx.region, ctx.account, Name);
  const { Description, KmsKeyIdentifier } = input;
  buses(ctx, ctx).put(Name, {
    Name,
    Arn,
    account: ctx.account,
    region: ctx.region,
    Description,
    KmsKeyIdentifier,
    createdMs: nowMs,
    modifiedMs: nowMs,
    tags: tagsFrom(input.Tags),
  });
  return { EventBusArn: Arn, Description, KmsKeyIdentifier };
}

export function DescribeEventBus(ctx: Context, input: DescribeEventBusCommandInput) {
  return described(busAt(ctx, input.Name));
}

export function UpdateEventBus(ctx: Context, input: UpdateEventBusCommandInput) {
  const bus = busAt(ctx, input.Name);
  const { Description = bus.Description, KmsKeyIdentifier = bus.KmsKeyIdentifier } = input;
  buses(ctx, bus).put(bus.Name, { ...bus, Description, KmsKeyIdentifier, modifiedMs: ctx.clock.now() });
  return { Arn: bus.Arn, Name: bus.Name, Description, KmsKeyIdentifier };
}

/** A bus goes with its rules; one that is not there is deleted already. */
export function DeleteEventBus(ctx: Context, input: DeleteEventBusCommandInput) {
  const named = busNamed(ctx, input.Name);
  if (named.name === 'default') throw validation('Cannot delete event bus default.');
  const bus = findBus(ctx, named);
  if (!bus) return;
  for (const rule of rulesOn(ctx, bus)) {
    disarm(ctx, rule);
    rules(ctx, rule).delete(ruleKey(rule.EventBusName, rule.Name));
  }
  buses(ctx, bus).delete(bus.Name);
}

export function ListEventBuses(ctx: Context, input: ListEventBusesCommandInput) {
  const standard = findBus(ctx, { account: ctx.account, region: ctx.region, name: 'default' });
  const own = buses(ctx, ctx)
    .values()
    .filter(({ Name }) => Name !== 'default');
  const all = [...(standard ? [standard] : []), ...own].filter(({ Name }) => Name.startsWith(input.NamePrefix ?? ''));
  const { items, ...more } = page(all, input);
  return { EventBuses: items.map(described), ...more };
}

function described({ Name, Arn, Description, KmsKeyIdentifier, Policy, createdMs, modifiedMs }: Bus) {
  return {
    Name,
    Arn,
    Description,
    KmsKeyIdentifier,
    Policy,
    CreationTime: new Date(createdMs),
    LastModifiedTime: new Date(modifiedMs),
  };
}
