import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Member, Shape } from './model.ts';
import { writeText } from './text-values.ts';

/** `<name>…</name>` of a value; `namespace` is written where the model gives the element none. */
export function writeXml(name: string, member: Member, value: unknown, namespace?: string): string {
  const { shape } = member;
  const attributes = namespaceOf(member) || xmlns(namespace);
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error': {
      const source = value as Record<string, unknown>;
      return `<${name}${attributes}${writeAttributes(shape, source)}>${writeMembers(shape.members, source)}</${name}>`;
    }
    case 'list':
      return `<${name}${attributes}>${writeItems(shape.member?.traits.xmlName ?? 'member', shape, value as unknown[])}</${name}>`;
    case 'map':
      return `<${name}${attributes}>${writeEntries('entry', shape, value as Record<string, unknown>)}</${name}>`;
    default:
      return `<${name}${attributes}>${simpleText(member, value)}</${name}>`;
  }
}

/** The elements of a structure's members, without one around them. */
export function writeMembers(members: Member[], value: Record<string, unknown>): string {
  let xml = '';
  for (const member of members) {
    const given = value[member.name];
    if (given === undefined || given === null || member.traits.xmlAttribute) continue;
    const tags = tagsOf(member);
    if (tags) xml += tags.open + simpleText(member, given) + tags.close;
    else if (!member.traits.xmlFlattened) xml += writeXml(member.xmlName, member, given);
    else if (member.shape.type === 'list') xml += writeItems(member.xmlName, member.shape, given as unknown[]);
    else xml += writeEntries(member.xmlName, member.shape, given as Record<string, unknown>);
  }
  return xml;
}

interface Tags {
  open: string;
  close: string;
}

const tagsByMember = new WeakMap<Member, Tags | 'compound'>();

/** Of a member with a simple value: put together once, for in long listings the pieces are most of the garbage. */
function tagsOf(member: Member): Tags | undefined {
  let tags = tagsByMember.get(member);
  if (!tags) {
    const simple = !compound.has(member.shape.type);
    const open = `<${member.xmlName}${namespaceOf(member)}>`;
    tags = simple ? { open, close: `</${member.xmlName}>` } : 'compound';
    tagsByMember.set(member, tags);
  }
  return tags === 'compound' ? undefined : tags;
}

const compound = new Set(['structure', 'union', 'error', 'list', 'map']);

function simpleText(member: Member, value: unknown): string {
  return typeof value === 'number'
    ? writeText(member, value, 'date-time')
    : escapeXml(writeText(member, value, 'date-time'));
}

const attributesByShape = new WeakMap<Shape, Member[]>();

function attributesOf(shape: Shape): Member[] {
  let members = attributesByShape.get(shape);
  if (!members) {
    members = shape.members.filter(({ traits }) => traits.xmlAttribute);
    attributesByShape.set(shape, members);
  }
  return members;
}

function writeAttributes(shape: Shape, value: Record<string, unknown>): string {
  let attributes = '';
  for (const member of attributesOf(shape)) {
    const given = value[member.name];
    if (given !== undefined) attributes += ` ${member.xmlName}="${escapeXml(writeText(member, given, 'date-time'))}"`;
  }
  return attributes;
}

function writeItems(name: string, { member }: Shape, items: unknown[]): string {
  let xml = '';
  for (const item of items)
    if (member) xml += item === null || item === undefined ? `<${name}/>` : writeXml(name, member, item);
  return xml;
}

function writeEntries(name: string, { key, member }: Shape, value: Record<string, unknown>): string {
  if (!key || !member) return '';
  let xml = '';
  for (const [entryKey, entryValue] of Object.entries(value)) {
    if (entryValue === undefined || entryValue === null) continue;
    const inner =
      writeXml(key.traits.xmlName ?? 'key', key, entryKey) +
      writeXml(member.traits.xmlName ?? 'value', member, entryValue);
    xml += `<${name}>${inner}</${name}>`;
  }
  return xml;
}

export function xmlns(uri: string | undefined): string {
  return uri ? ` xmlns="${escapeXml(uri)}"` : '';
}

function namespaceOf({ traits, shape }: Member): string {
  const trait = traits.xmlNamespace ?? shape.traits.xmlNamespace;
  if (trait === undefined) return '';
  const [first = '', second] = typeof trait === 'string' ? [trait] : trait;
  return second === undefined || first === '' ? xmlns(second ?? first) : ` xmlns:${first}="${escapeXml(second)}"`;
}

export function xmlDocument(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

const entities: Record<string, string> = lookupTable({
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\u0085': '&#x85;',
  '\u2028': '&#x2028;',
});
const special = /[&<>"\r\n\u0085\u2028]/;

/** Line ends as references too: a reader would make them one kind ("XML shape serialization", Smithy documentation). */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text;
  let escaped = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 62 && code !== 0x85 && code !== 0x2028) continue;
    const entity = entities[text.charAt(at)];
    if (entity === undefined) continue;
    escaped += text.slice(from, at) + entity;
    from = at + 1;
  }
  return escaped + text.slice(from);
}
