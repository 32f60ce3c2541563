import type {
  GetRateBasedStatementManagedKeysCommandInput,
  GetSampledRequestsCommandInput,
} from '@aws-sdk/client-wafv2';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import type { Sample } from '../../../data-planes/waf/samples.ts';
import type { Context } from '../../../kernel/service.ts';
import { findEntity } from '../behaviour/entities.ts';
import { invalidParameter, nonexistent } from '../errors.ts';
import { byArn, webAcls } from '../state.ts';

/** "WAF returns the range of the previous three hours." */
const reachMs = 3 * 60 * 60_000;

export function GetSampledRequests(ctx: Context, input: GetSampledRequestsCommandInput) {
  const acl = byArn(ctx, webAcls, input.WebAclArn ?? '');
  if (!acl) throw nonexistent();
  const most = Number(input.MaxItems);
  if (!(most >= 1 && most <= 500))
    throw invalidParameter('ENTITY_LIMIT', String(input.MaxItems), 'MaxItems must be 1 to 500.');
  const nowMs = ctx.clock.now();
  const time = (given: Date | undefined, otherwise: number): number =>
    given === undefined ? otherwise : ctx.clock.interpret(given.getTime());
  const fromMs = Math.max(time(input.TimeWindow?.StartTime, nowMs - reachMs), nowMs - reachMs);
  const toMs = Math.min(time(input.TimeWindow?.EndTime, nowMs), nowMs);
  const { samples, population } = ctx
    .engine(firewalls)
    .sampled(acl.ARN, samplesOf(input.RuleMetricName ?? '', acl.Config.VisibilityConfig?.MetricName), {
      fromMs,
      toMs,
      most,
    });
  return {
    SampledRequests: samples.map(describe),
    PopulationSize: population,
    TimeWindow: { StartTime: new Date(fromMs), EndTime: new Date(toMs) },
  };
}

/** What the default action decided is asked for as Default_Action or by the web ACL's own metric name. */
function samplesOf(metricName: string, ownName: string | undefined): string {
  return metricName === 'Default_Action' ? String(ownName) : metricName;
}

function describe({ timeMs, action, request, ruleWithinGroup, labels, responseCode }: Sample) {
  return {
    Request: {
      ClientIP: request.clientIp,
      Country: request.country,
      URI: request.uri,
      Method: request.method,
      HTTPVersion: request.httpVersion,
      Headers: request.headers.map(([Name, Value]) => ({ Name, Value })),
    },
    Weight: 1,
    Timestamp: new Date(timeMs),
    Action: action,
    ...(ruleWithinGroup === undefined ? {} : { RuleNameWithinRuleGroup: ruleWithinGroup }),
    ...(responseCode === undefined ? {} : { ResponseCodeSent: responseCode }),
    ...(labels.length > 0 ? { Labels: labels.map((Name) => ({ Name })) } : {}),
  };
}

/** Only rules that aggregate by address alone are told of ("GetRateBasedStatementManagedKeys"). */
export function GetRateBasedStatementManagedKeys(ctx: Context, input: GetRateBasedStatementManagedKeysCommandInput) {
  const acl = findEntity(ctx, webAcls(ctx, ctx), { Name: input.WebACLName, Id: input.WebACLId, Scope: input.Scope });
  if (input.RuleGroupRuleName)
    throw invalidParameter('RULE', input.RuleGroupRuleName, 'Name a rate-based rule of the web ACL itself.');
  const rule = (acl.Config.Rules ?? []).find(({ Name }) => Name === input.RuleName);
  const rate = rule?.Statement?.RateBasedStatement;
  if (!rate) throw nonexistent();
  if (rate.AggregateKeyType !== 'IP' && rate.AggregateKeyType !== 'FORWARDED_IP')
    throw invalidParameter(
      'RATE_BASED_STATEMENT',
      String(rate.AggregateKeyType),
      'The rule does not aggregate by IP address.',
    );
  const keys = ctx.engine(firewalls).limitedKeys(`${acl.ARN}/${input.RuleName}`, Number(rate.Limit)).flat();
  const listed = (version: 'IPV4' | 'IPV6') => ({
    IPAddressVersion: version,
    Addresses: keys
      .filter((address) => address.includes(':') === (version === 'IPV6'))
      .map((address) => `${address}/${version === 'IPV6' ? 128 : 32}`),
  });
  return { ManagedKeysIPV4: listed('IPV4'), ManagedKeysIPV6: listed('IPV6') };
}
