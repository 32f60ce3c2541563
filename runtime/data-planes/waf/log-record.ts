import { countryHeader } from './compile-statement.ts';
import type { ResourceKind } from './firewalls.ts';
import type { GroupOutcome, Inspection, Matched } from './inspect.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { Field, FirewallAcl, FirewallRule, LogCondition, LogFilter } from './table.ts';

/** "The maximum number of labels in a log record". */
const mostLabels = 100;

export interface Logged {
  request: InspectedRequest;
  inspection: Inspection;
  resourceArn: string;
  kind: ResourceKind;
  requestId: string;
}

/** One line of the log: "Log fields for web ACL traffic" (Developer Guide). */
export function logRecord(acl: FirewallAcl, logged: Logged, timestamp: number): Record<string, unknown> {
  const { request, inspection, kind } = logged;
  const { terminating } = inspection;
  const labels = [...request.labels].slice(0, mostLabels).map((name) => ({ name }));
  return {
    timestamp,
    formatVersion: 1,
    webaclId: acl.arn,
    terminatingRuleId: terminating ? idOf(terminating) : 'Default_Action',
    terminatingRuleType: terminating ? typeOf(terminating) : 'REGULAR',
    action: inspection.action.kind === 'block' ? 'BLOCK' : 'ALLOW',
    terminatingRuleMatchDetails: terminating?.details ?? [],
    httpSourceName: kind,
    httpSourceId: sourceId(logged),
    ruleGroupList: inspection.groups.map(groupRecord),
    rateBasedRuleList: rateRecords(inspection),
    nonTerminatingMatchingRules: inspection.counted
      .filter(({ within }) => !within)
      .map(({ rule, details }) => ({ ruleId: rule.name, action: 'COUNT', ruleMatchDetails: details })),
    requestHeadersInserted:
      inspection.insertHeaders.length === 0
        ? null
        : inspection.insertHeaders.map(({ name, value }) => ({ name: `x-amzn-waf-${name}`, value })),
    responseCodeSent:
      inspection.action.kind === 'block' && inspection.action.response ? inspection.action.response.status : null,
    httpRequest: requestRecord(acl, request, logged.requestId),
    ...(labels.length > 0 ? { labels } : {}),
  };
}

function idOf({ rule, within }: Matched): string {
  return within ? within.rule.name : rule.name;
}

function typeOf({ rule, within }: Matched): string {
  if (within) return within.use.managed ? 'MANAGED_RULE_GROUP' : 'GROUP';
  return rule.match?.kind === 'rate' ? 'RATE_BASED' : 'REGULAR';
}

function sourceId({ kind, resourceArn }: Logged): string {
  const resource = resourceArn.split(':').slice(5).join(':');
  if (kind === 'CF') return resource.replace(/^distribution\//, '');
  const account = resourceArn.split(':')[4] ?? '';
  return kind === 'ALB' ? `${account}-${resource.replace(/^loadbalancer\//, '')}` : resource;
}

function groupRecord({ use, terminating, counted }: GroupOutcome): Record<string, unknown> {
  return {
    ruleGroupId: use.id,
    terminatingRule: terminating
      ? { ruleId: terminating.rule.name, action: actionOf(terminating.rule), ruleMatchDetails: detailsOf(terminating) }
      : null,
    nonTerminatingMatchingRules: counted.map((matched) => ({
      ruleId: matched.rule.name,
      action: 'COUNT',
      ruleMatchDetails: detailsOf(matched),
    })),
    excludedRules: null,
  };
}

function actionOf({ action }: FirewallRule): string {
  return action.kind.toUpperCase();
}

function detailsOf({ details }: Matched): Matched['details'] | null {
  return details.length > 0 ? details : null;
}

function rateRecords({ terminating, counted }: Inspection): Record<string, unknown>[] {
  return [...counted, ...(terminating ? [terminating] : [])].flatMap(({ rule }) => {
    if (rule.match?.kind !== 'rate') return [];
    const { aggregateType, limit, windowSeconds, id } = rule.match;
    return [
      {
        rateBasedRuleId: id,
        rateBasedRuleName: rule.name,
        limitKey: aggregateType === 'CUSTOM_KEYS' ? 'CUSTOMKEYS' : aggregateType.replace('_', ''),
        maxRateAllowed: limit,
        evaluationWindowSec: String(windowSeconds),
      },
    ];
  });
}

const redacted = 'REDACTED';

function requestRecord(acl: FirewallAcl, request: InspectedRequest, requestId: string): Record<string, unknown> {
  const { raw } = request;
  const hidden = acl.logging?.redacted ?? [];
  const hides = (kind: Field['kind']): boolean => hidden.some((field) => field.kind === kind);
  const hiddenHeaders = new Set(hidden.flatMap((field) => (field.kind === 'header' ? [field.name] : [])));
  return {
    clientIp: raw.client.ip,
    country: raw.headers[countryHeader]?.toUpperCase() ?? '-',
    headers: Object.entries(raw.headers).map(([name, value]) => ({
      name,
      value: hiddenHeaders.has(name) ? redacted : value,
    })),
    uri: hides('path') ? redacted : request.path,
    args: hides('query') ? redacted : request.query,
    httpVersion: `HTTP/${raw.client.httpVersion}`,
    httpMethod: hides('method') ? redacted : raw.method,
    requestId,
  };
}

/** "Log filtering": the first filter that fits says whether the record is kept. */
export function isKept(filter: LogFilter | undefined, { request, inspection }: Logged): boolean {
  if (!filter) return true;
  const actions = new Set([inspection.action.kind === 'block' ? 'BLOCK' : 'ALLOW']);
  if (inspection.counted.length > 0) actions.add('COUNT');
  const fits = (condition: LogCondition): boolean =>
    condition.kind === 'action' ? actions.has(condition.action) : request.labels.has(condition.label);
  for (const { keep, all, conditions } of filter.filters)
    if (all ? conditions.every(fits) : conditions.some(fits)) return keep;
  return filter.keepsByDefault;
}
