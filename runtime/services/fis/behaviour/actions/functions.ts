import { type FunctionFault, functionFaults } from '../../../../kernel/faults/function-faults.ts';
import { validation } from '../../errors.ts';
import { durationMs } from '../durations.ts';
import { type ActionRun, type ActionType, duration } from './action.ts';
import { percentageOf } from './percentage.ts';

/** On AWS a layer in the function does these ("Use the AWS FIS aws:lambda:function actions"); here none is needed. */
const shared = {
  target: { name: 'Functions', resourceType: 'aws:lambda:function' },
  lastsMs: (parameters: Record<string, string>) => durationMs(parameters.duration ?? '', 'duration'),
  async end(run: ActionRun): Promise<void> {
    for (const arn of run.targets) run.ctx.engine(functionFaults).heal(faultId(run, arn));
  },
};
const percentage = {
  invocationPercentage: { description: 'How many of 100 invocations it strikes; 100 unless told.' },
};
const prevention = {
  preventExecution: { description: 'true: the function does not run. false: it runs and its answer is lost.' },
};

export const invocationError: ActionType = {
  ...shared,
  id: 'aws:lambda:invocation-error',
  description: 'Invocations of the functions are marked as failed.',
  parameters: { ...duration, ...percentage, preventExecution: { ...prevention.preventExecution, required: true } },
  check,
  begin: async (run) => strike(run, ({ preventExecution }) => ({ kind: 'error', runs: preventExecution === 'false' })),
  resume: (run) => strike(run, ({ preventExecution }) => ({ kind: 'error', runs: preventExecution === 'false' })),
};

export const invocationDelay: ActionType = {
  ...shared,
  id: 'aws:lambda:invocation-add-delay',
  description: 'Invocations of the functions begin later.',
  parameters: {
    ...duration,
    ...percentage,
    startupDelayMilliseconds: { description: 'The delay of each: 1 to 900000; 2000 unless told.' },
  },
  check(parameters) {
    check(parameters);
    const delayMs = delayOf(parameters);
    if (!Number.isInteger(delayMs) || delayMs < 1 || delayMs > 900_000)
      throw validation('The parameter startupDelayMilliseconds must be a whole number from 1 to 900000.');
  },
  begin: async (run) => strike(run, (parameters) => ({ kind: 'delay', delayMs: delayOf(parameters) })),
  resume: (run) => strike(run, (parameters) => ({ kind: 'delay', delayMs: delayOf(parameters) })),
};

export const invocationHttpResponse: ActionType = {
  ...shared,
  id: 'aws:lambda:invocation-http-integration-response',
  description: 'Functions behind a load balancer, an HTTP API or a function URL answer with another status.',
  parameters: {
    ...duration,
    ...percentage,
    preventExecution: { ...prevention.preventExecution, required: true },
    statusCode: { description: 'The status of the answer.', required: true },
    contentTypeHeader: { description: 'The content type of the answer.', required: true },
  },
  check(parameters) {
    check(parameters);
    if (!/^[1-5]\d\d$/.test(parameters.statusCode ?? ''))
      throw validation('The parameter statusCode must be a status of HTTP, 100 to 599.');
  },
  begin: async (run) => strike(run, response),
  resume: (run) => strike(run, response),
};

type Effect = FunctionFault['effect'];

function response({ preventExecution, statusCode, contentTypeHeader = '' }: Record<string, string>): Effect {
  return { kind: 'response', runs: preventExecution === 'false', statusCode: Number(statusCode), contentTypeHeader };
}

function check({ invocationPercentage = '100', preventExecution = 'true' }: Record<string, string>): void {
  percentageOf('invocationPercentage', invocationPercentage);
  if (!['true', 'false'].includes(preventExecution))
    throw validation(`The parameter preventExecution is "${preventExecution}", and must be true or false.`);
}

function delayOf({ startupDelayMilliseconds = '2000' }: Record<string, string>): number {
  return Number(startupDelayMilliseconds);
}

function strike(run: ActionRun, effectOf: (parameters: Record<string, string>) => Effect): void {
  for (const functionArn of run.targets) {
    run.ctx.engine(functionFaults).start({
      id: faultId(run, functionArn),
      functionArn,
      percentage: percentageOf('invocationPercentage', run.parameters.invocationPercentage ?? '100'),
      effect: effectOf(run.parameters),
    });
  }
}

function faultId(run: ActionRun, functionArn: string): string {
  return `${run.id} ${functionArn}`;
}
