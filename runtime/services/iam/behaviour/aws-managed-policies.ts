import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AwsManagedPolicy {
  Arn: string;
  PolicyName: string;
  PolicyId: string;
  Path: string;
  DefaultVersionId: string;
  Document: string;
  CreateDate: number;
  UpdateDate: number;
}

/** A line of the file beside this one. */
interface Published {
  /** With its path: service-role/AWSLambdaBasicExecutionRole. */
  name: string;
  version: string;
  created: string;
  updated: string;
  document: object;
}

/** Read-only data, the same for every runtime of the process: kept once read. */
let policies: ReadonlyMap<string, AwsManagedPolicy> | undefined;

/**
 * The managed policies of AWS that templates use, by ARN, word for word as AWS published them in May 2026 ("AWS managed
 * policies", AWS Managed Policy Reference Guide). One that is not here is refused by name rather than taken for a policy
 * that allows nothing.
 */
export function awsManagedPolicies(): ReadonlyMap<string, AwsManagedPolicy> {
  policies ??= new Map(
    readFileSync(join(import.meta.dirname, 'aws-managed-policies.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => asPolicy(JSON.parse(line) as Published))
      .map((policy) => [policy.Arn, policy]),
  );
  return policies;
}

function asPolicy({ name, version, created, updated, document }: Published): AwsManagedPolicy {
  const slash = name.lastIndexOf('/');
  return {
    Arn: `arn:aws:iam::aws:policy/${name}`,
    PolicyName: name.slice(slash + 1),
    PolicyId: policyId(name),
    Path: `/${name.slice(0, slash + 1)}`,
    DefaultVersionId: version,
    Document: JSON.stringify(document),
    CreateDate: Date.parse(created),
    UpdateDate: Date.parse(updated),
  };
}

/** The same in every runtime: ANPA and 17 characters that follow from the name. */
function policyId(name: string): string {
  let hash = 7n;
  for (const character of name) hash = (hash * 1_000_003n + BigInt(character.charCodeAt(0))) % 2n ** 85n;
  let id = '';
  for (let left = hash, index = 0; index < 17; index += 1, left /= 32n)
    id += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number(left % 32n)];
  return `ANPA${id}`;
}
