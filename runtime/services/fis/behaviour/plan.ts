import { parseArn } from '../../../kernel/arn.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { quota, validation } from '../errors.ts';
import type { Action, Plan, StopCondition, Target } from '../state.ts';
import { actionTypes } from './action-types.ts';
import { selectionOf, targetTypes } from './targets.ts';

export interface PlanInput {
  description?: string;
  targets?: Record<string, Target>;
  actions?: Record<string, Partial<Action>>;
  stopConditions?: { source: string; value?: string }[];
  roleArn?: string;
  experimentOptions?: { accountTargeting?: string; emptyTargetResolutionMode?: string };
}

/** What a template says, once it is known to make sense: "AWS FIS experiment template components". */
export function planFrom(ctx: Context, input: PlanInput): Plan {
  const { description = '', targets = {}, roleArn = '' } = input;
  const actions = (input.actions ?? {}) as Record<string, Action>;
  if (description.length === 0 || description.length > 512)
    throw validation('description must have from 1 to 512 characters.');
  const arn = parseArn(roleArn);
  if (arn?.service !== 'iam' || !arn.resource.startsWith('role/'))
    throw validation(`${roleArn} is not the ARN of a role.`);
  // "Quotas and limitations for AWS FIS".
  if (Object.keys(actions).length > 20) throw quota('An experiment template has at most 20 actions.');
  for (const [name, target] of Object.entries(targets)) checkTarget(name, target);
  if (Object.keys(actions).length === 0) throw validation('An experiment template has at least one action.');
  for (const [name, action] of Object.entries(actions)) checkAction(name, action, { targets, actions });
  checkOrder(actions);
  return {
    description,
    targets,
    actions,
    stopConditions: stopConditionsFrom(ctx, input.stopConditions ?? []),
    roleArn,
    experimentOptions: optionsFrom(input.experimentOptions),
  };
}

function checkTarget(name: string, target: Target): void {
  const at = `The target ${name}`;
  const type = targetTypes[target.resourceType];
  if (!type)
    throw validation(
      `${at} is of the type ${target.resourceType}, which is refused: ${Object.keys(targetTypes).join(', ')} run.`,
    );
  const byArn = (target.resourceArns ?? []).length > 0;
  const byTags = Object.keys(target.resourceTags ?? {}).length > 0;
  const byParameters = Object.keys(target.parameters ?? {}).length > 0;
  if (byArn && byTags) throw validation(`${at} has resourceArns and resourceTags, and may have one of them.`);
  if (!byArn && !byTags && !byParameters && !target.filters?.length)
    throw validation(`${at} needs resourceArns, resourceTags, parameters or filters.`);
  if ((target.resourceArns ?? []).length > 5) throw validation(`${at} has more than 5 resourceArns.`);
  if (!selectionOf(target.selectionMode))
    throw validation(
      `${at} has the selectionMode "${target.selectionMode}", and must have ALL, COUNT(n) or PERCENT(n).`,
    );
  const unknown = Object.keys(target.parameters ?? {}).find((parameter) => !type.parameters[parameter]);
  if (unknown !== undefined)
    throw validation(`${at} has the parameter ${unknown}, which ${target.resourceType} has not.`);
}

function checkAction(
  name: string,
  action: Action,
  { targets, actions }: { targets: Record<string, Target>; actions: Record<string, Action> },
): void {
  const at = `The action ${name}`;
  const type = actionTypes.get(action.actionId);
  if (!type)
    throw /^aws:[a-z0-9-]+:[a-z0-9-]+$/.test(action.actionId ?? '')
      ? refused(`The FIS action ${action.actionId}`, `\`aws fis list-actions\` names those that run.`)
      : validation(`${at} has the actionId "${action.actionId}", which is none.`);
  const given = action.parameters ?? {};
  for (const [parameter, { required }] of Object.entries(type.parameters))
    if (required && given[parameter] === undefined) throw validation(`${at} needs the parameter ${parameter}.`);
  const unknown = Object.keys(given).find((parameter) => !type.parameters[parameter]);
  if (unknown !== undefined) throw validation(`${at} has the parameter ${unknown}, which ${type.id} has not.`);
  type.lastsMs?.(given);
  type.check?.(given);
  const [key, targetName] = Object.entries(action.targets ?? {})[0] ?? [];
  if (Object.keys(action.targets ?? {}).length > (type.target ? 1 : 0) || key !== type.target?.name)
    throw validation(`${at} needs ${type.target ? `the target ${type.target.name}` : 'no target'}.`);
  if (targetName !== undefined && targets[targetName]?.resourceType !== type.target?.resourceType)
    throw validation(`${at} acts on ${targetName}, which is no target of the type ${type.target?.resourceType}.`);
  const earlier = action.startAfter?.find((other) => !actions[other] || other === name);
  if (earlier !== undefined) throw validation(`${at} starts after ${earlier}, which is no other action.`);
}

function checkOrder(actions: Record<string, Action>): void {
  const done = new Set<string>();
  for (let before = -1; done.size !== before; ) {
    before = done.size;
    for (const [name, { startAfter = [] }] of Object.entries(actions))
      if (startAfter.every((other) => done.has(other))) done.add(name);
  }
  const circle = Object.keys(actions).filter((name) => !done.has(name));
  if (circle.length > 0) throw validation(`The actions ${circle.join(', ')} wait for one another in a circle.`);
}

function stopConditionsFrom({ account, region }: Context, conditions: { source: string; value?: string }[]) {
  if (conditions.length === 0) throw validation('stopConditions needs at least one, if only of the source none.');
  if (conditions.length > 5) throw quota('An experiment template has at most 5 stop conditions.');
  for (const { source, value = '' } of conditions) {
    if (source === 'none' && !value) continue;
    if (source === 'aws:cloudwatch:alarm' && value.startsWith(`arn:aws:cloudwatch:${region}:${account}:alarm:`))
      continue;
    throw validation(
      `The stop condition ${source} ${value} is neither none nor aws:cloudwatch:alarm with an alarm's ARN.`,
    );
  }
  return conditions as StopCondition[];
}

function optionsFrom({ accountTargeting = 'single-account', emptyTargetResolutionMode = 'fail' } = {}) {
  if (accountTargeting !== 'single-account')
    throw refused(`accountTargeting ${accountTargeting}`, 'experiments run in one account.');
  if (emptyTargetResolutionMode !== 'fail' && emptyTargetResolutionMode !== 'skip')
    throw validation(`emptyTargetResolutionMode is "${emptyTargetResolutionMode}", and must be fail or skip.`);
  return { accountTargeting, emptyTargetResolutionMode } as Plan['experimentOptions'];
}
