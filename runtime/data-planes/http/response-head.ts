import { machineDate } from '../../kernel/clock/machine-date.ts';
import type { HttpResponse } from '../../kernel/http.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import { statusTexts } from './node-http.ts';

/**
 * The head of a plain answer as Node would write it. Undefined where a header says how the connection goes on, or has what no
 * header may have: Node decides about that. `length` is the body's, where the headers do not say it.
 */
export function headOf({ status, headers }: HttpResponse, length: number | undefined): string | undefined {
  let head = `HTTP/1.1 ${status} ${statusTexts[status] ?? 'unknown'}\r\n`;
  let dated = false;
  let measured = length === undefined;
  for (const name in headers) {
    const value = headers[name];
    const kind = kindOf(name);
    if (kind === 'connection') return undefined;
    if (kind === 'date') dated = true;
    else if (kind === 'length') measured = true;
    if (typeof value === 'string' && !unsafe.test(value)) head += `${name}: ${value}\r\n`;
    else if (!Array.isArray(value)) return undefined;
    else
      for (const one of value) {
        if (unsafe.test(one)) return undefined;
        head += `${name}: ${one}\r\n`;
      }
  }
  if (!measured) head += `content-length: ${length}\r\n`;
  if (!dated) head += `Date: ${machineDate()}\r\n`;
  return `${head}Connection: keep-alive\r\nKeep-Alive: timeout=${keepAliveSeconds}\r\n\r\n`;
}

/** Load balancers keep connections for a minute; a server that ends them sooner answers some requests with nothing. */
export const keepAliveSeconds = 65;

const unsafe = /[^\t\x20-\x7e\x80-\xff]/;

type Kind = 'plain' | 'connection' | 'date' | 'length';
const special: Record<string, Kind> = lookupTable({
  connection: 'connection',
  'keep-alive': 'connection',
  'transfer-encoding': 'connection',
  upgrade: 'connection',
  trailer: 'connection',
  date: 'date',
  'content-length': 'length',
});
const kinds = new Map<string, Kind>();
const mostNames = 1000;

/** What is no header's name goes the way of what Node decides. */
function kindOf(name: string): Kind {
  let kind = kinds.get(name);
  if (kind === undefined) {
    kind = /^[\w!#$%&'*+.^`|~-]+$/.test(name) ? (special[name.toLowerCase()] ?? 'plain') : 'connection';
    if (kinds.size >= mostNames) kinds.clear();
    kinds.set(name, kind);
  }
  return kind;
}
