import { XMLParser } from 'fast-xml-parser';
import { CodecError } from './codec-error.ts';
import { toBase64 } from './json-values.ts';
import type { Member, Shape } from './model.ts';
import { formatTimestamp, parseTimestamp, type TimestampFormat } from './timestamps.ts';

/** An element as read: its own text, its attributes, its children in order. */
interface Element {
  name: string;
  text: string;
  attributes: Record<string, string>;
  children: Element[];
}

type ParsedNode = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** The body's root element as a value of the shape; `{}` for an empty body. */
export function parseXml(member: Member, body: Buffer): unknown {
  if (body.length === 0) return {};
  let nodes: ParsedNode[];
  try {
    nodes = parser.parse(body) as ParsedNode[];
  } catch {
    throw malformed();
  }
  const root = elements(nodes)[0];
  if (!root) throw malformed();
  return read(member, root);
}

function malformed(): CodecError {
  return new CodecError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
}

function elements(nodes: ParsedNode[]): Element[] {
  const found: Element[] = [];
  for (const node of nodes) {
    const name = Object.keys(node).find((key) => key !== ':@');
    if (name === undefined || name === '#text') continue;
    const inner = node[name] as ParsedNode[];
    found.push({
      name: name.replace(/^[^:]+:/, ''),
      text: inner.map((child) => ('#text' in child ? String(child['#text']) : '')).join(''),
      attributes: (node[':@'] ?? {}) as Record<string, string>,
      children: elements(inner),
    });
  }
  return found;
}

function read(member: Member, element: Element): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return readStructure(shape, element);
    case 'list':
      return readList(member, element.children);
    case 'map':
      return readMap(shape, element.children);
    default:
      return readSimple(member, element.text);
  }
}

function readStructure(shape: Shape, element: Element): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const name = (member.traits.xmlName as string) ?? member.name;
    if (member.traits.xmlAttribute) {
      const text = element.attributes[name];
      if (text !== undefined) result[member.name] = readSimple(member, text);
      continue;
    }
    const matching = element.children.filter((child) => child.name === name.replace(/^[^:]+:/, ''));
    const [first] = matching;
    if (!first) continue;
    if (member.traits.xmlFlattened) result[member.name] = member.shape.type === 'list' ? readItems(member.shape, matching) : readMap(member.shape, matching);
    else result[member.name] = read(member, first);
  }
  return result;
}

function readList({ shape }: Member, children: Element[]): unknown[] {
  const name = (shape.member?.traits.xmlName as string) ?? 'member';
  return readItems(shape, children.filter((child) => child.name === name));
}

function readItems({ member }: Shape, items: Element[]): unknown[] {
  return member ? items.map((item) => read(member, item)) : [];
}

function readMap(shape: Shape, entries: Element[]): Record<string, unknown> {
  const keyName = (shape.key?.traits.xmlName as string) ?? 'key';
  const valueName = (shape.member?.traits.xmlName as string) ?? 'value';
  const result: Record<string, unknown> = {};
  for (const entry of entries) {
    const key = entry.children.find((child) => child.name === keyName);
    const value = entry.children.find((child) => child.name === valueName);
    if (key && value && shape.member) result[key.text] = read(shape.member, value);
  }
  return result;
}

/** A simple value from its text, as in an element, an attribute or a query parameter. */
export function readSimple({ shape, traits }: Member, text: string): unknown {
  switch (shape.type) {
    case 'number':
    case 'bigInteger':
    case 'bigDecimal': {
      const value = Number(text.trim());
      if (text.trim() === '' || (Number.isNaN(value) && text.trim() !== 'NaN')) throw malformed();
      return value;
    }
    case 'boolean':
      if (!/^\s*(true|false)\s*$/i.test(text)) throw malformed();
      return text.trim().toLowerCase() === 'true';
    case 'timestamp':
      return parseTimestamp(text.trim(), (traits.timestampFormat ?? 'date-time') as TimestampFormat);
    case 'blob':
      return Buffer.from(text, 'base64');
    default:
      return text;
  }
}

/** `<name>…</name>` of a value; the namespace goes on this element. */
export function writeXml(name: string, member: Member, value: unknown, namespace?: string): string {
  const { shape } = member;
  const attributes = namespace ? ` xmlns="${escapeXml(namespace)}"` : namespaceOf(member);
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return writeStructure(name, shape, value as Record<string, unknown>, attributes);
    case 'list': {
      const item = (shape.member?.traits.xmlName as string) ?? 'member';
      return `<${name}${attributes}>${writeItems(item, shape, value as unknown[])}</${name}>`;
    }
    case 'map':
      return `<${name}${attributes}>${writeEntries('entry', shape, value as Record<string, unknown>)}</${name}>`;
    default:
      return `<${name}${attributes}>${writeSimple(member, value)}</${name}>`;
  }
}

function writeStructure(name: string, shape: Shape, value: Record<string, unknown>, namespace: string): string {
  let attributes = namespace;
  for (const member of shape.members) {
    const given = value[member.name];
    if (member.traits.xmlAttribute && given !== undefined) attributes += ` ${(member.traits.xmlName as string) ?? member.name}="${writeSimple(member, given)}"`;
  }
  return `<${name}${attributes}>${writeMembers(shape, value)}</${name}>`;
}

/** The elements of a structure's members, without one around them. `skip` names members that go elsewhere. */
export function writeMembers(shape: Shape, value: Record<string, unknown>, skip?: (member: Member) => boolean): string {
  let xml = '';
  for (const member of shape.members) {
    const given = value[member.name];
    if (given === undefined || given === null || member.traits.xmlAttribute || skip?.(member)) continue;
    const name = (member.traits.xmlName as string) ?? member.name;
    if (!member.traits.xmlFlattened) xml += writeXml(name, member, given);
    else if (member.shape.type === 'list') xml += writeItems(name, member.shape, given as unknown[]);
    else xml += writeEntries(name, member.shape, given as Record<string, unknown>);
  }
  return xml;
}

function writeItems(name: string, { member }: Shape, items: unknown[]): string {
  let xml = '';
  for (const item of items) if (member) xml += item === null || item === undefined ? `<${name}/>` : writeXml(name, member, item);
  return xml;
}

function writeEntries(name: string, shape: Shape, value: Record<string, unknown>): string {
  const { key, member } = shape;
  if (!key || !member) return '';
  let xml = '';
  for (const [entryKey, entryValue] of Object.entries(value)) {
    const inner = writeXml((key.traits.xmlName as string) ?? 'key', key, entryKey);
    xml += `<${name}>${inner}${writeXml((member.traits.xmlName as string) ?? 'value', member, entryValue)}</${name}>`;
  }
  return xml;
}

function writeSimple({ shape, traits }: Member, value: unknown): string {
  if (shape.type === 'timestamp') return String(formatTimestamp(value, (traits.timestampFormat ?? 'date-time') as TimestampFormat));
  if (shape.type === 'blob') return toBase64(value);
  return escapeXml(String(value));
}

/** The trait is a URI, or a prefix and a URI. */
function namespaceOf({ traits, shape }: Member): string {
  const trait = traits.xmlNamespace ?? shape.traits.xmlNamespace;
  if (Array.isArray(trait)) {
    const [prefix, uri] = trait[0] === '' || trait.length === 1 ? ['', trait[trait.length - 1]] : trait;
    return ` xmlns${prefix ? `:${prefix}` : ''}="${escapeXml(String(uri))}"`;
  }
  return typeof trait === 'string' ? ` xmlns="${escapeXml(trait)}"` : '';
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;', '\n': '&#10;' };

export function escapeXml(text: string): string {
  return /[&<>"\r\n\u0085\u2028]/.test(text)
    ? text.replace(/[&<>"\r\n]/g, (character) => entities[character] ?? character).replace(/[\u0085\u2028]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`)
    : text;
}
