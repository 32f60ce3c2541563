import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';

/** A parameter with all its versions, newest last. */
export interface Parameter {
  Name: string;
  Type: 'String' | 'StringList' | 'SecureString';
  DataType: string;
  Tier: string;
  Description: string | undefined;
  AllowedPattern: string | undefined;
  /** Of a SecureString: the KMS key as it was named. */
  KeyId?: string | undefined;
  versions: ParameterVersion[];
  tags: Record<string, string>;
}

export interface ParameterVersion {
  Version: number;
  /** Of a SecureString what KMS, or the data key, made of it: base64. */
  Value: string;
  /** Of an advanced SecureString: its data key as KMS wrapped it, base64. */
  wrappedKey?: string | undefined;
  /** Of a SecureString: the KMS key that this version was put with. */
  KeyId?: string | undefined;
  modifiedMs: number;
  labels: string[];
}

export function parameters(kernel: Kernel, scope: Scope): Collection<Parameter> {
  return kernel.store.collection<Parameter>('ssm.parameters', scope);
}

export function parameterArn(region: string, account: string, name: string): string {
  return formatArn('ssm', region, account, `parameter${name.startsWith('/') ? '' : '/'}${name}`);
}

/** A name, an ARN, and after a colon a version or label. */
export function parseSelector(text: string): { name: string; selector: string | undefined } {
  const arn = parseArn(text);
  const path = arn ? arn.resource.replace(/^parameter/, '') : text;
  const [name = '', selector] = path.split(':');
  return { name: arn && name.lastIndexOf('/') === 0 ? name.slice(1) : name, selector };
}
