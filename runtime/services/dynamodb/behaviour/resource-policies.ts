import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { validation } from '../errors.ts';
import { findTable, nameOf, type Table } from '../state.ts';
import { streams } from './stream-records.ts';

/** "Resource-based policy considerations": at most 20 KB, white space included. */
const longest = 20 * 1024;

export function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > longest) throw validation('Resource policy exceeds the maximum size of 20 KB');
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw validation('Policy validation failed: policy document is not valid JSON');
  }
  const statements = (policy as { Statement?: unknown } | null)?.Statement;
  if (typeof policy !== 'object' || statements === undefined)
    throw validation('Policy validation failed: Missing required field Statement');
}

/** The table's policy, by the ARN of the table or one of its indexes. */
export function policyOwner(kernel: Pick<Kernel, 'store'>, scope: Scope, resource: string): Table | undefined {
  const table = findTable(kernel, scope, resource);
  return table && nameOf(resource) === table.TableName ? table : undefined;
}

export function isStream(kernel: Pick<Kernel, 'store'>, scope: Scope, arn: string): boolean {
  return streams(kernel, scope).has(arn);
}
