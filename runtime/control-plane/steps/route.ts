import { BodyTooLarge, type HttpRequest, readBody } from '../../data-planes/http/exchange.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Exchange } from '../exchange.ts';
import { detectProtocol } from '../protocols/detect.ts';
import { loadModel } from '../protocols/model.ts';
import { operationName } from '../protocols/operation-name.ts';
import { type ProtocolName, protocols } from '../protocols/protocol.ts';
import { matchRestOperation } from '../protocols/rest-router.ts';
import { findService, type Route } from '../service-routing.ts';

/** Larger bodies are refused before they are read whole: Lambda's 50 MB zip in base64 is the largest that AWS takes. */
const BODY_LIMIT = 80 * 1024 * 1024;

/** Finds the service, its protocol and the operation. Reads the body unless the operation streams it. */
export async function route(exchange: Exchange): Promise<void> {
  const request = exchange.request;
  if (!request) throw new Error('a wire exchange without a request');
  const found = exchange.found ?? findService(exchange.kernel, request);
  if (found.protocolHint === 'body') exchange.body = await documentOf(request);
  const chosen = found.service ? found : findService(exchange.kernel, request, exchange.body);
  if (!chosen.service || !chosen.entry) throw unknownService(chosen);
  const { path, query, headers } = parts(request.url, request.headers);
  exchange.service = chosen.service;
  exchange.model = loadModel(chosen.service.name);
  const address = chosen.service.addressing?.({ method: request.method, host: request.host, path, query, headers });
  exchange.path = address?.path ?? path;
  exchange.labels = address?.labels ?? {};
  const name = detectProtocol({ method: request.method, path, query, headers }, chosen.entry);
  exchange.protocol = protocols[name];
  if (name === 'restJson' || name === 'restXml') routeRest(exchange, query);
  else await routeByName(exchange, name, query);
  if (!exchange.operation?.streamingInput && exchange.body === undefined) exchange.body = await documentOf(request);
}

function routeRest(exchange: Exchange, query: string): void {
  const { model, request } = exchange;
  if (!model || !request) return;
  const match = matchRestOperation(model, {
    method: request.method,
    path: exchange.path,
    query,
    headers: request.headers,
    labels: exchange.labels,
  });
  if (!match) {
    throw new AwsError(
      'UnknownOperationException',
      `${model.name} has no operation at ${request.method} ${exchange.path}`,
      { status: 404 },
    );
  }
  exchange.operation = match.operation;
  exchange.labels = { ...exchange.labels, ...match.labels };
}

async function routeByName(exchange: Exchange, protocol: ProtocolName, query: string): Promise<void> {
  const { model, request } = exchange;
  if (!model || !request) return;
  // Only a form names its operation in the body, but all of them are going to read it.
  exchange.body ??= await documentOf(request);
  const { method, headers } = request;
  const name = operationName(protocol, { method, path: exchange.path, query, headers, body: exchange.body }) ?? '';
  exchange.operation = model.operations.get(name);
  if (!exchange.operation) throw unknownOperation(protocol, name);
}

/** A body that says it is too large is refused before a byte of it is read. */
function documentOf(request: HttpRequest): Promise<Buffer> {
  if (Number(request.headers['content-length']) > BODY_LIMIT) throw new BodyTooLarge(BODY_LIMIT);
  return readBody(request.body, BODY_LIMIT);
}

function unknownOperation(protocol: string, name: string): AwsError {
  if (protocol === 'awsQuery' || protocol === 'ec2Query') {
    return name
      ? new AwsError('InvalidAction', `The action ${name} is not valid for this web service.`)
      : new AwsError('MissingAction', 'The request must contain the parameter Action.');
  }
  return new AwsError(
    'UnknownOperationException',
    name ? `${name} is not an operation of this service.` : 'No operation was named.',
  );
}

function unknownService(found: Route): AwsError {
  const named = found.named
    ? `The service "${found.named}" is refused: Orrery does not run it.`
    : 'No AWS service could be told from the request.';
  return new AwsError('NotImplemented', `${named} \`orrery fidelity --services\` lists what runs.`, { status: 501 });
}

function parts(
  url: string,
  headers: Record<string, string>,
): { path: string; query: string; headers: Record<string, string> } {
  const mark = url.indexOf('?');
  return mark === -1
    ? { path: url, query: '', headers }
    : { path: url.slice(0, mark), query: url.slice(mark + 1), headers };
}
