import type {
  CreateFunctionCommandInput,
  DeleteFunctionCommandInput,
  GetFunctionCommandInput,
  GetFunctionConfigurationCommandInput,
  ListFunctionsCommandInput,
  UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { answerOf, timestamp } from '../behaviour/answers.ts';
import { storeCode } from '../behaviour/code-input.ts';
import { codeLocation } from '../behaviour/code-location.ts';
import { configure } from '../behaviour/configuration.ts';
import { fleet } from '../behaviour/fleet.ts';
import { forgetFunction, forgetVersion } from '../behaviour/forgetting.ts';
import { page } from '../behaviour/paging.ts';
import { publish } from '../behaviour/publishing.ts';
import { releaseInterfaces, vpcConfig } from '../behaviour/vpc-interfaces.ts';
import { workers } from '../behaviour/workers.ts';
import { functionNotFound, invalidParameter, preconditionFailed, resourceConflict, validation } from '../errors.ts';
import { existing, findVersion, functionArn, parseFunctionName } from '../function-names.ts';
import { runtimeKind } from '../runtimes.ts';
import { type FunctionRecord, type FunctionVersion, functions, versions } from '../state.ts';

export async function CreateFunction(ctx: Context, input: CreateFunctionCommandInput) {
  const { name } = parseFunctionName(ctx, input.FunctionName ?? '');
  if (name.length > 64)
    throw validation([
      `Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ]);
  if (input.PackageType === 'Image')
    throw invalidParameter('Orrery runs functions from zip archives only: PackageType Image is refused.');
  refuseExisting(ctx, name);
  const configuration = await withVpc(ctx, name, input, configure(ctx, name, input));
  const code = await storeCode(ctx, input.Code ?? {}, 'CreateFunction');
  // Another request may have made it while the code was unpacked.
  refuseExisting(ctx, name);
  const latest = {
    ...configuration,
    ...code,
    FunctionName: name,
    FunctionArn: functionArn(ctx, name),
    Version: '$LATEST',
    ...revision(ctx),
    State: 'Active',
    LastUpdateStatus: 'Successful',
  } as FunctionVersion;
  const record: FunctionRecord = { latest, nextVersion: 1, Tags: input.Tags ?? {} };
  functions(ctx).put(name, record);
  if (runtimeKind(latest.Runtime) === 'node') ctx.engine(workers).warm(latest.MemorySize);
  // AWS answers Pending and is Active seconds later; the code is in place here before the answer, which says so.
  if (input.Publish) return answerOf(publish(ctx, name, {}));
  return answerOf(latest);
}

export async function UpdateFunctionCode(ctx: Context, input: UpdateFunctionCodeCommandInput) {
  const { name, record } = existing(ctx, input.FunctionName ?? '');
  if (input.RevisionId && input.RevisionId !== record.latest.RevisionId) throw preconditionFailed();
  const code = await storeCode(ctx, input, 'UpdateFunctionCode');
  const Architectures = input.Architectures ?? record.latest.Architectures;
  if (input.DryRun) return answerOf({ ...record.latest, ...code, ...(Architectures ? { Architectures } : {}) });
  const latest = change(ctx, name, { ...code, ...(Architectures ? { Architectures } : {}) });
  return input.Publish ? answerOf(publish(ctx, name, {})) : answerOf(latest);
}

export async function UpdateFunctionConfiguration(ctx: Context, input: UpdateFunctionConfigurationCommandInput) {
  const { name, record } = existing(ctx, input.FunctionName ?? '');
  if (input.RevisionId && input.RevisionId !== record.latest.RevisionId) throw preconditionFailed();
  const configuration = await withVpc(ctx, name, input, configure(ctx, name, input, record.latest));
  const latest = change(ctx, name, configuration);
  if (input.VpcConfig) await releaseInterfaces(ctx);
  return answerOf(latest);
}

async function withVpc(
  ctx: Context,
  name: string,
  { VpcConfig }: Pick<CreateFunctionCommandInput, 'VpcConfig'>,
  configuration: Partial<FunctionVersion>,
): Promise<Partial<FunctionVersion>> {
  if (!VpcConfig) return configuration;
  return { ...configuration, VpcConfig: await vpcConfig(ctx, name, { VpcConfig, Role: configuration.Role ?? '' }) };
}

export function GetFunction(ctx: Context, input: GetFunctionCommandInput) {
  const { name, qualifier, record } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  const version = findVersion(ctx, { name, qualifier });
  const reserved = record.ReservedConcurrentExecutions;
  return {
    Configuration: answerOf(version, qualifier),
    Code: { RepositoryType: 'S3', Location: codeLocation(ctx, version.codeHash) },
    ...(Object.keys(record.Tags).length > 0 && (qualifier === undefined || qualifier === '$LATEST')
      ? { Tags: record.Tags }
      : {}),
    ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
  };
}

export function GetFunctionConfiguration(ctx: Context, input: GetFunctionConfigurationCommandInput) {
  const named = parseFunctionName(ctx, input.FunctionName ?? '', input.Qualifier);
  return answerOf(findVersion(ctx, named), named.qualifier);
}

export function ListFunctions(ctx: Context, input: ListFunctionsCommandInput) {
  const latest = functions(ctx)
    .values()
    .map((record) => record.latest);
  const all = input.FunctionVersion === 'ALL' ? [...latest, ...versions(ctx).values()] : latest;
  const { items, NextMarker } = page(all, input);
  return { Functions: items.map((version) => withoutStates(answerOf(version))), ...(NextMarker ? { NextMarker } : {}) };
}

export async function DeleteFunction(ctx: Context, input: DeleteFunctionCommandInput) {
  const { name, qualifier } = existing(ctx, input.FunctionName ?? '', input.Qualifier);
  if (qualifier === undefined) await forgetFunction(ctx, name);
  else if (qualifier === '$LATEST')
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  else await forgetVersion(ctx, name, qualifier);
  await releaseInterfaces(ctx);
  return { StatusCode: 204 };
}

function refuseExisting(ctx: Context, name: string): void {
  if (functions(ctx).has(name)) throw resourceConflict(`Function already exist: ${name}`);
}

/** Puts a new $LATEST in place; running environments of the old one finish their invocation. */
function change(ctx: Context, name: string, changes: Partial<FunctionVersion>): FunctionVersion {
  const record = functions(ctx).get(name);
  if (!record) throw functionNotFound(functionArn(ctx, name));
  const latest: FunctionVersion = { ...record.latest, ...changes, ...revision(ctx), LastUpdateStatus: 'Successful' };
  functions(ctx).put(name, { ...record, latest });
  void ctx.engine(fleet).retire(latest.FunctionArn);
  return latest;
}

function revision(ctx: Context) {
  return { RevisionId: ctx.ids.uuid(), LastModified: timestamp(ctx.clock.now()) };
}

/** ListFunctions leaves out State, LastUpdateStatus and their reasons, as its page says. */
function withoutStates({ State, LastUpdateStatus, RuntimeVersionConfig, ...rest }: ReturnType<typeof answerOf>) {
  void [State, LastUpdateStatus, RuntimeVersionConfig];
  return rest;
}
