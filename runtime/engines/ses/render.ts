import type { EmailTemplateContent } from '@aws-sdk/client-sesv2';
import { type Node, type Parsed, parseTemplate, TemplateError } from './template-syntax.ts';

/** A variable that the data does not have: the mail is not sent ("Using templates to send personalized email"). */
export class MissingAttribute extends TemplateError {
  constructor(path: string) {
    super(`Attribute '${path}' is not present in the rendering data.`);
  }
}

const longest = 40 * 1024 * 1024;

/** Subject, text and HTML of a template for this data (JSON). What is filled in is not escaped, as on AWS. */
export function renderContent(content: EmailTemplateContent, data: Record<string, unknown>): EmailTemplateContent {
  const { Subject, Text, Html } = content;
  return {
    ...(Subject === undefined ? {} : { Subject: render(Subject, data) }),
    ...(Text === undefined ? {} : { Text: render(Text, data) }),
    ...(Html === undefined ? {} : { Html: render(Html, data) }),
  };
}

export function render(source: string, data: Record<string, unknown>): string {
  return new Renderer(parseTemplate(source)).run(data);
}

interface Frame {
  value: unknown;
  /** @index, @key, @first, @last. */
  notes: Record<string, unknown>;
  parent: Frame | undefined;
}

class Renderer {
  readonly #parsed: Parsed;
  readonly #out: string[] = [];
  #length = 0;
  #depth = 0;

  constructor(parsed: Parsed) {
    this.#parsed = parsed;
  }

  run(data: unknown): string {
    this.#nodes(this.#parsed.nodes, { value: data, notes: { root: data }, parent: undefined });
    return this.#out.join('');
  }

  #nodes(nodes: readonly Node[], frame: Frame): void {
    this.#depth += 1;
    if (this.#depth > 100) throw new TemplateError('a partial is inside itself');
    for (const node of nodes) {
      if (node.kind === 'text') this.#write(node.text);
      else if (node.kind === 'value') this.#write(shown(required(frame, node.path)));
      else if (node.kind === 'partial') this.#partial(node, frame);
      else this.#block(node, frame);
    }
    this.#depth -= 1;
  }

  #partial({ name, path }: Node & { kind: 'partial' }, frame: Frame): void {
    const nodes = this.#parsed.partials.get(name);
    if (!nodes) throw new TemplateError(`there is no inline partial ${name}`);
    this.#nodes(nodes, path === undefined ? frame : { value: required(frame, path), notes: {}, parent: frame });
  }

  #block(node: Node & { kind: 'block' }, frame: Frame): void {
    const value = lookUp(frame, node.path);
    const holds = !isEmpty(value);
    if (node.helper === 'if' || node.helper === 'unless')
      this.#nodes(holds === (node.helper === 'if') ? node.body : node.otherwise, frame);
    else if (!holds) this.#nodes(node.otherwise, frame);
    else if (node.helper === 'with') this.#nodes(node.body, { value, notes: {}, parent: frame });
    else this.#each(node, value, frame);
  }

  #each({ body, otherwise }: Node & { kind: 'block' }, value: unknown, frame: Frame): void {
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    entries.forEach(([key, element], index) => {
      const notes = { index, key, first: index === 0, last: index === entries.length - 1 };
      this.#nodes(body, { value: element, notes, parent: frame });
    });
    if (entries.length === 0) this.#nodes(otherwise, frame);
  }

  #write(text: string): void {
    this.#length += text.length;
    if (this.#length > longest) throw new TemplateError('the rendered mail is too large');
    this.#out.push(text);
  }
}

function required(frame: Frame, path: string): unknown {
  const value = lookUp(frame, path);
  if (value === undefined) throw new MissingAttribute(path);
  return value;
}

function lookUp(start: Frame, path: string): unknown {
  const steps = path.match(/\[[^[\]]*\]|\.\.|[^./[\]]+/g) ?? [];
  let frame = start;
  while (steps[0] === '..' && frame.parent) {
    frame = frame.parent;
    steps.shift();
  }
  if (steps[0]?.startsWith('@')) return note(frame, steps.shift()?.slice(1) ?? '', steps);
  if (steps[0] === 'this') steps.shift();
  return follow(frame.value, steps);
}

function note(start: Frame, name: string, steps: string[]): unknown {
  for (let frame: Frame | undefined = start; frame; frame = frame.parent)
    if (Object.hasOwn(frame.notes, name)) return follow(frame.notes[name], steps);
  return undefined;
}

function follow(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => {
    const key = step.replace(/^\[|\]$/g, '');
    return typeof at === 'object' && at !== null && Object.hasOwn(at, key)
      ? (at as Record<string, unknown>)[key]
      : undefined;
  }, value);
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    value === false ||
    value === '' ||
    value === 0 ||
    (Array.isArray(value) && value.length === 0)
  );
}

function shown(value: unknown): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
