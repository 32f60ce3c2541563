import { type Readable, Transform } from 'node:stream';
import type { Hop } from '../../kernel/events/hop.ts';
import type { HttpRequest, HttpResponse } from '../http/exchange.ts';
import { awsName } from '../http/hosts.ts';
import { type Blocked, firewalls } from '../waf/firewalls.ts';
import { type Obtained, obtain } from './cache/obtain.ts';
import { LambdaFailure, lambdaViewerRequest, lambdaViewerResponse } from './functions/lambda-edge.ts';
import { FunctionFailure, runViewerRequest, runViewerResponse } from './functions/viewer-functions.ts';
import { tellStaticRoute } from './usage.ts';
import { generatedPage, sentences } from './viewer/generated-page.ts';
import { present } from './viewer/present.ts';
import { privateContent } from './viewer/private-content.ts';
import { applyResponseHeaders, serverTiming } from './viewer/response-headers.ts';
import { viewerRequest } from './viewer/viewer-request.ts';
import { behaviourFor, type Edge, type Outcome, type Site, type Visit } from './visit.ts';

/** An answer on its way out. */
export interface Served {
  status: number;
  headers: Record<string, string | string[]>;
  body: Readable | Buffer | undefined;
  outcome: Outcome;
  /** Seconds, told for what comes from the cache. */
  age?: number;
}

/** One request's life at the edge, in the order of CloudFront's own steps. */
export async function serve(
  edge: Edge,
  site: Site,
  raw: HttpRequest,
  parent: Hop,
): Promise<{ visit: Visit; served: Served; response: HttpResponse }> {
  const hop = parent.child('cloudfront', `${raw.method} ${raw.url}`, site.arn);
  const viewer = viewerRequest(raw);
  const visit: Visit = {
    site,
    behaviour: behaviourFor(site, viewer.path),
    viewer,
    hop,
    requestId: edge.requestIds.next(),
    forErrorPage: false,
  };
  tellStaticRoute(edge.kernel, visit);
  let served: Served;
  try {
    served = await answer(edge, visit);
  } catch (error) {
    const failed = edgeFunctionFailed(error, visit);
    if (!failed) {
      hop.end({ error: (error as Error).message });
      throw error;
    }
    hop.note('function', (error as Error).message);
    served = failed;
  }
  const response = finished(edge, visit, served);
  hop.note('behaviour', visit.behaviour.pathPattern);
  hop.note('cache', served.outcome);
  hop.saw('answered', response.headers);
  hop.end({ status: served.status });
  return { visit, served, response };
}

/** "HTTP 503 status code (Service Unavailable)" for CloudFront Functions, "HTTP 502 … Lambda execution error" for Lambda@Edge. */
function edgeFunctionFailed(error: unknown, visit: Visit): Served | undefined {
  if (error instanceof FunctionFailure)
    return { ...generated(503, sentences.functionFailed, visit), outcome: 'FunctionExecutionError' };
  if (error instanceof LambdaFailure)
    return { ...generated(502, sentences.lambdaFailed, visit), outcome: error.outcome };
  return undefined;
}

async function answer(edge: Edge, visit: Visit): Promise<Served> {
  const { site, behaviour } = visit;
  const blocked = site.guarded
    ? await edge.kernel.engine(firewalls).inspect(site.arn, visit.viewer.raw, visit.hop)
    : undefined;
  if (blocked) return refusedByFirewall(blocked, visit);
  const refused = refusedByBehaviour(visit) ?? privateContent(edge.kernel.clock.now(), visit);
  if (refused) return refused;
  let fromFunction: Served | undefined;
  if (behaviour.viewerRequest) fromFunction = await runViewerRequest(edge, visit, behaviour.viewerRequest);
  else if (behaviour.lambda['viewer-request']) fromFunction = await lambdaViewerRequest(edge, visit);
  if (!fromFunction && visit.viewer.path === '/' && site.defaultRootObject !== '')
    visit.viewer = { ...visit.viewer, path: `/${site.defaultRootObject}` };
  const found = fromFunction ? undefined : obtain(edge, visit);
  const served = fromFunction ?? toViewer(edge, visit, found instanceof Promise ? await found : (found as Obtained));
  if (behaviour.responseHeaders) {
    applyResponseHeaders(served.headers, behaviour.responseHeaders, visit.viewer);
    addServerTiming(edge, visit, served);
  }
  // Not after errors, nor after a viewer request function's own answer ("Restrictions on all edge functions").
  if (fromFunction || served.status >= 400) return served;
  if (behaviour.viewerResponse) return runViewerResponse(edge, visit, behaviour.viewerResponse, served);
  return behaviour.lambda['viewer-response'] ? lambdaViewerResponse(edge, visit, served) : served;
}

/** A rule's own response, or CloudFront's page. */
function refusedByFirewall({ response }: Blocked, visit: Visit): Served {
  if (!response) return generated(403, sentences.blockedByFirewall, visit);
  const { status, headers, body } = response;
  return { status, headers, body: typeof body === 'string' ? Buffer.from(body) : body, outcome: 'Error' };
}

/** Viewer protocol policy and allowed HTTP methods, which are decided before anything is looked up. */
function refusedByBehaviour(visit: Visit): Served | undefined {
  const { behaviour, viewer } = visit;
  if (!viewer.raw.client.secure && behaviour.viewerProtocolPolicy !== 'allow-all') {
    if (behaviour.viewerProtocolPolicy === 'https-only') return generated(403, sentences.httpsOnly, visit);
    const location = `https://${awsName(viewer.raw.host)}${viewer.raw.url}`;
    return {
      status: 301,
      headers: { server: 'CloudFront', 'content-type': 'text/html', location },
      body: undefined,
      outcome: 'Redirect',
    };
  }
  if (!behaviour.allowedMethods.includes(viewer.method)) return generated(403, sentences.methodNotAllowed, visit);
  // "GET requests that include a body": 403.
  if (viewer.raw.body !== undefined && (viewer.method === 'GET' || viewer.method === 'HEAD'))
    return generated(403, sentences.bodyNotAllowed, visit);
  return undefined;
}

function generated(status: number, sentence: string, visit: Visit): Served {
  const page = generatedPage(status, sentence, visit.requestId);
  return { status, headers: page.headers, body: page.body as Buffer, outcome: 'Error' };
}

function toViewer(edge: Edge, visit: Visit, found: Obtained): Served {
  if (found.kind === 'stream')
    return { status: found.status, headers: found.headers, body: found.body, outcome: found.outcome };
  const { object, outcome } = found;
  const { viewer } = visit;
  const shown = viewer.method === 'HEAD' ? { ...viewer.headers, range: undefined } : viewer.headers;
  const served: Served = {
    ...present(object, shown as Record<string, string>, () => edge.kernel.ids.hex(26)),
    outcome,
  };
  if (found.cached) served.age = Math.max(0, Math.floor((edge.kernel.clock.now() - object.bornMs) / 1000));
  return served;
}

function addServerTiming(edge: Edge, visit: Visit, served: Served): void {
  const rate = visit.behaviour.responseHeaders?.serverTimingRate ?? 0;
  if (rate === 0 || (rate < 100 && edge.kernel.ids.random() * 100 >= rate)) return;
  const own = serverTiming({
    hit: served.outcome === 'Hit' || served.outcome === 'RefreshHit',
    pop: edge.pop,
    requestId: visit.requestId,
  });
  const given = served.headers['server-timing'];
  served.headers['server-timing'] = given === undefined ? own : `${[given].flat().join(', ')}, ${own}`;
}

/** What CloudFront writes on every answer. */
function finished(edge: Edge, visit: Visit, served: Served): HttpResponse {
  const { headers } = served;
  headers.date ??= new Date(edge.kernel.clock.now()).toUTCString();
  headers['x-cache'] =
    served.outcome === 'FunctionGeneratedResponse'
      ? 'FunctionGeneratedResponse from cloudfront'
      : `${served.outcome} from cloudfront`;
  headers.via = headers.via === undefined ? edge.via : `${[headers.via].flat().join(', ')}, ${edge.via}`;
  headers['x-amz-cf-pop'] = edge.pop;
  headers['x-amz-cf-id'] = visit.requestId;
  if (served.age !== undefined) headers.age = String(served.age);
  return { status: served.status, headers, body: served.body };
}

/** Counts what a stream of unknown length carries, and says so when it ends, however it ends. */
export function counted(body: Readable, ended: (bytes: number) => void): Readable {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  counter.once('close', () => {
    body.destroy();
    ended(bytes);
  });
  body.once('error', (error) => counter.destroy(error));
  return body.pipe(counter);
}
