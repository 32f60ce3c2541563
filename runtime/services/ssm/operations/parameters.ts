import type {
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  DescribeParametersCommandInput,
  GetParameterCommandInput,
  GetParameterHistoryCommandInput,
  GetParametersByPathCommandInput,
  GetParametersCommandInput,
  LabelParameterVersionCommandInput,
  PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { fitsWhole } from '../../../engines/patterns/bounded-expression.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { pageAfter } from '../../../kernel/pages.ts';
import type { Context } from '../../../kernel/service.ts';
import { publicParameter } from '../behaviour/public-parameters.ts';
import { managedKey, open, seal } from '../behaviour/secure-strings.ts';
import {
  invalidAllowedPattern,
  invalidNextToken,
  parameterAlreadyExists,
  parameterNotFound,
  patternMismatch,
  validation,
  versionNotFound,
} from '../errors.ts';
import { type Parameter, type ParameterVersion, parameterArn, parameters, parseSelector } from '../state.ts';

/** "Managing parameter tiers": 4 KB a standard value, 8 KB an advanced one, 100 versions kept. */
const standardBytes = 4096;
const advancedBytes = 8192;
const mostVersions = 100;

export async function PutParameter(ctx: Context, input: PutParameterCommandInput) {
  const Name = input.Name ?? '';
  checkName(Name);
  if (input.Policies) throw refused('ssm PutParameter parameter Policies');
  if (input.DataType && input.DataType !== 'text') throw refused(`ssm PutParameter with DataType ${input.DataType}`);
  const before = checkedExisting(ctx, input);
  const Tier = tierOf(input, before);
  const AllowedPattern = input.AllowedPattern ?? before?.AllowedPattern;
  if (AllowedPattern) checkPattern(AllowedPattern, input.Value ?? '');
  const Type = (input.Type as Parameter['Type'] | undefined) ?? before?.Type ?? 'String';
  const KeyId = keyFor(input, Type);
  const Value = input.Value ?? '';
  const kept = KeyId === undefined ? { Value } : { KeyId, ...(await seal(ctx, { Name, Tier, KeyId }, Value)) };
  // KMS was waited for: somebody else may have put a version meanwhile.
  const old = KeyId === undefined ? before : checkedExisting(ctx, input);
  const Version = (old?.versions.at(-1)?.Version ?? 0) + 1;
  const version = { Version, ...kept, modifiedMs: ctx.clock.now(), labels: [] };
  parameters(ctx, ctx).put(Name, {
    Name,
    Type,
    DataType: 'text',
    Tier,
    Description: input.Description ?? old?.Description,
    AllowedPattern,
    KeyId,
    versions: dropOldest(Name, [...(old?.versions ?? []), version]),
    tags: old?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  });
  return { Version, Tier };
}

function checkPattern(pattern: string, value: string): void {
  const fits = fitsWhole(pattern, value);
  if (fits === 'unreadable') throw invalidAllowedPattern(`${pattern} is not a regular expression that can be read.`);
  if (fits === 'too-long')
    throw invalidAllowedPattern(`${pattern} takes too long over a value of ${value.length} characters.`);
  if (!fits) throw patternMismatch(pattern);
}

function checkedExisting(ctx: Context, input: PutParameterCommandInput): Parameter | undefined {
  const old = parameters(ctx, ctx).get(input.Name ?? '');
  if (old && !input.Overwrite) throw parameterAlreadyExists();
  if (!old && !input.Type) throw validation('A parameter type is required when you create a parameter.');
  if (old && input.Type && input.Type !== old.Type)
    throw validation(`Parameter ${old.Name} is of type ${old.Type}; the type of a parameter cannot be changed.`);
  return old;
}

/** Only a SecureString has a key; one that is put again without naming its key takes the AWS managed one ("PutParameter"). */
function keyFor(input: PutParameterCommandInput, Type: Parameter['Type']): string | undefined {
  if (Type === 'SecureString') return input.KeyId ?? managedKey;
  if (input.KeyId !== undefined) throw validation('KeyId is required only for parameters of type SecureString.');
  return undefined;
}

function tierOf(input: PutParameterCommandInput, old: Parameter | undefined): string {
  const size = Buffer.byteLength(input.Value ?? '');
  if (size === 0)
    throw validation(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const asked = input.Tier ?? old?.Tier ?? 'Standard';
  const tier = asked === 'Intelligent-Tiering' ? (size > standardBytes ? 'Advanced' : 'Standard') : asked;
  if (size > (tier === 'Standard' ? standardBytes : advancedBytes)) {
    throw validation(
      `${tier} tier parameters support a maximum parameter value of ${tier === 'Standard' ? standardBytes : advancedBytes} characters.`,
    );
  }
  return tier;
}

/** The oldest version makes room, unless it carries a label. */
function dropOldest(name: string, versions: ParameterVersion[]): ParameterVersion[] {
  if (versions.length <= mostVersions) return versions;
  if (versions[0]?.labels.length) {
    throw new AwsError(
      'ParameterMaxVersionLimitExceeded',
      `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. Version ${versions[0].Version}, the oldest version, can't be deleted because it has a label associated with it.`,
    );
  }
  return versions.slice(1);
}

/** "About requirements and constraints for parameter names". */
function checkName(name: string): void {
  if (!/^[A-Za-z0-9_.\-/]{1,2048}$/.test(name))
    throw validation(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (/^\/?(aws|ssm)(\/|$)/i.test(name))
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (name.includes('/') && !name.startsWith('/')) throw validation('Parameter name must be a fully qualified name.');
  if (name.split('/').length > 16)
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      'Parameter name hierarchies can have a maximum of 15 levels.',
    );
}

interface Presented {
  selector?: string | undefined;
  decrypted: boolean | undefined;
}

async function present(ctx: Context, parameter: Parameter, version: ParameterVersion, how: Presented): Promise<object> {
  return {
    Name: parameter.Name,
    Type: parameter.Type,
    Value: await textOf(ctx, parameter, version, how.decrypted),
    Version: version.Version,
    ...(how.selector === undefined ? {} : { Selector: `:${how.selector}` }),
    LastModifiedDate: new Date(version.modifiedMs),
    ARN: parameterArn(ctx.region, ctx.account, parameter.Name),
    DataType: parameter.DataType,
  };
}

/** Of a SecureString its ciphertext, unless WithDecryption asks KMS for the text. */
function textOf(
  ctx: Context,
  parameter: Parameter,
  version: ParameterVersion,
  decrypted: boolean | undefined,
): string | Promise<string> {
  return parameter.Type === 'SecureString' && decrypted ? open(ctx, parameter.Name, version) : version.Value;
}

function find(
  ctx: Context,
  text: string,
): { parameter: Parameter; version: ParameterVersion; selector: string | undefined } | undefined {
  const { name, selector } = parseSelector(text);
  const parameter = parameters(ctx, ctx).get(name) ?? publicParameter(ctx.region, name);
  if (!parameter) return undefined;
  const version =
    selector === undefined
      ? parameter.versions.at(-1)
      : parameter.versions.find((one) => String(one.Version) === selector || one.labels.includes(selector));
  if (!version) throw versionNotFound(name, selector ?? '');
  return { parameter, version, selector };
}

export async function GetParameter(ctx: Context, input: GetParameterCommandInput) {
  const found = find(ctx, input.Name ?? '');
  if (!found) throw parameterNotFound();
  const { parameter, version, selector } = found;
  return { Parameter: await present(ctx, parameter, version, { selector, decrypted: input.WithDecryption }) };
}

export async function GetParameters(ctx: Context, input: GetParametersCommandInput) {
  const names = input.Names ?? [];
  if (names.length > 10)
    throw validation(
      "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10.",
    );
  const Parameters: object[] = [];
  const InvalidParameters: string[] = [];
  for (const name of names) {
    const found = findOrNothing(ctx, name);
    if (!found) InvalidParameters.push(name);
    else {
      const { parameter, version, selector } = found;
      Parameters.push(await present(ctx, parameter, version, { selector, decrypted: input.WithDecryption }));
    }
  }
  return { Parameters, InvalidParameters };
}

function findOrNothing(ctx: Context, name: string): ReturnType<typeof find> {
  try {
    return find(ctx, name);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

export async function GetParametersByPath(ctx: Context, input: GetParametersByPathCommandInput) {
  const path = (input.Path ?? '').replace(/\/?$/, '/');
  if (!path.startsWith('/')) throw validation('The parameter path must begin with a slash: /.');
  if (input.ParameterFilters?.length) throw refused('ssm GetParametersByPath parameter ParameterFilters');
  const below = parameters(ctx, ctx)
    .values()
    .filter(({ Name }) => Name.startsWith(path) && (input.Recursive || !Name.slice(path.length).includes('/')));
  const { page, next } = pageOf(below, input, 10);
  const how = { decrypted: input.WithDecryption };
  const Parameters = await Promise.all(page.map((parameter) => present(ctx, parameter, latest(parameter), how)));
  return { Parameters, ...next };
}

function latest(parameter: Parameter): ParameterVersion {
  const version = parameter.versions.at(-1);
  if (!version) throw new Error(`the parameter ${parameter.Name} has no version`);
  return version;
}

function pageOf<T extends { Name: string }>(
  all: T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  most: number,
): { page: T[]; next: object } {
  const asked = { token: input.NextToken, size: input.MaxResults ?? most, unknown: invalidNextToken };
  const { items, next } = pageAfter(all, ({ Name }) => Name, asked);
  return { page: items, next: next === undefined ? {} : { NextToken: next } };
}

export function DescribeParameters(ctx: Context, input: DescribeParametersCommandInput) {
  if (input.Filters?.length) throw refused('ssm DescribeParameters parameter Filters', 'use ParameterFilters.');
  const matching = parameters(ctx, ctx)
    .values()
    .filter((parameter) => (input.ParameterFilters ?? []).every((filter) => matches(parameter, filter)));
  const { page, next } = pageOf(matching, input, 50);
  return {
    Parameters: page.map((parameter) => ({
      Name: parameter.Name,
      ARN: parameterArn(ctx.region, ctx.account, parameter.Name),
      Type: parameter.Type,
      KeyId: parameter.KeyId,
      Description: parameter.Description,
      AllowedPattern: parameter.AllowedPattern,
      Tier: parameter.Tier,
      DataType: parameter.DataType,
      Version: latest(parameter).Version,
      LastModifiedDate: new Date(latest(parameter).modifiedMs),
      LastModifiedUser: `arn:aws:iam::${ctx.account}:root`,
      Policies: [],
    })),
    ...next,
  };
}

function matches(
  parameter: Parameter,
  filter: { Key?: string | undefined; Option?: string | undefined; Values?: string[] | undefined },
): boolean {
  const values = filter.Values ?? [];
  if (filter.Key === 'Name') {
    return values.some(
      (value) =>
        ({ BeginsWith: parameter.Name.startsWith(value), Contains: parameter.Name.includes(value) })[
          filter.Option ?? ''
        ] ?? parameter.Name === value,
    );
  }
  if (filter.Key === 'KeyId') return values.includes(parameter.KeyId ?? '');
  if (filter.Key === 'Type') return values.includes(parameter.Type);
  if (filter.Key === 'Path') return values.some((value) => parameter.Name.startsWith(`${value.replace(/\/$/, '')}/`));
  if (filter.Key?.startsWith('tag:'))
    return values.length === 0 || values.includes(parameter.tags[filter.Key.slice(4)] ?? '');
  throw refused(`ssm DescribeParameters filter ${filter.Key}`);
}

export async function GetParameterHistory(ctx: Context, input: GetParameterHistoryCommandInput) {
  const parameter = parameters(ctx, ctx).get(input.Name ?? '');
  if (!parameter) throw parameterNotFound();
  const describe = async (version: ParameterVersion) => ({
    Name: parameter.Name,
    Type: parameter.Type,
    KeyId: version.KeyId,
    Value: await textOf(ctx, parameter, version, input.WithDecryption),
    Version: version.Version,
    Labels: version.labels,
    LastModifiedDate: new Date(version.modifiedMs),
    Description: parameter.Description,
    Tier: parameter.Tier,
    DataType: parameter.DataType,
  });
  return { Parameters: await Promise.all(parameter.versions.map(describe)) };
}

export function LabelParameterVersion(ctx: Context, input: LabelParameterVersionCommandInput) {
  const parameter = parameters(ctx, ctx).get(input.Name ?? '');
  if (!parameter) throw parameterNotFound();
  const number = input.ParameterVersion ?? latest(parameter).Version;
  if (!parameter.versions.some((version) => version.Version === number))
    throw versionNotFound(parameter.Name, String(number));
  const valid = (input.Labels ?? []).filter((label) => /^(?!aws|ssm|\d)[A-Za-z0-9_.-]{1,100}$/i.test(label));
  const versions = parameter.versions.map((version) => {
    const others = version.labels.filter((label) => !valid.includes(label));
    return { ...version, labels: version.Version === number ? [...others, ...valid] : others };
  });
  parameters(ctx, ctx).put(parameter.Name, { ...parameter, versions });
  return { InvalidLabels: (input.Labels ?? []).filter((label) => !valid.includes(label)), ParameterVersion: number };
}

export function DeleteParameter(ctx: Context, input: DeleteParameterCommandInput) {
  if (!parameters(ctx, ctx).delete(input.Name ?? '')) throw parameterNotFound();
}

export function DeleteParameters(ctx: Context, input: DeleteParametersCommandInput) {
  const names = input.Names ?? [];
  const DeletedParameters = names.filter((name) => parameters(ctx, ctx).delete(name));
  return { DeletedParameters, InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)) };
}
