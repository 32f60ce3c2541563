import type { HttpResponse } from '../http/exchange.ts';
import { evaluate, expressionFault, type Sources } from './expression.ts';
import { split } from './proxy-event.ts';

/** One change that a parameter mapping makes ("Transform API requests and responses for HTTP APIs in API Gateway"). */
export interface ParameterChange {
  action: 'append' | 'overwrite' | 'remove';
  part: 'header' | 'querystring' | 'path' | 'statuscode';
  /** Of the header, in lower case, or the query parameter. */
  name: string;
  value: string;
}

/** What goes to the integration in place of what the client sent. */
export interface MappedRequest {
  headers: Record<string, string>;
  query: string;
  /** Undefined when no mapping sets it. */
  path: string | undefined;
}

/** "Reserved headers" of the same page. */
const reserved =
  /^(access-control-.*|apigw-.*|authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|proxy-authenticate|proxy-authorization|te|trailers|transfer-encoding|upgrade|x-amz-.*|x-amzn-.*|x-forwarded-for|x-forwarded-host|x-forwarded-proto|via)$/i;

export function parseChanges(parameters: Record<string, string>): ParameterChange[] {
  return Object.entries(parameters).map(([key, value]) => {
    const [, action = '', part = '', name = ''] = /^([a-z]+):([a-z]+)(?:\.(.+))?$/.exec(key) ?? [];
    return { action, part, name: part === 'header' ? name.toLowerCase() : name, value } as ParameterChange;
  });
}

/** Why AWS refuses a mapping, in its words; undefined when it does not. */
export function mappingFault(parameters: Record<string, string>, side: 'request' | 'response'): string | undefined {
  const form =
    side === 'request'
      ? /^((append|overwrite|remove):(header|querystring)\.(\S+)|overwrite:path)$/
      : /^((append|overwrite|remove):(header)\.(\S+)|overwrite:statuscode)$/;
  for (const [key, value] of Object.entries(parameters)) {
    const match = form.exec(key);
    if (!match) return invalid(`Invalid mapping expression parameter specified: ${key}`);
    if (match[3] === 'header' && reserved.test(match[4] ?? ''))
      return `Operations on header ${match[4]} are restricted`;
    const fault = key.startsWith('remove:') ? undefined : expressionFault(value, side);
    if (fault) return invalid(fault);
  }
  return undefined;
}

function invalid(reason: string): string {
  return `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${reason}]`;
}

export function mapRequest(changes: ParameterChange[], sources: Sources): MappedRequest {
  const { request } = sources.exchange;
  const mapped: MappedRequest = { headers: { ...request.headers }, query: split(request.url).query, path: undefined };
  const parameters = changes.some(({ part }) => part === 'querystring') ? new URLSearchParams(mapped.query) : undefined;
  for (const change of changes) {
    const value = change.action === 'remove' ? '' : evaluate(change.value, sources);
    if (value === undefined) continue;
    if (change.part === 'header') changeHeader(mapped.headers, change, value);
    else if (change.part === 'path') mapped.path = value.startsWith('/') ? value : `/${value}`;
    else if (change.action === 'append') parameters?.append(change.name, value);
    else if (change.action === 'overwrite') parameters?.set(change.name, value);
    else parameters?.delete(change.name);
  }
  if (parameters) mapped.query = parameters.toString().replaceAll('+', '%20');
  return mapped;
}

export function mapResponse(changes: ParameterChange[], response: HttpResponse, sources: Sources): HttpResponse {
  const text = typeof response.body === 'string' || Buffer.isBuffer(response.body) ? String(response.body) : '';
  const read = { ...sources, response: { headers: response.headers, body: text } };
  const headers = { ...response.headers };
  let { status } = response;
  for (const change of changes) {
    const value = change.action === 'remove' ? '' : evaluate(change.value, read);
    if (value === undefined) continue;
    if (change.part === 'header') changeHeader(headers, change, value);
    else if (/^[2-5]\d\d$/.test(value)) status = Number(value);
  }
  return { ...response, status, headers };
}

function changeHeader<T extends string | string[]>(
  headers: Record<string, T | string>,
  { action, name }: ParameterChange,
  value: string,
): void {
  const before = headers[name];
  if (action === 'remove') delete headers[name];
  else headers[name] = action === 'append' && before !== undefined ? `${[before].flat().join(',')},${value}` : value;
}
