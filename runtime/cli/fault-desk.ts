import { defaultAccount, defaultRegion } from '../kernel/arn.ts';
import { AwsError, PersonError } from '../kernel/errors.ts';
import { rootOf } from '../kernel/principal.ts';
import type { Context, Kernel } from '../kernel/service.ts';

/** What `orrery faults start` asks for: one action of AWS FIS. */
export interface FaultOrder {
  /** aws:ec2:stop-instances; its last part is enough where it is the only one. */
  action: string;
  /** ARNs, or names and ids as AWS's services have them. */
  on: string[];
  tags: Record<string, string>;
  /** All in this zone, by name. */
  zone?: string;
  /** That many of them, at random. */
  count?: number;
  parameters: Record<string, string>;
  region?: string;
}

export interface ShownFault {
  id: string;
  action: string;
  status: string;
  reason: string;
  targets: string[];
  started?: string | undefined;
  ended?: string | undefined;
}

interface Experiment {
  id: string;
  state: { status: string; reason: string };
  targets: Record<string, { resourceArns?: string[] }>;
  actions: Record<string, { actionId: string }>;
  startTime?: Date;
  endTime?: Date;
}

interface Action {
  id: string;
  description: string;
  parameters: Record<string, { description: string; required: boolean }>;
  targets: Record<string, { resourceType: string }>;
}

/** Faults by the command line are experiments of FIS like any: the API and the console show them, and they show here. */
export async function listFaults(kernel: Kernel, region?: string): Promise<ShownFault[]> {
  const ctx = contextOf(kernel, region);
  const { experiments } = await ctx.call<{ experiments: { id: string }[] }>('fis', 'ListExperiments', {});
  return Promise.all(experiments.map(({ id }) => shown(ctx, id)));
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
    description: `${action.id} by the command line`,
    roleArn: await roleFor(ctx),
    stopConditions: [{ source: 'none' }],
    targets: targetName === '' ? {} : { chosen: targetFrom(ctx, order, resourceType) },
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
  const under = (await listFaults(kernel, region)).filter(isActive).map(({ id }) => id);
  for (const id of ids.length > 0 ? ids : under) await ctx.call('fis', 'StopExperiment', { id });
  return Promise.all((ids.length > 0 ? ids : under).map((id) => shown(ctx, id)));
}

export function isActive({ status }: ShownFault): boolean {
  return ['pending', 'initiating', 'running', 'stopping'].includes(status);
}

function contextOf(kernel: Kernel, region = defaultRegion): Context {
  return kernel.context({ principal: rootOf(defaultAccount), region });
}

/** Waits until its action has begun, or could not. */
async function begun(ctx: Context, id: string): Promise<ShownFault> {
  const settled = new Promise<void>((resolve) => {
    const stop = ctx.events.on('fis.experiment', ({ experimentId, status, actions }) => {
      const waits = ['pending', 'initiating'];
      if (experimentId !== id || waits.includes(status) || Object.values(actions).some((each) => waits.includes(each)))
        return;
      stop();
      resolve();
    });
  });
  await settled;
  return shown(ctx, id);
}

async function shown(ctx: Context, id: string): Promise<ShownFault> {
  const { experiment } = await ctx.call<{ experiment: Experiment }>('fis', 'GetExperiment', { id });
  const { resolvedTargets } = await ctx.call<{ resolvedTargets: { targetInformation: { arn: string } }[] }>(
    'fis',
    'ListExperimentResolvedTargets',
    { experimentId: id },
  );
  const actions = Object.values(experiment.actions);
  return {
    id,
    action: actions.map(({ actionId }) => actionId).join(', '),
    ...experiment.state,
    targets: resolvedTargets.map(({ targetInformation }) => targetInformation.arn),
    started: experiment.startTime?.toISOString(),
    ended: experiment.endTime?.toISOString(),
  };
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

/** How the ARN of each kind of target is made of its name. */
const arnParts: Record<string, string> = {
  'aws:ec2:instance': 'ec2:REGION:ACCOUNT:instance/',
  'aws:ec2:subnet': 'ec2:REGION:ACCOUNT:subnet/',
  'aws:rds:cluster': 'rds:REGION:ACCOUNT:cluster:',
  'aws:rds:db': 'rds:REGION:ACCOUNT:db:',
  'aws:lambda:function': 'lambda:REGION:ACCOUNT:function:',
  'aws:iam:role': 'iam::ACCOUNT:role/',
};

function targetFrom({ account, region }: Context, { on, tags, zone, count }: FaultOrder, resourceType: string): object {
  const prefix = `arn:aws:${arnParts[resourceType] ?? ''}`.replace('REGION', region).replace('ACCOUNT', account);
  return {
    resourceType,
    selectionMode: count === undefined ? 'ALL' : `COUNT(${count})`,
    ...(on.length > 0 ? { resourceArns: on.map((name) => (name.startsWith('arn:') ? name : `${prefix}${name}`)) } : {}),
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
  const Description = 'Of the experiments that `orrery faults` starts';
  try {
    await ctx.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument, Description });
    const PolicyDocument = allow({ Action: '*', Resource: '*' });
    await ctx.call('iam', 'PutRolePolicy', { RoleName, PolicyName: 'everything', PolicyDocument });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'EntityAlreadyExists') throw error;
  }
  return `arn:aws:iam::${ctx.account}:role/${RoleName}`;
}
