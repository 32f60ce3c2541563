type Attributes = { Key?: string; Value?: string }[];

/** What is set, and what was set before and is named no more: back to its default. */
export function withResets(
  defaults: Readonly<Record<string, { default: string }>>,
  now: Attributes = [],
  before: Attributes = [],
): { Key: string; Value: string }[] {
  const named = new Set(now.map(({ Key }) => Key));
  const resets = before.flatMap(({ Key = '' }) =>
    named.has(Key) ? [] : [{ Key, Value: defaults[Key]?.default ?? '' }],
  );
  return [...now.map(({ Key = '', Value }) => ({ Key, Value: String(Value ?? '') })), ...resets];
}
