import type { LineCounter, Node, Tags, YAMLMap, Document as YamlDocument } from 'yaml';
import { packageOnDemand } from '../../../kernel/package-on-demand.ts';
import { longForm, tagFunction } from './short-forms.ts';
import { type Path, type Position, TemplateError } from './template.ts';

const yaml = packageOnDemand<typeof import('yaml')>('yaml');

export interface YamlSource {
  value: unknown;
  document: YamlDocument;
  lines: LineCounter;
}

/**
 * CloudFormation reads YAML 1.1 without the binary, omap, pairs, set and timestamp tags, aliases and hash merges
 * ("Template formats", CloudFormation User Guide). Of a repeated key the last value counts, as `validate-template` and
 * `get-template-summary` show.
 */
export function parseYaml(text: string, options: { fileName?: string | undefined; tolerant?: boolean }): YamlSource {
  const lines = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: withoutUnsupported,
    uniqueKeys: false,
    merge: false,
    intAsBigInt: true,
    lineCounter: lines,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error && !options.tolerant) {
    const position = { line: error.linePos?.[0].line ?? 1, column: error.linePos?.[0].col ?? 1 };
    throw new TemplateError(
      `Template format error: YAML not well-formed. (line ${position.line}, column ${position.column})`,
      { position, fileName: options.fileName },
    );
  }
  const source: YamlSource = { value: undefined, document, lines };
  if (!options.tolerant)
    source.value = toValue(document.contents as Node | null, { source, fileName: options.fileName });
  return source;
}

const unsupportedTags = ['binary', 'omap', 'pairs', 'set', 'timestamp', 'merge'];

/** YAML 1.1 in the library takes `y` and `n` for booleans; SnakeYAML, and so CloudFormation, does not. */
function withoutUnsupported(tags: Tags): Tags {
  const kept = tags.filter((tag) => {
    const name = typeof tag === 'string' ? tag : tag.tag;
    return !unsupportedTags.some((unsupported) => name.endsWith(unsupported)) && !name.endsWith('bool');
  });
  const booleans: Tags = [
    boolean(true, /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/),
    boolean(false, /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/),
  ];
  return [...booleans, ...kept];
}

function boolean(value: boolean, test: RegExp) {
  return {
    default: true,
    tag: 'tag:yaml.org,2002:bool',
    identify: (other: unknown) => other === value,
    test,
    resolve: () => value,
  };
}

interface Reading {
  source: YamlSource;
  fileName: string | undefined;
}

function toValue(node: Node | null, reading: Reading): unknown {
  if (node === null) return null;
  if (yaml().isAlias(node))
    throw misplaced('Template error: YAML aliases are not allowed in CloudFormation templates', node, reading);
  const name = node.tag?.startsWith('!') ? tagFunction(node.tag) : undefined;
  if (node.tag?.startsWith('!') && !name) {
    throw misplaced(`Template format error: Unrecognized tag ${node.tag}`, node, reading);
  }
  const value = plainValue(node, reading);
  return name ? longForm(name, value) : value;
}

function plainValue(node: Node, reading: Reading): unknown {
  if (yaml().isMap(node)) return mapValue(node, reading);
  if (yaml().isSeq(node)) return node.items.map((item) => toValue(item as Node | null, reading));
  if (!yaml().isScalar(node)) return null;
  if (node.tag?.startsWith('!')) return node.value === null ? '' : String(node.value);
  return typeof node.value === 'bigint' ? exactNumber(node.value) : node.value;
}

/** A number too large to be exact stays text, so that an id written without quotes keeps its digits. */
function exactNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function mapValue(node: YAMLMap, reading: Reading): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const { key, value } of node.items) {
    if (yaml().isAlias(key))
      throw misplaced('Template error: YAML aliases are not allowed in CloudFormation templates', key, reading);
    const name = yaml().isScalar(key) ? keyName(key.source, key.value) : String(key);
    record[name] = toValue(value as Node | null, reading);
  }
  return record;
}

/** A key is the text as written: `123456789012:` and `on:` are names in mappings, not numbers or booleans. */
function keyName(source: string | undefined, value: unknown): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function misplaced(message: string, node: Node, { source, fileName }: Reading): TemplateError {
  return new TemplateError(message, { position: positionOf(source, node), fileName });
}

/** The key at the end of the path, or what of the path is there. */
export function locateInYaml(source: YamlSource, path: Path): Position | undefined {
  let node = source.document.contents as Node | null;
  let found = positionOf(source, node);
  for (const part of path) {
    if (node?.tag?.startsWith('!') && longForm(tagFunction(node.tag) ?? '', null)?.[String(part)] !== undefined)
      continue;
    if (yaml().isMap(node)) {
      const pair = node.items.findLast(
        ({ key }) => yaml().isScalar(key) && keyName(key.source, key.value) === String(part),
      );
      if (!pair) break;
      found = positionOf(source, pair.key as Node) ?? found;
      node = pair.value as Node | null;
    } else if (yaml().isSeq(node)) {
      node = node.items[Number(part)] as Node | null;
      if (!node) break;
      found = positionOf(source, node) ?? found;
    } else break;
  }
  return found;
}

function positionOf(source: YamlSource, node: Node | null | undefined): Position | undefined {
  if (!node?.range) return undefined;
  const { line, col } = source.lines.linePos(node.range[0]);
  return { line, column: col };
}
