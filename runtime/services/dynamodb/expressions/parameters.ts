import { validation } from '../errors.ts';
import type { DocumentPath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { parseProjection } from './projection.ts';

/**
 * A request uses expressions or the parameters they replaced, not both; and placeholders only beside an expression.
 * `values` names the expressions that can use values, where not all of them can.
 */
export function checkMixture(
  input: object,
  { expressions, legacy, values = expressions }: { expressions: string[]; legacy: string[]; values?: string[] },
): void {
  const given = input as Record<string, unknown>;
  const old = legacy.filter((name) => given[name] !== undefined);
  const anyExpression = expressions.some((name) => given[name] !== undefined);
  if (old.length > 0 && (anyExpression || given.ExpressionAttributeNames || given.ExpressionAttributeValues)) {
    const fresh = expressions.filter((name) => given[name] !== undefined);
    if (fresh.length === 0) throw alone(given, expressions, values);
    throw validation(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(', ')}} Expression parameters: {${fresh.join(', ')}}`,
    );
  }
  if (given.ExpressionAttributeNames !== undefined && !anyExpression) throw alone(given, expressions, values);
  if (given.ExpressionAttributeValues !== undefined && !values.some((name) => given[name] !== undefined))
    throw alone({ ExpressionAttributeValues: true }, expressions, values);
  if (given.ConditionalOperator !== undefined) checkOperator(given, legacy);
}

function alone(given: Record<string, unknown>, expressions: string[], values: string[]): Error {
  if (given.ExpressionAttributeNames !== undefined)
    return validation('ExpressionAttributeNames can only be specified when using expressions');
  const verb = (values.length > 0 ? values : expressions).length > 1 ? 'are' : 'is';
  const names = (values.length > 0 ? values : expressions).join(' and ');
  return validation(`ExpressionAttributeValues can only be specified when using expressions: ${names} ${verb} null`);
}

function checkOperator(given: Record<string, unknown>, legacy: string[]): void {
  const filter = legacy.map((name) => given[name]).find((value) => value !== undefined && typeof value === 'object');
  if (filter && Object.keys(filter as object).length > 1) return;
  throw validation(
    'One or more parameter values were invalid: ConditionalOperator can only be used when Filter or Expected has two or more elements',
  );
}

/** ProjectionExpression, or AttributesToGet. */
export function projectionOf(
  input: { ProjectionExpression?: string | undefined; AttributesToGet?: string[] | undefined },
  placeholders: Placeholders,
): DocumentPath[] | undefined {
  if (input.ProjectionExpression !== undefined) return parseProjection(input.ProjectionExpression, placeholders);
  const names = input.AttributesToGet;
  if (!names) return undefined;
  if (new Set(names).size !== names.length) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    throw validation(`One or more parameter values were invalid: Duplicate value in attribute name: ${twice}`);
  }
  return names.map((name) => [name]);
}
