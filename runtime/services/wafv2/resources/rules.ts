import type { Rule } from '@aws-sdk/client-wafv2';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Fidelity } from '../../../kernel/service.ts';

/** In templates a search string is a text, or base64 under another name, and ARN is spelt Arn; the API takes bytes. */
export function rulesOf(rules: unknown): Rule[] {
  return converted(rules ?? []) as Rule[];
}

function converted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(converted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'SearchString') return [key, Buffer.from(String(inner))];
      if (key === 'SearchStringBase64') return ['SearchString', Buffer.from(String(inner), 'base64')];
      return [key === 'Arn' ? 'ARN' : key, converted(inner)];
    }),
  );
}

/** What rules can hold that is refused; by value, in the operations, so that the reason names the statement. */
export const ruleProperties: Record<string, Fidelity> = lookupTable({
  Rules: 'executed',
  VisibilityConfig: 'executed',
  CustomResponseBodies: 'executed',
  'Rules.CaptchaConfig': { refused: 'no puzzles are put to clients.' },
  'Rules.ChallengeConfig': { refused: 'no token is asked of clients.' },
});
