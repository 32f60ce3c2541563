import type { HeadersSeen, HopEvent } from '../../kernel/events/events.ts';

const mostHeaders = 60;
const mostCharacters = 600;
const hidden = '(hidden)';

/** By their names: who has such a value can ask in somebody's name. */
const secretNames = /authorization|cookie|token|secret|password|credential|signature|api-?key|verify|csrf|session/i;
const secretsInUrl =
  /([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|Key-Pair-Id|Policy|[^=&]*(?:token|secret|password|api_?key|code)[^=&]*)=)[^&\s]*/gi;

/** A hop as the console keeps and shows it: its own copy, bounded, and without what would let a reader act for somebody. */
export function withoutSecrets(hop: HopEvent): HopEvent {
  const { asked, answered, notes } = hop;
  return {
    ...hop,
    name: hiddenInUrl(hop.name),
    notes: Object.fromEntries(Object.entries(notes).map(([key, value]) => [key, shownNote(value)])),
    asked: asked && shownHeaders(asked),
    answered: answered && shownHeaders(answered),
  };
}

export function shownHeaders(headers: HeadersSeen): Record<string, string> {
  const entries = Object.entries(headers);
  const shown = entries.slice(0, mostHeaders).map(([name, value]): [string, string] => {
    const text = typeof value === 'string' ? value : value.join('\n');
    return [name, secretNames.test(name) ? hidden : hiddenInUrl(cut(text))];
  });
  if (entries.length > mostHeaders) shown.push(['…', `${entries.length - mostHeaders} more`]);
  return Object.fromEntries(shown);
}

/** Values of parameters that sign or authorise. */
export function hiddenInUrl(url: string): string {
  return url.includes('=') ? url.replace(secretsInUrl, `$1${hidden}`) : url;
}

/** A cache key lists headers with their values, one a line. */
function shownNote(value: string | number | boolean): string | number | boolean {
  if (typeof value !== 'string') return value;
  const lines = value.split('\n').map((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && value.includes('\n') && secretNames.test(line.slice(0, colon))
      ? `${line.slice(0, colon)}:${hidden}`
      : line;
  });
  return hiddenInUrl(cut(lines.join('\n')));
}

function cut(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)} …` : text;
}
