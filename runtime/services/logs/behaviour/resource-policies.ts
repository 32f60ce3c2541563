import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { Scope } from '../../../kernel/store/store.ts';

export interface ResourcePolicy {
  policyName: string;
  policyDocument: string;
  lastUpdatedTime: number;
  policyScope: 'ACCOUNT' | 'RESOURCE';
  resourceArn?: string;
  revisionId?: string;
}

export function resourcePolicies(kernel: Kernel, scope: Scope): Collection<ResourcePolicy> {
  return kernel.store.collection<ResourcePolicy>('logs.resource-policies', {
    account: scope.account,
    region: scope.region,
  });
}

/** All policies of an account and region as one document, which is how they are evaluated. */
export const mergedPolicies = defineEngine('logs.merged-policies', (kernel) => {
  const merged = new Map<string, string | undefined>();
  const keyOf = ({ account, region }: Scope): string => `${account} ${region}`;
  return {
    of(scope: Scope): string | undefined {
      const key = keyOf(scope);
      if (!merged.has(key)) merged.set(key, merge(resourcePolicies(kernel, scope).values()));
      return merged.get(key);
    },
    changed(scope: Scope): void {
      merged.delete(keyOf(scope));
    },
  };
});

function merge(policies: ResourcePolicy[]): string | undefined {
  if (policies.length === 0) return undefined;
  const statements = policies.flatMap(({ policyDocument }) => {
    const { Statement } = JSON.parse(policyDocument) as { Statement: object | object[] };
    return Statement;
  });
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
