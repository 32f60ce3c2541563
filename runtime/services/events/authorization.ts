import type { Access, Context } from '../../kernel/service.ts';
import { busNamed, findBus, ruleArn } from './state.ts';

/** "Actions, resources, and condition keys for Amazon EventBridge" (Service Authorization Reference). */
export function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access | Access[] {
  const action = `events:${operation}`;
  if (operation === 'PutEvents') return putEvents(input, ctx);
  if (typeof input.ResourceARN === 'string') return { action, resource: input.ResourceARN };
  if (/^(ListEventBuses|TestEventPattern|ListRules|ListRuleNamesByTarget)$/.test(operation))
    return { action, resource: '*' };
  const rule = input.Rule ?? (/Rule$/.test(operation) ? input.Name : undefined);
  const named = busNamed(ctx, (rule === undefined ? (input.EventBusName ?? input.Name) : input.EventBusName) as string);
  const bus = findBus(ctx, named);
  const access: Access = {
    action,
    resource:
      rule === undefined
        ? `arn:aws:events:${named.region}:${named.account}:event-bus/${named.name}`
        : ruleArn(named.region, named.account, named.name, String(rule)),
    resourceAccount: named.account,
    ...(bus?.Policy === undefined ? {} : { resourcePolicy: bus.Policy }),
  };
  return [access, ...rolesPassed(input)];
}

/** Who gives a rule or target a role must be allowed to pass it. */
function rolesPassed(input: { RoleArn?: unknown; Targets?: unknown }): Access[] {
  const targets = Array.isArray(input.Targets) ? (input.Targets as { RoleArn?: string }[]) : [];
  return [input.RoleArn, ...targets.map(({ RoleArn }) => RoleArn)]
    .filter((role) => typeof role === 'string')
    .map((resource) => ({
      action: 'iam:PassRole',
      resource,
      conditions: { 'iam:PassedToService': 'events.amazonaws.com' },
    }));
}

interface Entry {
  EventBusName?: string;
  Source?: string;
  DetailType?: string;
}

/** Events of AWS's own services come onto the default bus without anybody's permission. */
function putEvents({ Entries }: Record<string, unknown>, ctx: Context): Access[] {
  const entries = Array.isArray(Entries) ? (Entries as Entry[]) : [];
  const own = ctx.principal.kind === 'service';
  return entries
    .filter(
      ({ Source = '', EventBusName = 'default' }) => !(own && Source.startsWith('aws.') && EventBusName === 'default'),
    )
    .map(({ EventBusName, Source, DetailType }) => {
      const named = busNamed(ctx, EventBusName);
      const bus = findBus(ctx, named);
      return {
        action: 'events:PutEvents',
        resource: `arn:aws:events:${named.region}:${named.account}:event-bus/${named.name}`,
        resourceAccount: named.account,
        ...(bus?.Policy === undefined ? {} : { resourcePolicy: bus.Policy }),
        conditions: {
          ...(Source ? { 'events:source': Source } : {}),
          ...(DetailType ? { 'events:detail-type': DetailType } : {}),
        },
      };
    });
}
