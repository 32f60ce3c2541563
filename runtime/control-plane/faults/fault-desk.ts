import { defaultAccount, defaultRegion } from '../../kernel/arn.ts';
import { AwsError, PersonError } from '../../kernel/errors.ts';
import { rootOf } from '../../kernel/principal.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import { durationMs } from '../../services/fis/behaviour/durations.ts';
import { namedTargets } from './fault-targets.ts';

/** What `orrery faults start` and the console's page ask for: one action of AWS FIS. */
export interface FaultOrder {
  /** aws:ec2:stop-instances; its last part is enough where it is the only one. */
  action: string;
  /** See `namedTargets`. */
  on: string[];
  tags: Record<string, string>;
  /** All in this zone, by name. */
  zone?: string;
  /** That many of them, at random. */
  count?: number;
  parameters: Record<string, string>;
  region?: string;
  /** In whose name the experiment was begun. */
  by?: string;
}

export interface ShownFault {
  id: string;
  region: string;
  action: string;
  status: string;
  reason: string;
  targets: string[];
  parameters: Record<string, string>;
  started?: string | undefined;
  /** When what goes on will be over, by the cloud's clock. */
  until?: string | undefined;
  ended?: string | undefined;
}

interface Experiment {
  id: string;
  state: { status: string; reason: string };
  targets: Record<string, { resourceArns?: string[] }>;
  actions: Record<string, RunningAction>;
  startTime?: Date;
  endTime?: Date;
}

interface RunningAction {
  actionId: string;
  parameters?: Record<string, string>;
  state: { status: string };
  startTime?: Date;
}

export interface Action {
  id: string;
  description: string;
  parameters: Record<string, { description: string; required: boolean }>;
  targets: Record<string, { resourceType: string }>;
}

/** Which parameter of an action says how long it goes on. */
export const lasting = ['duration', 'startInstancesAfterDuration'];

/**
 * Faults by the command line and the console are experiments of FIS like any: the API shows them, and they show here. The
 * newest hundred at most.
 */
export async function listFaults(kernel: Kernel, region?: string, limit = 100): Promise<ShownFault[]> {
  const ctx = contextOf(kernel, region);
  return Promise.all((await newest(ctx, limit)).map(({ id }) => shown(ctx, id)));
}

/** Those that are under way. */
export async function activeFaults(kernel: Kernel, region?: string): Promise<ShownFault[]> {
  const ctx = contextOf(kernel, region);
  const under = (await newest(ctx, 100)).filter(({ state }) => !isOver(state.status));
  return Promise.all(under.map(({ id }) => shown(ctx, id)));
}

async function newest(ctx: Context, maxResults: number): Promise<Pick<Experiment, 'id' | 'state'>[]> {
  const { experiments } = await ctx.call<{ experiments: Pick<Experiment, 'id' | 'state'>[] }>(
    'fis',
    'ListExperiments',
    { maxResults },
  );
  return experiments;
}

export async function listActions(kernel: Kernel): Promise<Action[]> {
  const ctx = contextOf(kernel);
  const { actions } = await ctx.call<{ actions: { id: string }[] }>('fis', 'ListActions', {});
  return Promise.all(
    actions.map(async ({ id }) => (await ctx.call<{ action: Action }>('fis', 'GetAction', { id })).action),
  );
}

export async function startFault(kernel: Kernel, order: FaultOrder): Promise<ShownFault> {
  const ctx = contextOf(kernel, order.region);
  const action = findAction(await listActions(kernel), order.action);
  const [[targetName, { resourceType }] = ['', { resourceType: '' }]] = Object.entries(action.targets);
  const aimed = order.on.length > 0 || Object.keys(order.tags).length > 0 || order.zone !== undefined;
  if (targetName !== '' && !aimed)
    throw new PersonError(
      'no-target',
      `${action.id} acts on ${resourceType}, and was not told on which.`,
      'Name them with --on, --tag KEY=VALUE or --zone; `orrery resources` lists what there is.',
    );
  const template = {
    clientToken: ctx.ids.uuid(),
    description: `${action.id} by ${order.by ?? 'the command line'}`,
    roleArn: await roleFor(ctx),
    stopConditions: [{ source: 'none' }],
    targets: targetName === '' ? {} : { chosen: await targetFrom(ctx, order, resourceType) },
    actions: {
      fault: {
        actionId: action.id,
        parameters: order.parameters,
        ...(targetName === '' ? {} : { targets: { [targetName]: 'chosen' } }),
      },
    },
  };
  const { experimentTemplate } = await ctx.call<{ experimentTemplate: { id: string } }>(
    'fis',
    'CreateExperimentTemplate',
    template,
  );
  const { experiment } = await ctx.call<{ experiment: { id: string } }>('fis', 'StartExperiment', {
    clientToken: ctx.ids.uuid(),
    experimentTemplateId: experimentTemplate.id,
  });
  // An experiment keeps what its template said: the template is no longer needed.
  await ctx.call('fis', 'DeleteExperimentTemplate', { id: experimentTemplate.id });
  return begun(ctx, experiment.id);
}

export async function stopFaults(kernel: Kernel, ids: string[], region?: string): Promise<ShownFault[]> {
  const ctx = contextOf(kernel, region);
  const wanted = ids.length > 0 ? ids : (await activeFaults(kernel, region)).map(({ id }) => id);
  for (const id of wanted) await ctx.call('fis', 'StopExperiment', { id });
  return Promise.all(wanted.map((id) => shown(ctx, id)));
}

export function isActive({ status }: ShownFault): boolean {
  return !isOver(status);
}

function contextOf(kernel: Kernel, region = defaultRegion): Context {
  return kernel.context({ principal: rootOf(defaultAccount), region });
}

/** Waits until its action has begun, or could not. It may have before anybody listens. */
async function begun(ctx: Context, id: string): Promise<ShownFault> {
  const waits = (status: string): boolean => ['pending', 'initiating'].includes(status);
  let stop = (): void => undefined;
  const settled = new Promise<void>((resolve) => {
    stop = ctx.events.on('fis.experiment', ({ experimentId, status, actions }) => {
      if (experimentId === id && !waits(status) && !Object.values(actions).some(waits)) resolve();
    });
  });
  const { experiment } = await ctx.call<{ experiment: Experiment }>('fis', 'GetExperiment', { id });
  const states = [experiment, ...Object.values(experiment.actions)].map(({ state }) => state.status);
  if (states.some(waits) && !isOver(experiment.state.status)) await settled;
  stop();
  return shown(ctx, id);
}

function isOver(status: string): boolean {
  return ['completed', 'stopped', 'failed'].includes(status);
}

async function shown(ctx: Context, id: string): Promise<ShownFault> {
  const { experiment } = await ctx.call<{ experiment: Experiment }>('fis', 'GetExperiment', { id });
  const { resolvedTargets } = await ctx.call<{ resolvedTargets: { targetInformation: { arn: string } }[] }>(
    'fis',
    'ListExperimentResolvedTargets',
    { experimentId: id },
  );
  const actions = Object.values(experiment.actions);
  const ends = actions.flatMap((action) => endOf(action) ?? []);
  return {
    id,
    region: ctx.region,
    action: actions.map(({ actionId }) => actionId).join(', '),
    ...experiment.state,
    targets: resolvedTargets.map(({ targetInformation }) => targetInformation.arn),
    parameters: Object.assign({}, ...actions.map(({ parameters }) => parameters)) as Record<string, string>,
    started: experiment.startTime?.toISOString(),
    until: ends.length > 0 ? new Date(Math.max(...ends)).toISOString() : undefined,
    ended: experiment.endTime?.toISOString(),
  };
}

function endOf({ state, startTime, parameters = {} }: RunningAction): number | undefined {
  const name = lasting.find((one) => parameters[one] !== undefined);
  if (state.status !== 'running' || !startTime || name === undefined) return undefined;
  return startTime.getTime() + durationMs(parameters[name] ?? '', name);
}

function findAction(actions: Action[], name: string): Action {
  const found = actions.filter(({ id }) => id === name || id.endsWith(`:${name}`));
  const [action] = found;
  if (action && found.length === 1) return action;
  throw new PersonError(
    'no-such-fault',
    `There is no fault called "${name}".`,
    `Those that run: ${actions.map(({ id }) => id).join(', ')}. \`orrery faults actions\` describes them.`,
  );
}

async function targetFrom(ctx: Context, { on, tags, zone, count }: FaultOrder, resourceType: string): Promise<object> {
  return {
    resourceType,
    selectionMode: count === undefined ? 'ALL' : `COUNT(${count})`,
    ...(on.length > 0 ? { resourceArns: await namedTargets(ctx, on, resourceType) } : {}),
    ...(Object.keys(tags).length > 0 ? { resourceTags: tags } : {}),
    ...(zone === undefined ? {} : { parameters: { availabilityZoneIdentifier: zone } }),
  };
}

/** Experiments act as a role; whoever is at this machine is the account's root, so theirs may do everything. */
async function roleFor(ctx: Context): Promise<string> {
  const RoleName = 'OrreryFaults';
  const allow = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const AssumeRolePolicyDocument = allow({ Principal: { Service: 'fis.amazonaws.com' }, Action: 'sts:AssumeRole' });
  const Description = 'Of the experiments that `orrery faults` and the console start';
  try {
    await ctx.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument, Description });
    const PolicyDocument = allow({ Action: '*', Resource: '*' });
    await ctx.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'everything', PolicyDocument });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'EntityAlreadyExists') throw error;
  }
  return `arn:aws:iam::${ctx.account}:role/${RoleName}`;
}
