import type { GetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import type { Context } from '../../../kernel/service.ts';
import { TemplateError } from '../template/template.ts';

const reference = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;

export function hasDynamicReference(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{resolve:');
  return typeof value === 'object' && value !== null && Object.values(value).some(hasDynamicReference);
}

/**
 * Values with {{resolve:ssm:name:version}} and its like replaced by what they stand for now ("Using dynamic references
 * to specify template values"). What is kept of a resource is the reference, never the secret.
 */
export async function resolveDynamicReferences<T>(ctx: Context, value: T): Promise<T> {
  return hasDynamicReference(value) ? ((await resolve(ctx, value)) as T) : value;
}

async function resolve(ctx: Context, value: unknown): Promise<unknown> {
  if (typeof value === 'string') return resolveText(ctx, value);
  if (Array.isArray(value)) return Promise.all(value.map((entry) => resolve(ctx, entry)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, entry]) => [key, await resolve(ctx, entry)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveText(ctx: Context, text: string): Promise<string> {
  let result = text;
  for (const [whole, service, about = ''] of text.matchAll(reference)) {
    result = result.replace(whole, () => '\u0000');
    const value =
      service === 'secretsmanager' ? await secret(ctx, about) : await parameter(ctx, about, service === 'ssm-secure');
    result = result.replace('\u0000', () => value);
  }
  return result;
}

async function parameter(ctx: Context, about: string, secure: boolean): Promise<string> {
  const [, name = about, version] = /^(.*?)(?::(\d+))?$/.exec(about) ?? [];
  const { Parameter } = await ctx.call<GetParameterResult>('ssm', 'GetParameter', {
    Name: version ? `${name}:${version}` : name,
    WithDecryption: secure,
  });
  if (!secure && Parameter?.Type === 'SecureString') {
    throw new TemplateError(`Non-secure ssm prefix was used for secure parameter: [${name}]`);
  }
  return Parameter?.Value ?? '';
}

/** secret-id:SecretString:json-key:version-stage:version-id, where the id may be an ARN with colons of its own. */
async function secret(ctx: Context, about: string): Promise<string> {
  const arn = /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+/.exec(about)?.[0];
  const id = arn ?? about.split(':', 1)[0] ?? about;
  const [kind = '', jsonKey = '', stage = '', versionId = ''] = about.slice(id.length + 1).split(':');
  if (kind !== '' && kind !== 'SecretString') {
    throw new TemplateError(
      `Could not parse SecretString dynamic reference: ${about} names ${kind}, and only SecretString is supported`,
    );
  }
  const answer = await ctx.call<GetSecretValueResponse>('secretsmanager', 'GetSecretValue', {
    SecretId: id,
    ...(stage && { VersionStage: stage }),
    ...(versionId && { VersionId: versionId }),
  });
  const text = answer.SecretString ?? '';
  return jsonKey === '' ? text : secretMember(text, jsonKey, id);
}

function secretMember(text: string, key: string, id: string): string {
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[key];
    if (value !== undefined) return typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    throw new TemplateError(`Could not parse SecretString JSON of secret ${id}`);
  }
  throw new TemplateError(`Could not find a value associated with JSONKey in SecretString: ${key} of ${id}`);
}
