import { defineEngine } from '../../kernel/engine.ts';
import { compilePolicy, type Policy } from './policy.ts';
import type { PolicyKind } from './policy-syntax.ts';

/** Far more documents than a stack has; the oldest goes first. */
const LIMIT = 4000;

/** Compiled policies by their text: a document is parsed once however many requests it decides. */
export interface PolicyCache {
  /** Throws MalformedPolicy with AWS's sentence. */
  compile(text: string, kind: PolicyKind): Policy;
}

export const policyCache = defineEngine<PolicyCache>('iam-policies', createPolicyCache);

export function createPolicyCache(): PolicyCache {
  const byKind: Record<PolicyKind, Map<string, Policy>> = {
    identity: new Map(),
    resource: new Map(),
    trust: new Map(),
  };
  return {
    compile(text, kind) {
      const known = byKind[kind];
      const cached = known.get(text);
      if (cached) return cached;
      const policy = compilePolicy(text, kind);
      if (known.size >= LIMIT)
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      known.set(text, policy);
      return policy;
    },
  };
}
