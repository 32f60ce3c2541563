import type { EdgeFunction } from '../configuration.ts';
import type { Served } from '../serve.ts';
import type { Edge, Visit } from '../visit.ts';
import { requestFrom, responseFrom } from './function-answer.ts';
import { eventFor, type FunctionRequest, type FunctionResponse } from './function-event.ts';

/** The function is wrong or took too long; the viewer gets 503. */
export class FunctionFailure extends Error {}

/** Changes the visit's request, or returns the function's own answer. */
export async function runViewerRequest(
  edge: Edge,
  visit: Visit,
  edgeFunction: EdgeFunction,
): Promise<Served | undefined> {
  const output = await run(edge, visit, edgeFunction, eventFor(visit, 'viewer-request'));
  if ('statusCode' in output)
    return { ...responseFrom(output as FunctionResponse), outcome: 'FunctionGeneratedResponse' };
  visit.viewer = requestFrom(output as FunctionRequest, visit.viewer);
  return undefined;
}

/** Headers, status and, where the function gives one, the body of what goes to the viewer. */
export async function runViewerResponse(
  edge: Edge,
  visit: Visit,
  edgeFunction: EdgeFunction,
  served: Served,
): Promise<Served> {
  const output = await run(edge, visit, edgeFunction, eventFor(visit, 'viewer-response', served));
  if (!('statusCode' in output)) throw new FunctionFailure('The function returned no response object.');
  const changed = responseFrom(output as FunctionResponse);
  const replaced = (output as FunctionResponse).body !== undefined;
  // The length is of a body the function never saw; it goes only when the function replaced that body.
  const length = served.headers['content-length'];
  if (!replaced && length !== undefined) changed.headers['content-length'] = length;
  return { ...served, status: changed.status, headers: changed.headers, body: replaced ? changed.body : served.body };
}

async function run(edge: Edge, visit: Visit, edgeFunction: EdgeFunction, event: object): Promise<object> {
  const result = await edge.functions.run(edgeFunction, event);
  visit.hop.note(`function ${edgeFunction.name}`, result.error ?? 'ok');
  if (result.error !== undefined) throw new FunctionFailure(result.error);
  if (typeof result.output !== 'object' || result.output === null)
    throw new FunctionFailure('The function returned neither a request nor a response.');
  return result.output;
}
