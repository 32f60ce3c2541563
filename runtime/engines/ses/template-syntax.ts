// SES writes its templates in Handlebars ("Advanced email personalization"). This reads one into a tree.
import { openTracker } from './tracking-html.ts';

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'value'; path: string }
  | { kind: 'block'; helper: 'if' | 'unless' | 'each' | 'with'; path: string; body: Node[]; otherwise: Node[] }
  | { kind: 'partial'; name: string; path: string | undefined };

export interface Parsed {
  nodes: Node[];
  /** Inline partials, by name. */
  partials: Map<string, Node[]>;
}

/** What is wrong with a template, in words for whoever wrote it. */
export class TemplateError extends Error {}

const helpers = ['if', 'unless', 'each', 'with'] as const;
const deepest = 50;

export function parseTemplate(source: string): Parsed {
  const parsed: Parsed = { nodes: [], partials: new Map() };
  const reader = new Reader(tokens(source), parsed.partials);
  parsed.nodes = reader.read(undefined, 0).nodes;
  return parsed;
}

interface Token {
  /** Undefined for text. */
  tag: string | undefined;
  text: string;
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  const tagPattern = /\{\{!--|\{\{\{[^{}]*\}\}\}|\{\{[^{}]*\}\}/g;
  const lastEnd = Math.max(source.lastIndexOf('--}}'), source.lastIndexOf('--~}}'));
  let at = 0;
  for (let match = tagPattern.exec(source); match; match = tagPattern.exec(source)) {
    if (match[0] === '{{!--') {
      // Where no end follows, none is looked for: a template of nothing but beginnings is read once.
      const end = /--~?\}\}/g;
      end.lastIndex = match.index + match[0].length;
      if (lastEnd < end.lastIndex || !end.exec(source)) throw new TemplateError('a {{ is not closed');
      tagPattern.lastIndex = end.lastIndex;
    }
    found.push(
      { tag: undefined, text: source.slice(at, match.index) },
      tagOf(source.slice(match.index, tagPattern.lastIndex)),
    );
    at = tagPattern.lastIndex;
  }
  found.push({ tag: undefined, text: source.slice(at) });
  if (found.some(({ tag, text }) => tag === undefined && text.includes('{{')))
    throw new TemplateError('a {{ is not closed');
  trimLines(found);
  return found;
}

function tagOf(whole: string): Token {
  const inner = whole.replace(/^\{\{\{?~?/, '').replace(/~?\}?\}\}$/, '');
  return { tag: inner.trim(), text: whole };
}

/** A tag alone on its line leaves no empty line, and ~ takes the white space beside it ("Whitespace Control", Handlebars). */
function trimLines(all: Token[]): void {
  for (let at = 1; at < all.length; at += 2) {
    const [before, token, after] = [all[at - 1], all[at], all[at + 1]];
    if (!before || !token || !after) continue;
    if (token.text.startsWith('{{~')) before.text = before.text.trimEnd();
    if (token.text.endsWith('~}}')) after.text = after.text.trimStart();
    const startsLine = /(^|\n)[ \t]*$/.test(before.text) && (at > 1 ? before.text.includes('\n') : true);
    const endsLine = /^[ \t]*(\r?\n|$)/.test(after.text) && (at + 2 < all.length ? after.text.includes('\n') : true);
    if (!/^[#/!]|^else\b|^\^/.test(token.tag ?? '') || !startsLine || !endsLine) continue;
    before.text = before.text.slice(0, before.text.lastIndexOf('\n') + 1);
    after.text = after.text.replace(/^[ \t]*\r?\n?/, '');
  }
}

class Reader {
  readonly #tokens: Token[];
  readonly #partials: Map<string, Node[]>;
  #at = 0;

  constructor(all: Token[], partials: Map<string, Node[]>) {
    this.#tokens = all;
    this.#partials = partials;
  }

  /** To the end of the block, or of the template. `ended` is the {{else …}} it stopped at, if that. */
  read(block: string | undefined, depth: number): { nodes: Node[]; ended: string | undefined } {
    if (depth > deepest) throw new TemplateError(`more than ${deepest} blocks are inside one another`);
    const nodes: Node[] = [];
    for (let token = this.#tokens[this.#at++]; token; token = this.#tokens[this.#at++]) {
      const { tag, text } = token;
      if (tag === undefined) {
        if (text !== '') nodes.push({ kind: 'text', text });
      } else if (tag.startsWith('/')) {
        if (tag.slice(1).trim() !== block) throw new TemplateError(`{{${tag}}} closes nothing`);
        return { nodes, ended: undefined };
      } else if (/^(else\b|\^$)/.test(tag)) {
        if (block === undefined) throw new TemplateError('an {{else}} is outside of every block');
        return { nodes, ended: tag };
      } else nodes.push(...this.#tag(tag, depth));
    }
    if (block !== undefined) throw new TemplateError(`{{#${block}}} is not closed`);
    return { nodes, ended: undefined };
  }

  #tag(tag: string, depth: number): Node[] {
    if (tag.startsWith('!')) return [];
    // SES's own: it becomes the pixel when the mail is sent.
    if (`{{${tag}}}` === openTracker) return [{ kind: 'text', text: openTracker }];
    const inline = /^#\*\s*inline\s+["']([^"']+)["']$/.exec(tag);
    if (inline) {
      this.#partials.set(inline[1] ?? '', this.read('inline', depth + 1).nodes);
      return [];
    }
    const partial = /^>\s*([\w-]+)(?:\s+([^\s=]+))?$/.exec(tag);
    if (partial) return [{ kind: 'partial', name: partial[1] ?? '', path: partial[2] }];
    const block = /^#\s*(\w+)\s+(\S+)$/.exec(tag);
    if (block) return [this.#block(block[1] ?? '', block[2] ?? '', block[1] ?? '', depth)];
    if (!/^(@?[\w$][\w$-]*|this|\.{1,2}|\[[^\]]*\])([./](@?[\w$-]+|\[[^\]]*\]|\.\.))*$/.test(tag.replace(/^&\s*/, '')))
      throw new TemplateError(`{{${tag}}} is not a variable, a block or an inline partial`);
    return [{ kind: 'value', path: tag.replace(/^&\s*/, '') }];
  }

  #block(name: string, path: string, closes: string, depth: number): Node {
    const helper = helpers.find((known) => known === name);
    if (!helper) throw new TemplateError(`there is no helper ${name}: if, unless, each and with are`);
    const { nodes: body, ended } = this.read(closes, depth + 1);
    const otherwise = ended === undefined ? [] : this.#otherwise(ended, closes, depth);
    return { kind: 'block', helper, path, body, otherwise };
  }

  /** {{else if x}} is a block of its own, closed together with the first. */
  #otherwise(tag: string, closes: string, depth: number): Node[] {
    const chained = /^else\s+(\w+)\s+(\S+)$/.exec(tag);
    if (chained) return [this.#block(chained[1] ?? '', chained[2] ?? '', closes, depth + 1)];
    const { nodes, ended } = this.read(closes, depth + 1);
    if (ended !== undefined) throw new TemplateError('a block has two {{else}}');
    return nodes;
  }
}
