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
  if (scope) return byName(kernel, scope);
  const host = awsName(request.host).split('.');
  const fromHost = byHost(kernel, host);
  if (fromHost) return fromHost;
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    if (!body) return { protocolHint: 'body' };
    return byVersion(kernel, new URLSearchParams(body.toString('latin1')).get('Version') ?? '');
  }
  return byName(kernel, 's3');
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
  for (const [name, entry] of modelIndex()) if (entry.serviceTarget === prefix) return runs(kernel, name, entry);
  return { named: prefix };
}

function byName(kernel: Kernel, signingName: string): Route {
  for (const [name, entry] of modelIndex()) if (entry.signingName === signingName) return runs(kernel, name, entry);
  return { named: signingName };
}

function byHost(kernel: Kernel, labels: string[]): Route | undefined {
  for (const [name, entry] of modelIndex()) {
    if (labels.length > 1 && (labels[0] === entry.endpointPrefix || labels[0] === name) && name !== 's3')
      return runs(kernel, name, entry);
  }
  return undefined;
}

function byVersion(kernel: Kernel, version: string): Route {
  for (const [name, entry] of modelIndex()) {
    if (entry.apiVersion === version && entry.protocols.includes('awsQuery')) return runs(kernel, name, entry);
  }
  return byName(kernel, 's3');
}

function runs(kernel: Kernel, name: string, entry: ModelIndexEntry): Route {
  const service = kernel.engine(registry).services.get(name);
  return service ? { service, entry, named: name } : { named: name };
}
