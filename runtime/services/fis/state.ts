import { formatArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { notFound } from './errors.ts';

export interface Target {
  resourceType: string;
  resourceArns?: string[];
  resourceTags?: Record<string, string>;
  filters?: { path: string; values: string[] }[];
  selectionMode: string;
  parameters?: Record<string, string>;
}

export interface Action {
  actionId: string;
  description?: string;
  parameters?: Record<string, string>;
  /** What the action calls its target (`Instances`), and the name of the template's target. */
  targets?: Record<string, string>;
  startAfter?: string[];
}

export interface StopCondition {
  source: 'none' | 'aws:cloudwatch:alarm';
  value?: string;
}

export interface Plan {
  description: string;
  targets: Record<string, Target>;
  actions: Record<string, Action>;
  stopConditions: StopCondition[];
  roleArn: string;
  experimentOptions: { accountTargeting: 'single-account'; emptyTargetResolutionMode: 'fail' | 'skip' };
}

export interface ExperimentTemplate extends Scope, Plan {
  id: string;
  arn: string;
  tags: Record<string, string>;
  clientToken?: string | undefined;
  createdMs: number;
  updatedMs: number;
}

export type ActionStatus =
  | 'pending'
  | 'initiating'
  | 'running'
  | 'completed'
  | 'cancelled'
  | 'stopping'
  | 'stopped'
  | 'failed'
  | 'skipped';

export interface RunningAction extends Action {
  state: { status: ActionStatus; reason: string };
  startedMs?: number;
  endedMs?: number;
  /** When what goes on for a while is over. */
  dueMs?: number;
  /** What its end needs to take back what it did; see ActionType. */
  undo?: Record<string, unknown>;
}

export type ExperimentStatus = 'pending' | 'initiating' | 'running' | 'completed' | 'stopping' | 'stopped' | 'failed';

export interface Experiment extends Scope, Omit<Plan, 'actions'> {
  id: string;
  arn: string;
  experimentTemplateId: string;
  actionsMode: 'run-all' | 'skip-all';
  state: { status: ExperimentStatus; reason: string };
  actions: Record<string, RunningAction>;
  /** ARNs by the name of the target, chosen at the start. */
  resolved: Record<string, string[]>;
  tags: Record<string, string>;
  clientToken?: string | undefined;
  createdMs: number;
  startedMs?: number;
  endedMs?: number;
}

export function templates(kernel: Kernel, { account, region }: Scope): Collection<ExperimentTemplate> {
  return kernel.store.collection<ExperimentTemplate>('fis.templates', { account, region });
}

export function experiments(kernel: Kernel, { account, region }: Scope): Collection<Experiment> {
  return kernel.store.collection<Experiment>('fis.experiments', { account, region });
}

export function templateAt(ctx: Context, id = ''): ExperimentTemplate {
  const template = templates(ctx, ctx).get(id);
  if (!template) throw notFound(`The experiment template ${id}`);
  return template;
}

export function experimentAt(ctx: Context, id = ''): Experiment {
  const experiment = experiments(ctx, ctx).get(id);
  if (!experiment) throw notFound(`The experiment ${id}`);
  return experiment;
}

export function fisArn({ account, region }: Scope, kind: 'experiment-template' | 'experiment' | 'action', id: string) {
  return formatArn('fis', region, account, `${kind}/${id}`);
}

export function isOver({ state }: Pick<Experiment, 'state'>): boolean {
  return ['completed', 'stopped', 'failed'].includes(state.status);
}

export interface SafetyLever {
  status: 'engaged' | 'disengaged';
  reason: string;
}

export function safetyLever(kernel: Kernel, { account, region }: Scope): SafetyLever {
  const kept = kernel.store.collection<SafetyLever>('fis.safety-levers', { account, region }).get('default');
  return kept ?? { status: 'disengaged', reason: 'It has never been engaged.' };
}

export function keepSafetyLever(kernel: Kernel, { account, region }: Scope, lever: SafetyLever): void {
  kernel.store.collection<SafetyLever>('fis.safety-levers', { account, region }).put('default', lever);
}
