import type { HttpResponse } from '../../data-planes/http/exchange.ts';
import { defaultAccount, defaultRegion } from '../../kernel/arn.ts';
import { PersonError } from '../../kernel/errors.ts';
import type { Hop } from '../../kernel/events/hop.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import { rootOf } from '../../kernel/principal.ts';
import { registry } from '../../kernel/resource-registry.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import { faultTargets } from '../faults/fault-targets.ts';
import { stackFidelity } from '../stack-fidelity.ts';
import { stackOutputs } from '../stack-outputs.ts';
import { callForPage } from './call-for-page.ts';
import { agenda, wind } from './clock-view.ts';
import { databaseList, databaseRows, databaseTables } from './data/database-view.ts';
import { mailAttachment, mailList, mailPage } from './data/mail-view.ts';
import { queuePage } from './data/queue-view.ts';
import { resourceNames } from './data/resource-names.ts';
import { faultActions, faultList, faultsNow, startFromPage, stopFromPage } from './faults-view.ts';
import { architecture } from './map/architecture.ts';
import { nodesOf, resourceIndex } from './map/resource-index.ts';
import { metricData } from './metric-data.ts';
import { metricSeries } from './metric-series.ts';
import { recorder, type TraceSummary } from './recorder.ts';

/** Where a question comes from: its trace is left out of what is shown. */
export interface Asking {
  kernel: Kernel;
  trace: Hop;
  signal: AbortSignal;
}

export interface Question {
  query: URLSearchParams;
  body: Record<string, unknown>;
}

export type ApiHandler = (asking: Asking, question: Question) => Promise<object | HttpResponse>;

/** What the page asks, below /_orrery/console/. */
export const apiHandlers: Record<string, ApiHandler> = lookupTable({
  'GET status': ({ kernel }) => status(kernel),
  'GET regions': async ({ kernel }) => ({ regions: regionsInUse(kernel) }),
  'GET outputs': ({ kernel }) => stackOutputs(kernel),
  'GET fidelity': ({ kernel }) => stackFidelity(kernel),
  'GET map': (asking) => architecture(asking.kernel, contextOf(asking, defaultRegion)),
  'GET resource': resource,
  'GET requests': async ({ kernel }, { query }) => requests(kernel, query.get('node') ?? ''),
  'GET request': async ({ kernel }, { query }) => request(kernel, query.get('id') ?? ''),
  'GET mails': async ({ kernel }) => mailList(kernel),
  'GET names': async ({ kernel }) => resourceNames(kernel),
  'GET queue': (asking, { query }) => queuePage(inRegion(asking, query), query.get('name') ?? ''),
  'GET databases': (asking, { query }) => databaseList(inRegion(asking, query)),
  'GET database-tables': (asking, { query }) => databaseTables(inRegion(asking, query), query),
  'GET database-rows': (asking, { query }) => databaseRows(inRegion(asking, query), query),
  'GET mail-attachment': ({ kernel }, { query }) => mailAttachment(kernel, query),
  'GET mail': ({ kernel }, { query }) => mailPage(kernel, query.get('number') ?? ''),
  'GET metric': (asking, { query }) => metricSeries(inRegion(asking, query), query),
  'POST metric-data': (asking, { body }) => metricData(contextOf(asking, String(body.region ?? defaultRegion)), body),
  'POST call': (asking, { body }) =>
    callForPage(contextOf(asking, String(body.region ?? defaultRegion)), {
      service: String(body.service),
      operation: String(body.operation),
      input: (body.input ?? {}) as Record<string, unknown>,
    }),
  'GET faults': ({ kernel }) => faultList(kernel, regionsInUse(kernel)),
  'GET faults/now': ({ kernel }) => faultsNow(kernel, regionsInUse(kernel)),
  'GET fault-actions': ({ kernel }) => faultActions(kernel),
  'GET fault-targets': (asking, { query }) =>
    faultTargets(contextOf(asking, query.get('region') ?? defaultRegion), query.get('type') ?? ''),
  'POST faults': ({ kernel }, { body }) => startFromPage(kernel, body),
  'POST faults/stop': ({ kernel }, { body }) => stopFromPage(kernel, body),
  'GET agenda': async ({ kernel }) => agenda(kernel),
  'POST wind': ({ kernel }, { body }) => wind(kernel, body),
});

function contextOf({ kernel, trace, signal }: Asking, region: string): Context {
  return kernel.context({ principal: rootOf(defaultAccount), region, trace }).as({ signal });
}

function inRegion(asking: Asking, query: URLSearchParams): Context {
  return contextOf(asking, query.get('region') || defaultRegion);
}

async function status(kernel: Kernel): Promise<object> {
  const { clock, addresses } = kernel;
  return {
    timeMs: clock.now(),
    aheadMs: clock.offset(),
    pace: clock.mode,
    apiUrl: addresses.apiUrl,
    httpPort: addresses.httpPort,
    services: [...kernel.engine(registry).services.keys()].sort(),
  };
}

/** The default one, and those that stacks are in. */
function regionsInUse(kernel: Kernel): string[] {
  return [...new Set([defaultRegion, ...kernel.store.scopes('cloudformation.stacks').map(({ region }) => region)])];
}

/** What a resource was made with, as CloudFormation kept it. */
async function resource({ kernel }: Asking, { query }: Question): Promise<object> {
  const found = kernel
    .engine(resourceIndex)
    .all()
    .get(query.get('id') ?? '');
  if (!found) throw new PersonError('no-such-resource', 'There is no such resource.', 'It may have been deleted.');
  const { resource: record, stack } = found;
  return {
    stack: stack.StackName,
    region: stack.region,
    logicalId: record.LogicalResourceId,
    physicalId: record.PhysicalResourceId ?? '',
    type: record.ResourceType,
    status: record.ResourceStatus,
    reason: record.ResourceStatusReason ?? '',
    properties: withoutSecrets(record.properties),
    attributes: record.attributes,
  };
}

/** Passwords that a template resolves are not shown beside what is not secret. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      /password|secretstring|secretkey|privatekey/i.test(key) && typeof one === 'string'
        ? '(hidden)'
        : withoutSecrets(one),
    ]),
  );
}

/** All, or those that came through a node of the map. */
function requests(kernel: Kernel, node: string): object {
  const record = kernel.engine(recorder);
  const items = record.summaries();
  const through = ({ traceId }: TraceSummary): boolean =>
    record.find(traceId)?.hops.some((hop) => nodesOf(kernel, hop).includes(node)) ?? false;
  return { sinceMs: record.sinceMs, items: (node === '' ? items : items.filter(through)).slice(0, 300) };
}

function request(kernel: Kernel, traceId: string): object {
  const trace = kernel.engine(recorder).find(traceId);
  if (!trace)
    throw new PersonError(
      'no-such-request',
      'This request is no longer kept.',
      'The newest 600 are, while the console is open.',
    );
  const hops = trace.hops.map((hop) => ({ ...hop, node: nodesOf(kernel, hop)[0] }));
  return { summary: trace.summary, hops, left: trace.left };
}
