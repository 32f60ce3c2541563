/** A value as DynamoDB writes it: {S: 'text'}, {M: {…}}; bytes as the runtime's {base64}. */
export type Attribute = Record<string, unknown>;

/** The value alone. */
export function unwrapped(attribute: Attribute): unknown {
  const [kind = '', value] = Object.entries(attribute)[0] ?? [];
  if (kind === 'M')
    return Object.fromEntries(
      Object.entries(value as Record<string, Attribute>).map(([key, one]) => [key, unwrapped(one)]),
    );
  if (kind === 'L') return (value as Attribute[]).map(unwrapped);
  if (kind === 'N') return Number(value);
  if (kind === 'NULL') return 'null';
  if (kind === 'B') return (value as { base64: string }).base64;
  return value;
}
