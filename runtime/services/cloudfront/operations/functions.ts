import type {
  CreateFunctionCommandInput,
  DeleteFunctionCommandInput,
  DescribeFunctionCommandInput,
  FunctionConfig,
  FunctionStage,
  GetFunctionCommandInput,
  ListFunctionsCommandInput,
  PublishFunctionCommandInput,
  TestFunctionCommandInput,
  UpdateFunctionCommandInput,
} from '@aws-sdk/client-cloudfront';
import { cdn } from '../../../data-planes/cdn/cdn.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { redeployAll } from '../behaviour/deployment.ts';
import { checkVersion, newETag, pageOf, timeOf } from '../behaviour/versions.ts';
import {
  functionAlreadyExists,
  functionInUse,
  functionSizeLimitExceeded,
  invalidArgument,
  noSuchFunction,
} from '../errors.ts';
import { distributions, type FunctionRecord, type FunctionStageRecord, functionArn, functions } from '../state.ts';

/** "Quotas on CloudFront Functions". */
const maxCodeBytes = 10 * 1024;

export function CreateFunction(ctx: Context, input: CreateFunctionCommandInput) {
  const Name = input.Name ?? '';
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(Name))
    throw invalidArgument('The parameter Name is invalid: 1 to 64 letters, digits, hyphens and underscores.');
  if (functions(ctx, ctx).has(Name)) throw functionAlreadyExists();
  const record: FunctionRecord = {
    Name,
    FunctionARN: functionArn(ctx.account, Name),
    CreatedTime: timeOf(ctx),
    DEVELOPMENT: stageOf(ctx, input),
    LIVE: undefined,
    Tags: input.Tags?.Items ?? [],
  };
  functions(ctx, ctx).put(Name, record);
  return {
    FunctionSummary: summary(record, 'DEVELOPMENT'),
    Location: `https://cloudfront.amazonaws.com/2020-05-31/function/${record.FunctionARN}`,
    ETag: record.DEVELOPMENT.ETag,
  };
}

export function UpdateFunction(ctx: Context, input: UpdateFunctionCommandInput) {
  const record = find(ctx, input.Name);
  checkVersion(record.DEVELOPMENT.ETag, input.IfMatch);
  const updated = { ...record, DEVELOPMENT: stageOf(ctx, input) };
  functions(ctx, ctx).put(record.Name, updated);
  return { FunctionSummary: summary(updated, 'DEVELOPMENT'), ETag: updated.DEVELOPMENT.ETag };
}

export function PublishFunction(ctx: Context, input: PublishFunctionCommandInput) {
  const record = find(ctx, input.Name);
  checkVersion(record.DEVELOPMENT.ETag, input.IfMatch);
  const updated = { ...record, LIVE: { ...record.DEVELOPMENT, LastModifiedTime: timeOf(ctx) } };
  functions(ctx, ctx).put(record.Name, updated);
  redeployAll(ctx, ctx.account);
  return { FunctionSummary: summary(updated, 'LIVE') };
}

export function DescribeFunction(ctx: Context, input: DescribeFunctionCommandInput) {
  const record = find(ctx, input.Name);
  const stage = stageNamed(record, input.Stage);
  return { FunctionSummary: summary(record, stage), ETag: stageRecord(record, stage).ETag };
}

export function GetFunction(ctx: Context, input: GetFunctionCommandInput) {
  const record = find(ctx, input.Name);
  const stage = stageRecord(record, stageNamed(record, input.Stage));
  return { FunctionCode: Buffer.from(stage.code, 'base64'), ETag: stage.ETag, ContentType: 'application/octet-stream' };
}

export function DeleteFunction(ctx: Context, input: DeleteFunctionCommandInput) {
  const record = find(ctx, input.Name);
  checkVersion(record.DEVELOPMENT.ETag, input.IfMatch);
  if (
    distributions(ctx, ctx)
      .values()
      .some((one) => JSON.stringify(one.DistributionConfig).includes(`"${record.FunctionARN}"`))
  )
    throw functionInUse();
  functions(ctx, ctx).delete(record.Name);
  return {};
}

export function ListFunctions(ctx: Context, input: ListFunctionsCommandInput) {
  const wanted = input.Stage ?? 'DEVELOPMENT';
  const records = functions(ctx, ctx)
    .values()
    .filter((record) => record[wanted] !== undefined);
  const { page, MaxItems, Quantity, ...rest } = pageOf(records, (record) => record.Name, input);
  const NextMarker = 'NextMarker' in rest ? rest.NextMarker : undefined;
  return {
    FunctionList: {
      MaxItems,
      Quantity,
      ...(NextMarker ? { NextMarker } : {}),
      Items: page.map((record) => summary(record, wanted)),
    },
  };
}

/** Runs the stage's code at the edge's own runtime with the event given. */
export async function TestFunction(ctx: Context, input: TestFunctionCommandInput) {
  const record = find(ctx, input.Name);
  const stage = stageNamed(record, input.Stage);
  const { FunctionConfig: config, code, ETag } = stageRecord(record, stage);
  checkVersion(ETag, input.IfMatch);
  const event = eventOf(input.EventObject);
  const result = await ctx.engine(cdn).runFunction(
    {
      name: record.Name,
      runtime: config.Runtime as 'cloudfront-js-2.0',
      code: Buffer.from(code, 'base64').toString(),
    },
    event,
  );
  const isResponse = typeof result.output === 'object' && result.output !== null && 'statusCode' in result.output;
  return {
    TestResult: {
      FunctionSummary: summary(record, stage),
      ComputeUtilization: String(result.computeUtilization),
      FunctionExecutionLogs: result.logs,
      FunctionErrorMessage: result.error ?? '',
      FunctionOutput:
        result.error === undefined ? JSON.stringify({ [isResponse ? 'response' : 'request']: result.output }) : '',
    },
  };
}

function eventOf(bytes: Uint8Array | undefined): object {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString()) as object;
  } catch {
    throw invalidArgument('The parameter EventObject is not valid JSON.');
  }
}

function stageOf(
  ctx: Context,
  input: { FunctionConfig?: FunctionConfig | undefined; FunctionCode?: Uint8Array | undefined },
): FunctionStageRecord {
  const { FunctionConfig: config, FunctionCode: code } = input;
  if (!config || !code) throw invalidArgument('The parameters FunctionConfig and FunctionCode are required.');
  if (config.KeyValueStoreAssociations?.Items?.length)
    throw refused('cloudfront parameter FunctionConfig.KeyValueStoreAssociations', 'key value stores are not run yet.');
  if (config.Runtime !== 'cloudfront-js-1.0' && config.Runtime !== 'cloudfront-js-2.0')
    throw invalidArgument('The parameter Runtime is invalid: cloudfront-js-1.0 or cloudfront-js-2.0.');
  if (code.length > maxCodeBytes) throw functionSizeLimitExceeded();
  return {
    ETag: newETag(ctx),
    LastModifiedTime: timeOf(ctx),
    FunctionConfig: config,
    code: Buffer.from(code).toString('base64'),
  };
}

function find(ctx: Context, name: string | undefined): FunctionRecord {
  const record = functions(ctx, ctx).get(name ?? '');
  if (!record) throw noSuchFunction();
  return record;
}

function stageNamed(record: FunctionRecord, stage: FunctionStage | undefined): FunctionStage {
  const wanted = stage ?? 'DEVELOPMENT';
  if (!record[wanted]) throw noSuchFunction();
  return wanted;
}

function stageRecord(record: FunctionRecord, stage: FunctionStage): FunctionStageRecord {
  const found = record[stage];
  if (!found) throw noSuchFunction();
  return found;
}

function summary(record: FunctionRecord, stage: FunctionStage) {
  const { FunctionConfig: config, LastModifiedTime, ETag } = stageRecord(record, stage);
  const published = record.LIVE?.ETag === ETag;
  return {
    Name: record.Name,
    Status: published ? 'UNASSOCIATED' : 'UNPUBLISHED',
    FunctionConfig: config,
    FunctionMetadata: {
      FunctionARN: record.FunctionARN,
      Stage: stage,
      CreatedTime: new Date(record.CreatedTime),
      LastModifiedTime: new Date(LastModifiedTime),
    },
  };
}
