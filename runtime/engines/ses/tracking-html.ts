import { lookupTable } from '../../kernel/lookup-table.ts';

// What SES writes into the HTML of a tracked mail ("Amazon SES email sending metrics FAQs"): a pixel, and other links.

export interface TrackedLink {
  url: string;
  /** ses:tags of the link. */
  tags: Record<string, string[]>;
}

export interface HtmlTracking {
  /** Of the image that is asked for when the mail is opened. */
  pixelUrl?: string | undefined;
  /** What to lead to instead of the link; undefined leaves it. */
  linkUrl?: ((link: TrackedLink) => string | undefined) | undefined;
}

/** Where the sender wants the pixel; further ones are taken out ("Configuring custom domains"). */
export const openTracker = '{{ses:openTracker}}';

/** `html` is read byte by byte (latin1): everything looked for is ASCII, which all character sets of mail but a few contain. */
export function withTrackedHtml(html: string, { pixelUrl, linkUrl }: HtmlTracking): string {
  const linked = linkUrl ? withLinks(html, linkUrl) : html;
  return pixelUrl === undefined ? linked : withPixel(linked, pixelUrl);
}

function withPixel(html: string, url: string): string {
  const pixel = `<img src="${url}" alt="" width="1" height="1" style="width:1px;height:1px;border:0">`;
  const wanted = html.indexOf(openTracker);
  if (wanted >= 0)
    return html.slice(0, wanted) + pixel + html.slice(wanted + openTracker.length).replaceAll(openTracker, '');
  const end = html.toLowerCase().lastIndexOf('</body');
  return end < 0 ? `${html}${pixel}` : `${html.slice(0, end)}${pixel}${html.slice(end)}`;
}

function withLinks(html: string, linkUrl: (link: TrackedLink) => string | undefined): string {
  const pieces: string[] = [];
  let copied = 0;
  for (const { from, to, attributes } of anchors(html)) {
    const url = decoded(attributes.find(({ name }) => name === 'href')?.value ?? '');
    const noTrack = attributes.some(({ name }) => name === 'ses:no-track');
    const tags = attributes.find(({ name }) => name === 'ses:tags')?.value;
    const target = !noTrack && isTrackable(url) ? linkUrl({ url, tags: tagsOf(decoded(tags ?? '')) }) : undefined;
    if (target === undefined && !noTrack && tags === undefined) continue;
    pieces.push(html.slice(copied, from), anchor(html.slice(from, to), from, attributes, target));
    copied = to;
  }
  return pieces.join('') + html.slice(copied);
}

/** The tag without what is SES's own, which "Amazon SES automatically removes"; to `target` instead, where there is one. */
function anchor(tag: string, from: number, attributes: readonly Attribute[], target: string | undefined): string {
  const pieces: string[] = [];
  let copied = 0;
  let leads = target;
  for (const { name, at, end } of attributes) {
    const replaced = name === 'href' && leads !== undefined ? `href="${leads}"` : undefined;
    if (!name.startsWith('ses:') && replaced === undefined) continue;
    if (replaced !== undefined) leads = undefined;
    pieces.push(tag.slice(copied, at - from), replaced ?? '');
    copied = end - from;
  }
  return pieces.join('') + tag.slice(copied);
}

interface Attribute {
  name: string;
  value: string;
  at: number;
  end: number;
}

/** Start tags of links. Comments, and what only looks like tags (scripts, style sheets), hold none. */
function* anchors(html: string): Generator<{ from: number; to: number; attributes: Attribute[] }> {
  const lower = html.toLowerCase();
  for (let from = html.indexOf('<'); from >= 0; ) {
    let next = from + 1;
    if (html.startsWith('<!--', from)) next = after(html, '-->', from + 4);
    const name = /[a-z][^\s/>]*/y;
    name.lastIndex = next;
    const element = html.startsWith('<!--', from) ? undefined : name.exec(lower)?.[0];
    if (element !== undefined) {
      const { attributes, end } = startTag(html, next + element.length);
      if (end < 0) return;
      next = end;
      if (element === 'a') yield { from, to: end, attributes };
      if (/^(?:script|style|textarea|title)$/.test(element)) next = after(lower, `</${element}`, end);
    }
    from = html.indexOf('<', next);
  }
}

/** Behind it, or behind everything. */
function after(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at + what.length;
}

/** `end` is behind the `>`; negative when there is none. */
function startTag(html: string, from: number): { attributes: Attribute[]; end: number } {
  const attribute = /([^\s"'<>/=][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>][^\s>]*)))?/y;
  const attributes: Attribute[] = [];
  let at = from;
  while (at < html.length && html[at] !== '>') {
    attribute.lastIndex = at;
    const found = attribute.exec(html);
    if (!found) {
      at += 1;
      continue;
    }
    const [whole, name = '', double, single, bare] = found;
    const end = at + whole.length;
    attributes.push({ name: name.toLowerCase(), value: double ?? single ?? bare ?? '', at, end });
    at = end;
  }
  return { attributes, end: at < html.length ? at + 1 : -1 };
}

/** Absolute links of the web whose URL "complies with RFC 3986"; others are shown and not tracked. */
function isTrackable(url: string): boolean {
  return /^https?:\/\/(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\da-f]{2})+$/i.test(url) && URL.canParse(url);
}

/** `key:value;key:value`, of letters, digits, hyphens and underscores. */
function tagsOf(text: string): Record<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const pair of text.split(';')) {
    const [, key, value] = /^\s*([\w-]+)\s*:\s*([\w-]+)\s*$/.exec(pair) ?? [];
    if (key !== undefined && value !== undefined) tags.set(key, [...(tags.get(key) ?? []), value]);
  }
  return Object.fromEntries(tags);
}

/** The references that URLs are written with. */
function decoded(value: string): string {
  return value
    .trim()
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|quot|apos|lt|gt));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return named[String(name).toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0xff ? String.fromCharCode(code) : whole;
    });
}

const named: Record<string, string> = lookupTable({ amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' });
