import { applicationPolicies } from './aws-managed-application-policies.ts';
import { type AwsManagedText, operationsPolicies } from './aws-managed-operations-policies.ts';

export interface AwsManagedPolicy {
  Arn: string;
  PolicyName: string;
  PolicyId: string;
  Path: string;
  DefaultVersionId: string;
  Document: string;
  /** The day from which it is told of here; AWS's own dates differ by policy. */
  CreateDate: number;
}

/**
 * The managed policies of AWS that templates use, as "AWS managed policies" (AWS Managed Policy Reference Guide) has
 * them. One that is not here is refused by name rather than taken for a policy that allows nothing.
 */
export const awsManagedPolicies: ReadonlyMap<string, AwsManagedPolicy> = new Map(
  [...Object.entries(applicationPolicies), ...Object.entries(operationsPolicies)].map(([name, text]) => {
    const policy = managed(name, text);
    return [policy.Arn, policy];
  }),
);

function managed(pathAndName: string, { version = 'v1', Statement }: AwsManagedText): AwsManagedPolicy {
  const slash = pathAndName.lastIndexOf('/');
  return {
    Arn: `arn:aws:iam::aws:policy/${pathAndName}`,
    PolicyName: pathAndName.slice(slash + 1),
    PolicyId: policyId(pathAndName),
    Path: `/${pathAndName.slice(0, slash + 1)}`,
    DefaultVersionId: version,
    Document: JSON.stringify({ Version: '2012-10-17', Statement }),
    CreateDate: Date.UTC(2015, 1, 6, 18, 40),
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
