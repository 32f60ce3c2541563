import type {
  APIErrorType,
  BatchGetSecretValueCommandInput,
  GetRandomPasswordCommandInput,
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
  PutSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { open } from '../behaviour/encryption.ts';
import { checkStages, checkToken, requiredValue } from '../behaviour/input-rules.ts';
import { randomPassword } from '../behaviour/password.ts';
import { putVersion } from '../behaviour/put-version.ts';
import { matching, page } from '../behaviour/search.ts';
import { versionOf, withStage } from '../behaviour/versions.ts';
import { invalidParameter, invalidRequest, valueNotFound } from '../errors.ts';
import { change, type Secret, type SecretVersion, secretAt } from '../state.ts';

const dayMs = 24 * 60 * 60_000;

export async function GetSecretValue(ctx: Context, input: GetSecretValueCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const version = chosenVersion(secret, input);
  const value = await open(ctx, secret, version.VersionId);
  if (!value) throw valueNotFound({ VersionStage: input.VersionStage ?? 'AWSCURRENT', VersionId: input.VersionId });
  noteAccess(ctx, secret, version.VersionId);
  return {
    ARN: secret.ARN,
    Name: secret.Name,
    VersionId: version.VersionId,
    ...value,
    VersionStages: version.VersionStages,
    CreatedDate: new Date(version.createdMs),
  };
}

function chosenVersion(secret: Secret, { VersionId, VersionStage }: GetSecretValueCommandInput): SecretVersion {
  if (VersionId === undefined) {
    const version = withStage(secret, VersionStage ?? 'AWSCURRENT');
    if (!version) throw valueNotFound({ VersionStage: VersionStage ?? 'AWSCURRENT' });
    return version;
  }
  const version = versionOf(secret, VersionId);
  if (!version) throw valueNotFound({ VersionId });
  if (VersionStage !== undefined && !version.VersionStages.includes(VersionStage))
    throw invalidRequest('You provided a VersionStage that is not associated to the provided VersionId.');
  return version;
}

/** AWS tells the day of the last access only, so a busy secret is written once a day. */
function noteAccess(ctx: Context, secret: Secret, VersionId: string): void {
  const accessedMs = Math.floor(ctx.clock.now() / dayMs) * dayMs;
  if (secret.accessedMs === accessedMs && versionOf(secret, VersionId)?.accessedMs === accessedMs) return;
  change(ctx, secret, (now) => ({
    ...now,
    accessedMs,
    versions: now.versions.map((version) => (version.VersionId === VersionId ? { ...version, accessedMs } : version)),
  }));
}

export async function PutSecretValue(ctx: Context, input: PutSecretValueCommandInput) {
  const secret = secretAt(ctx, input.SecretId);
  const value = requiredValue(input);
  const VersionId = input.ClientRequestToken ?? ctx.ids.uuid();
  checkToken(VersionId);
  const version = await putVersion(ctx, secret, { VersionId, value, stages: checkStages(input.VersionStages) });
  return { ARN: secret.ARN, Name: secret.Name, VersionId, VersionStages: version.VersionStages };
}

/** Each secret is got as the caller would get it by itself: what it may not read becomes an entry of Errors. */
export async function BatchGetSecretValue(ctx: Context, input: BatchGetSecretValueCommandInput) {
  const { SecretIdList, Filters, MaxResults, NextToken } = input;
  if ((SecretIdList === undefined) === (Filters === undefined))
    throw invalidParameter('Either SecretIdList or Filters must be provided, but not both.');
  if (SecretIdList !== undefined && (MaxResults !== undefined || NextToken !== undefined))
    throw invalidParameter('MaxResults and NextToken can be used with Filters only.');
  if (SecretIdList !== undefined && (SecretIdList.length < 1 || SecretIdList.length > 20))
    throw invalidParameter('SecretIdList must have 1 to 20 members.');
  const found =
    SecretIdList === undefined ? page(matching(ctx, { Filters }), { MaxResults, NextToken }, 20) : undefined;
  const SecretValues: object[] = [];
  const Errors: APIErrorType[] = [];
  for (const SecretId of SecretIdList ?? found?.items.map((secret) => secret.ARN) ?? []) {
    try {
      const got = await ctx.call<GetSecretValueCommandOutput>('secretsmanager', 'GetSecretValue', { SecretId });
      const { ARN, Name, VersionId, SecretString, SecretBinary, VersionStages, CreatedDate } = got;
      SecretValues.push({ ARN, Name, VersionId, SecretString, SecretBinary, VersionStages, CreatedDate });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues, Errors, ...(found?.NextToken === undefined ? {} : { NextToken: found.NextToken }) };
}

export function GetRandomPassword(ctx: Context, input: GetRandomPasswordCommandInput) {
  return { RandomPassword: randomPassword(ctx.ids, input) };
}
