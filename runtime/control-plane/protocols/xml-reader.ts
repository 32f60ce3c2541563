import { lookupTable } from '../../kernel/lookup-table.ts';

/**
 * Reads the XML of requests into elements. A reader of our own, because fast-xml-parser measured worse at just this: it
 * takes documents that are not well-formed, leaves numeric entities unread (keys of objects with `&#13;`), and needs three
 * to five times as long. Document types are refused: no AWS API takes them, and entities of the caller's own are how XML
 * readers get attacked.
 */
export interface Element {
  /** Without its prefix. */
  name: string;
  /** Its own text, its children's left out. */
  text: string;
  attributes: Record<string, string> | undefined;
  children: Element[];
}

export class NotWellFormed extends Error {}

/** Deeper than any document of an AWS API, and shallow enough for every later walk. */
const MAX_DEPTH = 100;

/** The root element. Throws NotWellFormed. */
export function readXml(source: string): Element {
  const open: Element[] = [];
  let root: Element | undefined;
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < source.length) {
    const tag = source.indexOf('<', at);
    const end = tag === -1 ? source.length : tag;
    const parent = open.at(-1);
    if (end > at) addText(parent, source.slice(at, end));
    if (tag === -1) break;
    const special = skipSpecial(source, tag, parent);
    if (special) {
      at = special;
      continue;
    }
    const close = tagEnd(source, tag + 1);
    at = close + 1;
    if (source.charCodeAt(tag + 1) === SLASH) {
      if (!parent || `${source.slice(tag + 2, close).trimEnd()}` !== parent.name)
        throw new NotWellFormed('a tag is closed that is not open');
      open.pop();
      parent.name = localName(parent.name);
      continue;
    }
    const selfClosing = source.charCodeAt(close - 1) === SLASH;
    const element = readTag(source.slice(tag + 1, selfClosing ? close - 1 : close));
    if (parent) parent.children.push(element);
    else if (root) throw new NotWellFormed('a second root element');
    else root = element;
    if (selfClosing) element.name = localName(element.name);
    else if (open.push(element) > MAX_DEPTH) throw new NotWellFormed('elements are nested too deeply');
  }
  if (!root || open.length > 0) throw new NotWellFormed('the document ends too early');
  return root;
}

const SLASH = 0x2f;

function addText(parent: Element | undefined, text: string): void {
  if (parent) parent.text += text.includes('&') ? readEntities(text) : text;
  else if (text.trim() !== '') throw new NotWellFormed('text outside the root element');
}

/** Past a comment, a processing instruction or a CDATA section at `tag`; undefined when a tag is there. */
function skipSpecial(source: string, tag: number, parent: Element | undefined): number | undefined {
  const next = source[tag + 1];
  if (next === '?') return after(source, '?>', tag);
  if (next !== '!') return undefined;
  if (source.startsWith('<!--', tag)) return after(source, '-->', tag + 4);
  if (!source.startsWith('<![CDATA[', tag) || !parent) throw new NotWellFormed('a declaration where none is taken');
  const end = after(source, ']]>', tag);
  parent.text += source.slice(tag + 9, end - 3);
  return end;
}

function after(source: string, mark: string, from: number): number {
  const place = source.indexOf(mark, from);
  if (place === -1) throw new NotWellFormed(`${mark} is missing`);
  return place + mark.length;
}

/** The `>` that ends the tag; one inside a quoted attribute does not. */
function tagEnd(source: string, from: number): number {
  let end = source.indexOf('>', from);
  if (end === -1) throw new NotWellFormed('a tag without its end');
  const quote = source.slice(from, end).search(/["']/);
  if (quote === -1) return end;
  let at = from + quote;
  for (;;) {
    const closing = source.indexOf(source[at] ?? '"', at + 1);
    if (closing === -1) throw new NotWellFormed('a quote without its end');
    end = source.indexOf('>', closing);
    if (end === -1) throw new NotWellFormed('a tag without its end');
    const again = source.slice(closing + 1, end).search(/["']/);
    if (again === -1) return end;
    at = closing + 1 + again;
  }
}

const tagPattern = /^([^\s<>&"'=/]+)((?:\s+[^\s<>&"'=/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*$/;
const attributePattern = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Attributes keep their prefix: xsi:type is a member's name in S3's model. */
function readTag(tag: string): Element {
  const [, name, rest] = tagPattern.exec(tag) ?? [];
  if (name === undefined) throw new NotWellFormed('a tag that is none');
  let attributes: Record<string, string> | undefined;
  if (rest) {
    attributes = {};
    for (const [, attribute = '', double, single] of rest.matchAll(attributePattern))
      attributes[attribute] = readEntities(double ?? single ?? '');
  }
  return { name, text: '', attributes, children: [] };
}

export function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

const entities: Record<string, string> = lookupTable({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" });

function readEntities(text: string): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    const known = entities[name];
    if (known !== undefined && whole.endsWith(';')) return known;
    const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? [];
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    if (!whole.endsWith(';') || !(code > 0 && code <= 0x10ffff)) throw new NotWellFormed(`the entity ${whole}`);
    return String.fromCodePoint(code);
  });
}
