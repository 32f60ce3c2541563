import type { HttpRequest } from '../data-planes/http/exchange.ts';
import { awsName } from '../data-planes/http/hosts.ts';
import { registry } from '../kernel/resource-registry.ts';
import type { Kernel, ServiceDefinition } from '../kernel/service.ts';
import { type ModelIndexEntry, modelIndex } from './protocols/model.ts';

export interface Route {
  service?: ServiceDefinition;
  entry?: ModelIndexEntry;
  /** What the request called the service, for the refusal. */
  named?: string;
  /** The body must be read before the service can be told. */
  protocolHint?: 'body';
}

/**
 * Which service a request is for, told in this order by X-Amz-Target, the credential scope of its signature, its host,
 * and the Version of a query body. What is left (unsigned GETs of objects, form uploads) is S3's, as on its own endpoint.
 */
export function findService(kernel: Kernel, request: HttpRequest, body?: Buffer): Route {
  const target = request.headers['x-amz-target'];
  if (target) return byTarget(kernel, target);
  const scope = signedService(request);
  if (scope) return byName(kernel, scope, request);
  const host = awsName(request.host).split('.');
  const fromHost = byHost(kernel, host, request);
  if (fromHost) return fromHost;
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    if (!body) return { protocolHint: 'body' };
    return byVersion(kernel, new URLSearchParams(body.toString('latin1')).get('Version') ?? '');
  }
  return byName(kernel, 's3', request);
}

/** The service in the credential scope of an Authorization header or a presigned query ("Signature elements", IAM User Guide). */
function signedService(request: HttpRequest): string | undefined {
  const authorization = request.headers.authorization;
  if (authorization)
    return (
      /Credential=[^/]+\/\d{8}\/[^/]*\/([^/,]+)\//.exec(authorization)?.[1] ??
      (authorization.startsWith('AWS ') ? 's3' : undefined)
    );
  const query = /[?&]X-Amz-Credential=([^&]+)/i.exec(request.url)?.[1];
  return query ? decodeURIComponent(query).split('/')[3] : undefined;
}

function byTarget(kernel: Kernel, target: string): Route {
  const prefix = target.slice(0, target.lastIndexOf('.'));
  return runs(kernel, names().target.get(prefix), prefix);
}

function byName(kernel: Kernel, signingName: string, request: HttpRequest): Route {
  return runs(kernel, fitting(names().signing.get(signingName), request), signingName);
}

function byHost(kernel: Kernel, labels: string[], request: HttpRequest): Route | undefined {
  const name = labels.length > 1 ? fitting(names().host.get(labels[0] ?? ''), request) : undefined;
  return name === undefined ? undefined : runs(kernel, name);
}

/** Where two APIs share a name (ses and sesv2), the query API has the path /, and the REST API all others. */
function fitting(candidates: readonly string[] | undefined, { url }: HttpRequest): string | undefined {
  if (!candidates || candidates.length < 2) return candidates?.[0];
  const atRoot = /^\/?(\?|$)/.test(url);
  const fits = (name: string): boolean =>
    modelIndex()
      .get(name)
      ?.protocols.every((protocol) => protocol.startsWith('rest')) !== atRoot;
  return candidates.find(fits) ?? candidates[0];
}

function byVersion(kernel: Kernel, version: string): Route {
  return runs(kernel, names().version.get(version) ?? 's3');
}

interface Names {
  target: Map<string, string>;
  signing: Map<string, string[]>;
  host: Map<string, string[]>;
  version: Map<string, string>;
}

let known: Names | undefined;

/** The index of models turned round, once: what requests say of a service to its name. The first to claim a name comes first. */
function names(): Names {
  if (known) return known;
  known = { target: new Map(), signing: new Map(), host: new Map(), version: new Map() };
  for (const [name, entry] of modelIndex()) {
    claim(known.target, entry.serviceTarget, name);
    share(known.signing, entry.signingName, name);
    if (entry.protocols.includes('awsQuery')) claim(known.version, entry.apiVersion, name);
    if (name === 's3') continue;
    share(known.host, entry.endpointPrefix, name);
    share(known.host, name, name);
  }
  return known;
}

function claim(table: Map<string, string>, key: string | undefined, name: string): void {
  if (key !== undefined && !table.has(key)) table.set(key, name);
}

function share(table: Map<string, string[]>, key: string, name: string): void {
  const known = table.get(key);
  if (!known) table.set(key, [name]);
  else if (!known.includes(name)) known.push(name);
}

function runs(kernel: Kernel, name: string | undefined, named = name ?? ''): Route {
  const service = name === undefined ? undefined : kernel.engine(registry).services.get(name);
  const entry = name === undefined ? undefined : modelIndex().get(name);
  return service && entry ? { service, entry, named } : { named: name ?? named };
}
