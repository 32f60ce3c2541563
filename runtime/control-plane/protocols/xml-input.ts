import { CodecError } from './codec-error.ts';
import type { Member, Shape } from './model.ts';
import { readText } from './text-values.ts';
import { type Element, localName, NotWellFormed, readXml } from './xml-reader.ts';

/** The body's root element as a value of the shape, whatever the element is called; `{}` for an empty body. */
export function fromXml(member: Member, body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return read(member, readXml(body.toString('utf8')));
  } catch (error) {
    if (!(error instanceof NotWellFormed)) throw error;
    throw new CodecError('MalformedInput', `The XML is not well-formed: ${error.message}.`);
  }
}

function read(member: Member, element: Element): unknown {
  switch (member.shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return readStructure(member.shape, element);
    case 'list':
      return readList(member.shape, element.children);
    case 'map':
      return readMap(member.shape, element.children);
    default:
      if (element.children.length > 0) throw new CodecError('MalformedInput', 'Start of list found where not expected');
      return readText(member, element.text, 'date-time');
  }
}

/** Elements that the model does not know are passed over. */
function readStructure(shape: Shape, element: Element): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (member.traits.xmlAttribute) {
      const text = element.attributes?.[member.xmlName];
      if (text !== undefined) result[member.name] = readText(member, text, 'date-time');
      continue;
    }
    const name = localName(member.xmlName);
    const first = element.children.find((child) => child.name === name);
    if (!first) continue;
    if (!member.traits.xmlFlattened) result[member.name] = read(member, first);
    else {
      const all = element.children.filter((child) => child.name === name);
      result[member.name] = member.shape.type === 'list' ? readItems(member.shape, all) : readMap(member.shape, all);
    }
  }
  return result;
}

function readList(shape: Shape, children: Element[]): unknown[] {
  const name = shape.member?.traits.xmlName ?? 'member';
  return readItems(
    shape,
    children.filter((child) => child.name === name),
  );
}

function readItems({ member }: Shape, items: Element[]): unknown[] {
  return member ? items.map((item) => read(member, item)) : [];
}

function readMap({ key, member }: Shape, entries: Element[]): Record<string, unknown> {
  const keyName = key?.traits.xmlName ?? 'key';
  const valueName = member?.traits.xmlName ?? 'value';
  const result: Record<string, unknown> = {};
  for (const entry of entries) {
    const entryKey = entry.children.find((child) => child.name === keyName);
    const entryValue = entry.children.find((child) => child.name === valueName);
    if (entryKey && entryValue && member) result[entryKey.text] = read(member, entryValue);
  }
  return result;
}
