import { Readable } from 'node:stream';
import type { CachedObject } from '../cache/object-cache.ts';
import type { Origin } from '../configuration.ts';
import { lambdaOriginRequest, lambdaOriginResponse } from '../functions/lambda-edge.ts';
import type { Edge, Visit } from '../visit.ts';
import { askOrigin, type OriginReply, type OriginRequest } from './ask-origin.ts';
import { forwardsCookies, originHeaders, originQuery } from './origin-headers.ts';

export interface Wanted {
  /** Ask only whether this is still current. */
  revalidate?: CachedObject | undefined;
  /** Leave the viewer's conditions and ranges out: the answer is to be kept whole. */
  whole: boolean;
}

/** Asks the behaviour's origin, and its group's second one when the first fails ("Optimize high availability with CloudFront origin failover"). */
export async function askTarget(edge: Edge, visit: Visit, wanted: Wanted): Promise<OriginReply> {
  const { site, behaviour } = visit;
  const group = site.originGroups[behaviour.target];
  if (!group) return tidied(await askOne(edge, visit, behaviour.target, wanted), visit);
  const [primary, secondary] = group.members;
  const first = await askOne(edge, visit, primary, wanted);
  const fails = first.failure !== undefined || group.statusCodes.includes(first.status);
  if (!fails || !failoverMethods.has(visit.viewer.method)) return tidied(first, visit);
  if (first.body instanceof Readable) first.body.destroy();
  visit.hop.note('failover', `${primary} answered ${first.failure ?? first.status}`);
  return tidied(await askOne(edge, visit, secondary, wanted), visit);
}

const failoverMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

async function askOne(edge: Edge, visit: Visit, originId: string, wanted: Wanted): Promise<OriginReply> {
  const origin = visit.site.origins[originId];
  if (!origin) throw new Error(`distribution ${visit.site.id} has no origin ${originId}`);
  const access = { kernel: edge.kernel, loopback: edge.loopback };
  const request = toOrigin(edge, visit, origin, wanted);
  const { lambda } = visit.behaviour;
  if (!lambda['origin-request'] && !lambda['origin-response']) return askOrigin(access, origin, request, visit.hop);
  const asked = await lambdaOriginRequest(edge, visit, { origin, request });
  if (asked.reply) return asked.reply;
  return lambdaOriginResponse(edge, visit, await askOrigin(access, asked.origin, asked.request, visit.hop));
}

function toOrigin(edge: Edge, visit: Visit, origin: Origin, wanted: Wanted): OriginRequest {
  const { behaviour, viewer } = visit;
  const query = originQuery(behaviour, origin, viewer);
  const headers = originHeaders(behaviour, origin, viewer, { requestId: visit.requestId, via: edge.via });
  if (wanted.whole) for (const name of partialHeaders) delete headers[name];
  if (wanted.revalidate?.etag !== undefined) headers['if-none-match'] = wanted.revalidate.etag;
  if (wanted.revalidate?.lastModified !== undefined) headers['if-modified-since'] = wanted.revalidate.lastModified;
  return {
    method: viewer.method,
    url: `${origin.path}${viewer.path}${query === '' ? '' : `?${query}`}`,
    headers,
    body: visit.forErrorPage ? undefined : viewer.raw.body,
    viewerSecure: viewer.raw.client.secure,
    // What is to be kept is fetched to its end even when the viewer who asked first has gone: others wait for it.
    signal: wanted.whole ? new AbortController().signal : viewer.raw.signal,
  };
}

const partialHeaders = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

/** Hop-by-hop headers end here, and cookies come back only where they can go out ("Cache content based on cookies"). */
function tidied(reply: OriginReply, visit: Visit): OriginReply {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(reply.headers)) {
    const lower = name.toLowerCase();
    if (!dropped.has(lower)) headers[lower] = value;
  }
  if (!forwardsCookies(visit.behaviour) && !visit.behaviour.legacy) delete headers['set-cookie'];
  if (visit.behaviour.legacy && visit.behaviour.keyed.cookies.kind === 'none') delete headers['set-cookie'];
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  if (Buffer.isBuffer(body) && visit.viewer.method !== 'HEAD') headers['content-length'] = String(body.length);
  return { ...reply, headers, body };
}

const dropped = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // S3's own, which CloudFront does not hand on.
  'x-amz-id-2',
  'x-amz-request-id',
  'x-cache',
  'x-amz-cf-id',
  'x-amz-cf-pop',
]);
