import { lookupTable } from '../../../kernel/lookup-table.ts';

/** Short forms of intrinsic functions in YAML: `!Sub x` for `Fn::Sub: x` ("Intrinsic function reference"). */
const functions: Record<string, string> = lookupTable({
  '!Ref': 'Ref',
  '!Condition': 'Condition',
});
for (const name of [
  'And',
  'Base64',
  'Cidr',
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'Equals',
  'FindInMap',
  'ForEach',
  'GetAtt',
  'GetAZs',
  'GetStackOutput',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'RefAll',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
  'ValueOf',
  'ValueOfAll',
]) {
  functions[`!${name}`] = `Fn::${name}`;
}

/** `!Sub` is Fn::Sub; undefined for a tag that is no function. */
export function tagFunction(tag: string): string | undefined {
  return functions[tag];
}

export function longForm(name: string, value: unknown): Record<string, unknown> {
  if (name === 'Fn::GetAtt' && typeof value === 'string') return { [name]: splitAttribute(value) };
  return { [name]: value };
}

/** The logical id has no dot; the attribute may have several: `Database.Endpoint.Address`. */
export function splitAttribute(text: string): string[] {
  const dot = text.indexOf('.');
  return dot === -1 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
