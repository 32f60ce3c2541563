import type {
  BlockAction,
  CustomRequestHandling,
  CustomResponseBody,
  OverrideAction,
  RuleAction,
  VisibilityConfig,
} from '@aws-sdk/client-wafv2';
import type { BlockResponse, FirewallAction, Header, Visibility } from '../../../data-planes/waf/table.ts';
import { refused } from '../../../kernel/errors.ts';
import { invalidParameter } from '../errors.ts';

export type Bodies = Record<string, CustomResponseBody> | undefined;

const contentTypes = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
} as const;

/** One of Allow, Block and Count; the actions that need a browser's help are refused. */
export function compileAction(given: RuleAction | undefined, bodies: Bodies, field = 'RULE_ACTION'): FirewallAction {
  const names = Object.entries(given ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (!given || names.length !== 1)
    throw invalidParameter(
      field,
      names.join(),
      'You have used none or multiple values for a field that requires exactly one value.',
    );
  if (given.Allow) return { kind: 'allow', insertHeaders: headersOf(given.Allow.CustomRequestHandling) };
  if (given.Count) return { kind: 'count', insertHeaders: headersOf(given.Count.CustomRequestHandling) };
  if (given.Block) return { kind: 'block', response: responseOf(given.Block, bodies) };
  throw refused(
    `wafv2 action ${names[0]}`,
    'no puzzle, token or payment is asked of clients; use Allow, Block or Count.',
  );
}

function headersOf(handling: CustomRequestHandling | undefined): Header[] {
  return (handling?.InsertHeaders ?? []).map(({ Name, Value }) => ({ name: String(Name), value: String(Value) }));
}

/** "Supported status codes for custom response". */
const statusCodes = new Set([
  200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414,
  415, 416, 421, 429, 500, 501, 502, 503, 504,
]);

function responseOf({ CustomResponse: custom }: BlockAction, bodies: Bodies): BlockResponse | undefined {
  if (!custom) return undefined;
  const status = Number(custom.ResponseCode);
  if (!statusCodes.has(status))
    throw invalidParameter('CUSTOM_RESPONSE', String(custom.ResponseCode), 'The response code is not supported.');
  const key = custom.CustomResponseBodyKey;
  const body = key === undefined ? undefined : bodies?.[key];
  if (key !== undefined && !body)
    throw invalidParameter('CUSTOM_RESPONSE_BODY', key, 'The custom response body key is not defined.');
  return {
    status,
    headers: (custom.ResponseHeaders ?? []).map(({ Name, Value }) => ({ name: String(Name), value: String(Value) })),
    body: body && { contentType: contentTypes[body.ContentType ?? 'TEXT_PLAIN'], content: String(body.Content) },
  };
}

/** Whether a group's outcome is only counted. */
export function isCounted(override: OverrideAction | undefined): boolean {
  if (!override || (override.Count === undefined) === (override.None === undefined))
    throw invalidParameter('OVERRIDE_ACTION', 'OverrideAction', 'You must specify Count or None.');
  return override.Count !== undefined;
}

export function compileVisibility(given: VisibilityConfig | undefined): Visibility {
  const metricName = given?.MetricName ?? '';
  if (!/^[\w-]{1,128}$/.test(metricName) || /^(?:All|Default_Action)$/.test(metricName))
    throw invalidParameter('METRIC_NAME', metricName, 'The metric name is not valid.');
  return {
    metricName,
    metrics: given?.CloudWatchMetricsEnabled ?? false,
    sampled: given?.SampledRequestsEnabled ?? false,
  };
}
