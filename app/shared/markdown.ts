import { escapeHtml, Html } from './html.ts';

/**
 * Renders the part of Markdown that the editor offers: paragraphs, `##` and `###` headings, `-` and `1.` lists, `>`
 * quotes, `**bold**`, `*emphasis*`, links, and pictures of our own. Everything is escaped before anything is rendered,
 * so HTML in the text is shown and not obeyed; an address of another kind (`javascript:`) leaves its text alone.
 */
export function renderMarkdown(source: string): Html {
  const blocks = source
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}|\n(?=#{2,3} )|(?<=^#{2,3} .*)\n/m)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  return new Html(blocks.map(renderBlock).join('\n'));
}

function renderBlock(block: string): string {
  const lines = block.split('\n');
  const heading = /^(#{2,3}) (.+)$/.exec(block);
  if (heading && lines.length === 1) {
    const level = heading[1]?.length ?? 2;
    return `<h${level}>${inline(heading[2] ?? '')}</h${level}>`;
  }
  if (lines.every((line) => /^[-*] /.test(line))) return list('ul', lines, /^[-*] /);
  if (lines.every((line) => /^\d{1,3}\. /.test(line))) return list('ol', lines, /^\d+\. /);
  if (lines.every((line) => line.startsWith('>'))) {
    return `<blockquote><p>${inline(lines.map((line) => line.replace(/^> ?/, '')).join(' '))}</p></blockquote>`;
  }
  return `<p>${inline(lines.join(' '))}</p>`;
}

function list(tag: 'ul' | 'ol', lines: string[], mark: RegExp): string {
  return `<${tag}>${lines.map((line) => `<li>${inline(line.replace(mark, ''))}</li>`).join('')}</${tag}>`;
}

/** Links and pictures are cut out first, so that a `*` in an address is no emphasis. */
function inline(text: string): string {
  return text
    .split(/(!?\[[^\]\n]{0,200}\]\([^()\s]{1,500}\))/)
    .map((part, index) => (index % 2 === 1 ? reference(part) : emphasis(escapeHtml(part))))
    .join('');
}

function emphasis(escaped: string): string {
  return escaped.replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>').replace(/\*([^*]+)\*/g, '<em>$1</em>');
}

function reference(text: string): string {
  const [, picture, words = '', address = ''] = /^(!?)\[(.*)\]\((.*)\)$/.exec(text) ?? [];
  if (picture) {
    if (!/^\/(?:media|images)\/[\w./-]+$/.test(address) || address.includes('..')) return escapeHtml(text);
    return `<img src="${escapeHtml(address)}" alt="${escapeHtml(words)}" loading="lazy">`;
  }
  const allowed = /^(?:https?:\/\/|mailto:|tel:|\/(?!\/)|#)/i.test(address) && !address.includes('\\');
  return allowed ? `<a href="${escapeHtml(address)}">${emphasis(escapeHtml(words))}</a>` : escapeHtml(text);
}
