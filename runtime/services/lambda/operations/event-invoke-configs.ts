import type {
  DeleteFunctionEventInvokeConfigCommandInput,
  DestinationConfig,
  GetFunctionEventInvokeConfigCommandInput,
  ListFunctionEventInvokeConfigsCommandInput,
  PutFunctionEventInvokeConfigCommandInput,
  UpdateFunctionEventInvokeConfigCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/paging.ts';
import { invalidParameter, resourceNotFound, validation } from '../errors.ts';
import { existing, findVersion, functionArn } from '../function-names.ts';
import { type EventInvokeRecord, eventInvokeConfigs } from '../state.ts';

export function PutFunctionEventInvokeConfig(ctx: Context, input: PutFunctionEventInvokeConfigCommandInput) {
  const { key, arn } = target(ctx, input);
  return keep(ctx, key, {
    FunctionArn: arn,
    ...checked(input),
    DestinationConfig: destinations(input.DestinationConfig),
  });
}

export function UpdateFunctionEventInvokeConfig(ctx: Context, input: UpdateFunctionEventInvokeConfigCommandInput) {
  const { key } = target(ctx, input);
  const before = find(ctx, key, input.FunctionName);
  const DestinationConfig = input.DestinationConfig ? destinations(input.DestinationConfig) : before.DestinationConfig;
  return keep(ctx, key, { ...before, ...checked(input), DestinationConfig });
}

export function GetFunctionEventInvokeConfig(ctx: Context, input: GetFunctionEventInvokeConfigCommandInput) {
  return shown(find(ctx, target(ctx, input).key, input.FunctionName));
}

export function ListFunctionEventInvokeConfigs(ctx: Context, input: ListFunctionEventInvokeConfigsCommandInput) {
  const { name } = existing(ctx, input.FunctionName ?? '');
  const all = eventInvokeConfigs(ctx)
    .entries()
    .filter(([key]) => key.startsWith(`${name}:`))
    .map(([, record]) => record);
  const { items, NextMarker } = page(all, input);
  return { FunctionEventInvokeConfigs: items.map(shown), ...(NextMarker ? { NextMarker } : {}) };
}

export function DeleteFunctionEventInvokeConfig(ctx: Context, input: DeleteFunctionEventInvokeConfigCommandInput) {
  const { key } = target(ctx, input);
  find(ctx, key, input.FunctionName);
  eventInvokeConfigs(ctx).delete(key);
  return {};
}

interface Target {
  FunctionName: string | undefined;
  Qualifier?: string | undefined;
}

function target(ctx: Context, { FunctionName, Qualifier }: Target): { key: string; arn: string } {
  const { name, qualifier = '$LATEST' } = existing(ctx, FunctionName ?? '', Qualifier);
  findVersion(ctx, { name, qualifier });
  return { key: `${name}:${qualifier}`, arn: functionArn(ctx, name, qualifier) };
}

function find(ctx: Context, key: string, named: string | undefined): EventInvokeRecord {
  const record = eventInvokeConfigs(ctx).get(key);
  if (!record) throw resourceNotFound(`The function ${named} doesn't have an EventInvokeConfig`);
  return record;
}

function keep(ctx: Context, key: string, record: Omit<EventInvokeRecord, 'lastModifiedMs'>) {
  const kept = { ...record, lastModifiedMs: ctx.clock.now() };
  eventInvokeConfigs(ctx).put(key, kept);
  return shown(kept);
}

function shown({ lastModifiedMs, ...record }: EventInvokeRecord) {
  return { ...record, LastModified: new Date(lastModifiedMs) };
}

function checked(input: { MaximumRetryAttempts?: number | undefined; MaximumEventAgeInSeconds?: number | undefined }) {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = input;
  const violations: string[] = [];
  if (retries !== undefined && (retries < 0 || retries > 2))
    violations.push(
      `Value '${retries}' at 'maximumRetryAttempts' failed to satisfy constraint: Member must have value ${retries < 0 ? 'greater than or equal to 0' : 'less than or equal to 2'}`,
    );
  if (age !== undefined && (age < 60 || age > 21_600))
    violations.push(
      `Value '${age}' at 'maximumEventAgeInSeconds' failed to satisfy constraint: Member must have value ${age < 60 ? 'greater than or equal to 60' : 'less than or equal to 21600'}`,
    );
  if (violations.length > 0) throw validation(violations);
  return {
    ...(retries === undefined ? {} : { MaximumRetryAttempts: retries }),
    ...(age === undefined ? {} : { MaximumEventAgeInSeconds: age }),
  };
}

function destinations(config: DestinationConfig | undefined): DestinationConfig {
  const { OnSuccess, OnFailure } = config ?? {};
  for (const { Destination } of [OnSuccess ?? {}, OnFailure ?? {}]) {
    if (Destination && !/^arn:[^:]+:(sqs|sns|lambda|events):/.test(Destination)) {
      throw invalidParameter(
        `The provided destination ${Destination} is not an SQS queue, SNS topic, Lambda function or EventBridge event bus.`,
      );
    }
  }
  return { OnSuccess: OnSuccess ?? {}, OnFailure: OnFailure ?? {} };
}
