import type { Tag } from '@aws-sdk/client-secrets-manager';
import { invalidParameter, invalidRequest, limitExceeded, validation } from '../errors.ts';
import type { Value } from './encryption.ts';

/** "Secrets Manager quotas": a value's size, the tags of a secret, the labels of all its versions. */
const mostBytes = 65_536;
const mostTags = 50;

/** "CreateSecret", Name: ASCII letters, numbers, and /_+=.@-; at most 512. */
export function checkName(name: string): void {
  if (name.length === 0 || name.length > 512 || !/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) {
    throw validation(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
}

export function checkToken(token: string): void {
  if (token.length < 32 || token.length > 64)
    throw invalidParameter('ClientRequestToken must be 32-64 characters long.');
}

/** Undefined when neither kind was given. */
export function givenValue(input: Value): Value | undefined {
  const { SecretString, SecretBinary } = input;
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  if (SecretString === undefined && SecretBinary === undefined) return undefined;
  const bytes = SecretString === undefined ? (SecretBinary?.byteLength ?? 0) : Buffer.byteLength(SecretString);
  const kind = SecretString === undefined ? 'secretBinary' : 'secretString';
  if (bytes > mostBytes)
    throw validation(
      `1 validation error detected: Value at '${kind}' failed to satisfy constraint: Member must have length less than or equal to ${mostBytes}`,
    );
  if (bytes === 0 && SecretString === undefined)
    throw validation(
      `1 validation error detected: Value at '${kind}' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    );
  return SecretString === undefined ? { SecretBinary } : { SecretString };
}

export function requiredValue(input: Value): Value {
  const value = givenValue(input);
  if (!value) throw invalidRequest('You must provide either SecretString or SecretBinary.');
  return value;
}

/** "Tag", Secrets Manager API Reference. */
export function mergedTags(tags: Record<string, string>, added: Tag[] | undefined): Record<string, string> {
  const merged = { ...tags };
  for (const { Key = '', Value = '' } of added ?? []) {
    if (Key.length === 0 || Key.length > 128) throw invalidParameter('A tag key must be 1 to 128 characters long.');
    if (Value.length > 256) throw invalidParameter('A tag value can be at most 256 characters long.');
    if (/^aws:(?!cloudformation:)/i.test(Key))
      throw invalidParameter('Tag keys that begin with aws: are reserved for AWS use.');
    merged[Key] = Value;
  }
  if (Object.keys(merged).length > mostTags) throw limitExceeded(`A secret can have at most ${mostTags} tags.`);
  return merged;
}

/** "PutSecretValue", VersionStages: 1 to 20 labels of at most 256 characters. */
export function checkStages(stages: string[] | undefined): string[] {
  if (stages === undefined) return ['AWSCURRENT'];
  if (stages.length < 1 || stages.length > 20 || stages.some((stage) => stage.length < 1 || stage.length > 256))
    throw validation(
      "1 validation error detected: Value at 'versionStages' failed to satisfy constraint: Member must have length between 1 and 20, each 1 to 256 characters",
    );
  return [...new Set(stages)];
}
