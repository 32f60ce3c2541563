import { CodecError } from './codec-error.ts';
import type { Member, Shape } from './model.ts';
import { readSimple } from './xml-values.ts';

/** Form parameters by their dotted names: `Entry.1.Id=a` is under Entry, 1, Id. */
export interface ParameterTree {
  value: string | undefined;
  children: Map<string, ParameterTree>;
}

export function parseParameters(text: string): ParameterTree {
  const root: ParameterTree = { value: undefined, children: new Map() };
  for (const [name, value] of new URLSearchParams(text)) {
    let node = root;
    for (const part of name.split('.')) {
      let next = node.children.get(part);
      if (!next) {
        next = { value: undefined, children: new Map() };
        node.children.set(part, next);
      }
      node = next;
    }
    node.value = value;
  }
  return root;
}

/** How a dialect spells member names and lists: awsQuery and ec2Query differ here. */
export interface QueryDialect {
  nameOf(member: Member): string;
  /** ec2Query writes every list flat. */
  flatLists: boolean;
}

export function readStructure(shape: Shape, tree: ParameterTree, dialect: QueryDialect): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const node = tree.children.get(dialect.nameOf(member));
    if (node) result[member.name] = read(member, node, dialect);
  }
  return result;
}

function read(member: Member, node: ParameterTree, dialect: QueryDialect): unknown {
  const { shape } = member;
  switch (shape.type) {
    case 'structure':
    case 'union':
    case 'error':
      return readStructure(shape, node, dialect);
    case 'list':
      return readList(member, node, dialect);
    case 'map':
      return readMap(member, node, dialect);
    default:
      if (node.value === undefined) throw new CodecError('MalformedQueryString', `${member.name} has no value.`);
      return readSimple(member, node.value);
  }
}

function readList(member: Member, node: ParameterTree, dialect: QueryDialect): unknown[] {
  const { member: item } = member.shape;
  const flat = dialect.flatLists || member.traits.xmlFlattened;
  const wrapped = flat ? node : node.children.get((item?.traits.xmlName as string) ?? 'member');
  return wrapped && item ? numbered(wrapped).map((child) => read(item, child, dialect)) : [];
}

function readMap(member: Member, node: ParameterTree, dialect: QueryDialect): Record<string, unknown> {
  const { key, member: value } = member.shape;
  const entries = member.traits.xmlFlattened ? node : node.children.get('entry');
  const result: Record<string, unknown> = {};
  if (!entries || !value) return result;
  for (const entry of numbered(entries)) {
    const entryKey = entry.children.get((key?.traits.xmlName as string) ?? 'key')?.value;
    const entryValue = entry.children.get((value.traits.xmlName as string) ?? 'value');
    if (entryKey !== undefined && entryValue) result[entryKey] = read(value, entryValue, dialect);
  }
  return result;
}

/** Children 1, 2, 3 … in the order of their numbers; gaps are closed, as AWS does. */
function numbered(node: ParameterTree): ParameterTree[] {
  return [...node.children.entries()]
    .filter(([name]) => /^\d+$/.test(name))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}
