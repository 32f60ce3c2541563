import type {
  CreateEventSourceMappingCommandInput,
  DeleteEventSourceMappingCommandInput,
  GetEventSourceMappingCommandInput,
  ListEventSourceMappingsCommandInput,
  UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { formatArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { checkMapping, checkSource, mappingSettings } from '../behaviour/event-sources/mapping-rules.ts';
import { pollers } from '../behaviour/event-sources/pollers.ts';
import { Source } from '../behaviour/event-sources/source.ts';
import { forgetPosition, skipToLatest } from '../behaviour/event-sources/stream-position.ts';
import { page } from '../behaviour/paging.ts';
import { resourceConflict, resourceNotFound } from '../errors.ts';
import { existing, findVersion, functionArn, parseFunctionName } from '../function-names.ts';
import { type MappingRecord, mappings } from '../state.ts';

export async function CreateEventSourceMapping(ctx: Context, input: CreateEventSourceMappingCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '');
  const version = findVersion(ctx, { name, qualifier });
  const EventSourceArn = checkMapping(input);
  await checkSource(ctx, EventSourceArn, version);
  const FunctionArn = functionArn(ctx, name, qualifier);
  const twin = mappings(ctx)
    .values()
    .find((mapping) => mapping.EventSourceArn === EventSourceArn && mapping.FunctionArn === FunctionArn);
  if (twin) {
    throw resourceConflict(
      `An event source mapping with SQS arn (" ${EventSourceArn} ") and function (" ${name} ") already exists. Please update or delete the existing mapping with UUID ${twin.UUID}`,
    );
  }
  const UUID = ctx.ids.uuid();
  const record: MappingRecord = {
    UUID,
    EventSourceMappingArn: formatArn('lambda', ctx.region, ctx.account, `event-source-mapping:${UUID}`),
    EventSourceArn,
    FunctionArn,
    FunctionName: name,
    qualifier,
    enabled: input.Enabled ?? true,
    ...mappingSettings(EventSourceArn, input),
    ...(input.StartingPosition ? { StartingPosition: input.StartingPosition } : {}),
    StateTransitionReason: 'USER_INITIATED',
    LastProcessingResult: 'No records processed',
    lastModifiedMs: ctx.clock.now(),
    tags: input.Tags ?? {},
  };
  if (input.StartingPosition === 'LATEST') await skipToLatest(new Source(ctx, record, ctx));
  return { ...keep(ctx, record), State: record.enabled ? 'Creating' : 'Disabled' };
}

export async function UpdateEventSourceMapping(ctx: Context, input: UpdateEventSourceMappingCommandInput) {
  const before = find(ctx, input.UUID);
  const named = input.FunctionName === undefined ? before : existing(ctx, input.FunctionName);
  const name = 'name' in named ? named.name : named.FunctionName;
  const version = findVersion(ctx, { name, qualifier: named.qualifier });
  checkMapping({
    ...before,
    StartingPositionTimestamp: undefined,
    ...input,
    EventSourceArn: before.EventSourceArn,
  } as CreateEventSourceMappingCommandInput);
  await checkSource(ctx, before.EventSourceArn, version);
  const record: MappingRecord = {
    ...before,
    FunctionName: name,
    qualifier: named.qualifier,
    FunctionArn: functionArn(ctx, name, named.qualifier),
    ...mappingSettings(before.EventSourceArn, input, before),
    enabled: input.Enabled ?? before.enabled,
    lastModifiedMs: ctx.clock.now(),
  };
  return { ...keep(ctx, record), State: 'Updating' };
}

export function GetEventSourceMapping(ctx: Context, input: GetEventSourceMappingCommandInput) {
  return shown(find(ctx, input.UUID));
}

export function ListEventSourceMappings(ctx: Context, input: ListEventSourceMappingsCommandInput) {
  const name = input.FunctionName === undefined ? undefined : parseFunctionName(ctx, input.FunctionName).name;
  const all = mappings(ctx)
    .values()
    .filter(({ FunctionName }) => name === undefined || FunctionName === name)
    .filter(({ EventSourceArn }) => input.EventSourceArn === undefined || EventSourceArn === input.EventSourceArn);
  const { items, NextMarker } = page(all, input, 100);
  return { EventSourceMappings: items.map(shown), ...(NextMarker ? { NextMarker } : {}) };
}

export function DeleteEventSourceMapping(ctx: Context, input: DeleteEventSourceMappingCommandInput) {
  const record = find(ctx, input.UUID);
  mappings(ctx).delete(record.UUID);
  ctx.engine(pollers).end(record.UUID);
  forgetPosition({ kernel: ctx, account: ctx.account, region: ctx.region }, record.UUID);
  return { ...shown(record), State: 'Deleting' };
}

function find(ctx: Context, uuid: string | undefined): MappingRecord {
  const record = mappings(ctx).get(uuid ?? '');
  if (!record) throw resourceNotFound('The resource you requested does not exist.');
  return record;
}

function keep(ctx: Context, record: MappingRecord) {
  mappings(ctx).put(record.UUID, record);
  ctx.engine(pollers).apply(record, ctx);
  return shown(record);
}

function shown({ FunctionName: _, qualifier: __, tags: ___, enabled, lastModifiedMs, ...mapping }: MappingRecord) {
  return { ...mapping, State: enabled ? 'Enabled' : 'Disabled', LastModified: new Date(lastModifiedMs) };
}
