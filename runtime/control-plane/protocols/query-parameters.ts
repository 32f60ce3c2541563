import { CodecError } from './codec-error.ts';
import type { Member, Shape } from './model.ts';
import { readText } from './text-values.ts';

/** Form parameters by their dotted names: `Entry.1.Id=a` is under Entry, 1, Id. */
export interface ParameterTree {
  value: string | undefined;
  children: Map<string, ParameterTree> | undefined;
}

/** Deeper names than any API has are refused rather than followed. */
const MAX_DEPTH = 50;

export function parseParameters(text: string): ParameterTree {
  const root: ParameterTree = { value: undefined, children: undefined };
  for (const [name, value] of new URLSearchParams(text)) {
    const parts = name.split('.');
    if (parts.length > MAX_DEPTH) throw new CodecError('MalformedQueryString', 'A parameter is nested too deeply.');
    let node = root;
    for (const part of parts) node = childOf(node, part);
    node.value = value;
  }
  return root;
}

function childOf(node: ParameterTree, name: string): ParameterTree {
  node.children ??= new Map();
  let child = node.children.get(name);
  if (!child) {
    child = { value: undefined, children: undefined };
    node.children.set(name, child);
  }
  return child;
}

/** How a dialect spells member names and lists: awsQuery and ec2Query differ here. */
export interface QueryDialect {
  nameOf(member: Member): string;
  /** ec2Query writes every list flat. */
  flatLists: boolean;
}

export function readStructure(shape: Shape, tree: ParameterTree, dialect: QueryDialect): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  if (!tree.children) return result;
  for (const member of shape.members) {
    const node = tree.children.get(dialect.nameOf(member));
    if (node) result[member.name] = read(member, node, dialect);
  }
  return result;
}

function read(member: Member, node: ParameterTree, dialect: QueryDialect): unknown {
  switch (member.shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return readStructure(member.shape, node, dialect);
    case 'list':
      return readList(member, node, dialect);
    case 'map':
      return readMap(member, node, dialect);
    default:
      if (node.value === undefined) throw new CodecError('MalformedInput', 'Start of list found where not expected');
      return readText(member, node.value, 'date-time');
  }
}

/** A list that is there without elements (`Name=`) is an empty list. */
function readList(member: Member, node: ParameterTree, dialect: QueryDialect): unknown[] {
  const { member: item } = member.shape;
  const flat = dialect.flatLists || member.traits.xmlFlattened;
  const elements = flat ? node : node.children?.get(item?.traits.xmlName ?? 'member');
  return elements && item ? numbered(elements).map((child) => read(item, child, dialect)) : [];
}

function readMap(member: Member, node: ParameterTree, dialect: QueryDialect): Record<string, unknown> {
  const { key, member: value } = member.shape;
  const entries = member.traits.xmlFlattened ? node : node.children?.get('entry');
  const result: Record<string, unknown> = {};
  if (!entries || !value) return result;
  for (const entry of numbered(entries)) {
    const entryKey = entry.children?.get(key?.traits.xmlName ?? 'key')?.value;
    const entryValue = entry.children?.get(value.traits.xmlName ?? 'value');
    if (entryKey !== undefined && entryValue) result[entryKey] = read(value, entryValue, dialect);
  }
  return result;
}

/** Children 1, 2, 3 … in the order of their numbers; gaps are closed. */
function numbered(node: ParameterTree): ParameterTree[] {
  return [...(node.children ?? [])]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}
