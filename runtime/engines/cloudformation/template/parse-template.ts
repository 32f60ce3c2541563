import { type Document, isRecord, type Path, type Position, type Template, TemplateError } from './template.ts';
import { locateInYaml, parseYaml, type YamlSource } from './yaml-source.ts';

export interface ParseOptions {
  /** Named in errors. */
  fileName?: string | undefined;
}

/**
 * Parses JSON or YAML; JSON is what begins with a brace, as CloudFormation decides. Throws TemplateError with the
 * position. Checks nothing but the syntax: see `checkStructure`.
 */
export function parseTemplate(text: string, options: ParseOptions = {}): Template {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  const { fileName } = options;
  refuseDepth(body, fileName);
  return /^\s*\{/.test(body) ? parseJson(body, fileName) : fromYaml(body, fileName);
}

/** Far beyond what anybody writes, and before any part that goes through a template runs out of stack. */
const deepest = 400;

function refuseDepth(text: string, fileName: string | undefined): void {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > deepest)
      throw new TemplateError(`Template format error: The template is nested more than ${deepest} levels deep.`, {
        position: { line: 1, column: 1 },
        fileName,
      });
  }
}

function parseJson(text: string, fileName: string | undefined): Template {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    const position = jsonPosition(text, (error as Error).message);
    throw new TemplateError(`Template format error: JSON not well-formed. ${place(position)}`, { position, fileName });
  }
  let source: YamlSource | undefined;
  return {
    fileName,
    text,
    document: wholeDocument(document, fileName),
    locate(path: Path) {
      // JSON is YAML to the letter but for a few characters in strings: good enough to find a position by.
      source ??= parseYaml(text, { fileName, tolerant: true });
      return locateInYaml(source, path);
    },
  };
}

function fromYaml(text: string, fileName: string | undefined): Template {
  const source = parseYaml(text, { fileName });
  return {
    fileName,
    text,
    document: wholeDocument(source.value, fileName),
    locate: (path) => locateInYaml(source, path),
  };
}

function wholeDocument(value: unknown, fileName: string | undefined): Document {
  if (!isRecord(value)) {
    throw new TemplateError('Template format error: unsupported structure.', {
      position: { line: 1, column: 1 },
      fileName,
    });
  }
  return value;
}

/** V8 says "… at position 17 (line 2 column 3)", or that the text ended. */
function jsonPosition(text: string, message: string): Position {
  const place = /line (\d+) column (\d+)/.exec(message);
  if (place) return { line: Number(place[1]), column: Number(place[2]) };
  const offset = /position (\d+)/.exec(message);
  const before = text.slice(0, offset ? Number(offset[1]) : text.length).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function place({ line, column }: Position): string {
  return `(line ${line}, column ${column})`;
}
