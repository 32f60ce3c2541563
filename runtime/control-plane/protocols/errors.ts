import { type Member, rootOf, type ServiceModel, type Shape } from './model.ts';
import type { WireError } from './protocol.ts';

/** The model's shape of an error, by its name or its code of the query protocol. */
export function errorShape(model: ServiceModel | undefined, error: WireError): Shape | undefined {
  return model?.errors.get(error.code);
}

/** The code as JSON and CBOR carry it: the shape's name. */
export function shapeCode(shape: Shape | undefined, error: WireError): string {
  return shape?.name ?? error.code;
}

/** The code as XML carries it: that of the awsQueryError trait where the shape has one. */
export function queryCode(shape: Shape | undefined, error: WireError): string {
  return error.queryCode ?? shape?.traits.awsQueryError?.[0] ?? shape?.name ?? error.code;
}

/** Header of "AWS Query Compatible" services (Smithy documentation): code of the query protocol, and whose fault it is. */
export function queryErrorHeader(
  model: ServiceModel | undefined,
  shape: Shape | undefined,
  error: WireError,
): Record<string, string> {
  if (!model?.index.awsQueryCompatible) return {};
  return { 'x-amzn-query-error': `${queryCode(shape, error)};${error.fault === 'client' ? 'Sender' : 'Receiver'}` };
}

/**
 * Message and modelled members as JSON and CBOR carry them; the message also where the shape has no member for it, as AWS
 * does. Of an error that the model does not know, the members it was given.
 */
export function errorBody(
  shape: Shape | undefined,
  error: WireError,
  write: (member: Member, value: unknown) => unknown,
  document: Member | undefined = shape && rootOf(shape),
): Record<string, unknown> {
  const message = { message: error.message };
  if (!shape) return { ...message, ...error.members };
  const name = ['message', 'Message'].find((candidate) => shape.byName.has(candidate));
  const members =
    document && (write(document, { ...error.members, ...(name ? { [name]: error.message } : {}) }) as object);
  return { ...(name ? {} : message), ...members };
}
