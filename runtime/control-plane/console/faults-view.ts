import { registry } from '../../kernel/resource-registry.ts';
import type { Kernel } from '../../kernel/service.ts';
import {
  type Action,
  activeFaults,
  type FaultOrder,
  isActive,
  listActions,
  listFaults,
  type ShownFault,
  startFault,
  stopFaults,
} from '../faults/fault-desk.ts';
import { resourceIndex } from './map/resource-index.ts';

/** What the page of faults shows. */
export interface FaultList {
  /** Whether FIS runs at all. */
  runs: boolean;
  active: ShownFault[];
  past: ShownFault[];
  /** There are older ones. */
  more: boolean;
  /** What templates call the targets, by ARN. */
  names: Record<string, string>;
}

/** What can be done, and the services whose APIs can be made to fail. */
export interface FaultActions {
  actions: Action[];
  services: string[];
}

/** The newest of each region; the API has the others. */
const mostShown = 40;

/** What is broken, for the mark that every page shows. */
export async function faultsNow(kernel: Kernel, regions: string[]): Promise<Pick<FaultList, 'active'>> {
  if (!kernel.engine(registry).services.has('fis')) return { active: [] };
  return {
    active: (await Promise.all(withExperiments(kernel, regions).map((one) => activeFaults(kernel, one)))).flat(),
  };
}

/** What is broken, and what was, over all regions, newest first. Nothing where FIS does not run. */
export async function faultList(kernel: Kernel, regions: string[]): Promise<FaultList> {
  if (!kernel.engine(registry).services.has('fis'))
    return { runs: false, active: [], past: [], more: false, names: {} };
  const each = await Promise.all(
    withExperiments(kernel, regions).map((region) => listFaults(kernel, region, mostShown)),
  );
  const all = each.flat().sort((a, b) => timeOf(b) - timeOf(a));
  return {
    runs: true,
    active: all.filter(isActive),
    past: all.filter((fault) => !isActive(fault)),
    more: each.some((list) => list.length === mostShown),
    names: namesOf(kernel, all),
  };
}

export async function faultActions(kernel: Kernel): Promise<FaultActions> {
  const { services } = kernel.engine(registry);
  return { actions: services.has('fis') ? await listActions(kernel) : [], services: [...services.keys()].sort() };
}

/** Begins what the page's form says. */
export function startFromPage(kernel: Kernel, body: Record<string, unknown>): Promise<ShownFault> {
  const { zone, count, region } = body;
  const order: FaultOrder = {
    action: String(body.action),
    on: (Array.isArray(body.on) ? body.on : []).map(String),
    tags: texts(body.tags),
    parameters: texts(body.parameters),
    by: 'the console',
    ...(typeof zone === 'string' ? { zone } : {}),
    ...(typeof count === 'number' ? { count } : {}),
    ...(typeof region === 'string' ? { region } : {}),
  };
  return startFault(kernel, order);
}

export async function stopFromPage(kernel: Kernel, { id, region }: Record<string, unknown>): Promise<object> {
  return { stopped: await stopFaults(kernel, [String(id)], typeof region === 'string' ? region : undefined) };
}

function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
}

function namesOf(kernel: Kernel, faults: ShownFault[]): Record<string, string> {
  const index = kernel.engine(resourceIndex);
  const arns = new Set(faults.flatMap(({ targets }) => targets));
  return Object.fromEntries(
    [...arns].flatMap((arn) => {
      const found = index.find(arn) ?? index.find(arn.split(/[:/]/).at(-1) ?? arn);
      return found ? [[arn, found.resource.LogicalResourceId]] : [];
    }),
  );
}

function withExperiments(kernel: Kernel, regions: string[]): string[] {
  return [...new Set([...regions, ...kernel.store.scopes('fis.experiments').map(({ region }) => region)])];
}

function timeOf({ started, ended }: ShownFault): number {
  return Date.parse(started ?? ended ?? '') || 0;
}
