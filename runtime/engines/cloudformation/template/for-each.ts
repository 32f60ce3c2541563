import { evaluate } from '../intrinsics/evaluate.ts';
import { asText, type Scope } from '../intrinsics/scope.ts';
import { type Document, isRecord, type Path, TemplateError } from './template.ts';

const sections = ['Conditions', 'Resources', 'Outputs'];
const prefix = 'Fn::ForEach::';

/** Writes out every Fn::ForEach of a template with the AWS::LanguageExtensions transform ("Fn::ForEach"). */
export function expandForEach(document: Document, scope: Scope): Document {
  const result: Document = { ...document };
  for (const section of sections) {
    if (result[section] !== undefined) result[section] = expand(result[section], scope, [section]);
  }
  return result;
}

function expand(value: unknown, scope: Scope, path: Path): unknown {
  if (Array.isArray(value)) return value.map((entry, index) => expand(entry, scope, [...path, index]));
  if (!isRecord(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const at = [...path, key];
    const written = key.startsWith(prefix) ? loop(entry, scope, at) : { [key]: expand(entry, scope, at) };
    for (const [name, content] of Object.entries(written)) {
      if (key.startsWith(prefix) && Object.hasOwn(result, name)) {
        throw new TemplateError(`Template error: Fn::ForEach brings forth ${name} more than once`, { path: at });
      }
      result[name] = content;
    }
  }
  return result;
}

function loop(argument: unknown, scope: Scope, path: Path): Record<string, unknown> {
  const [identifier, collection, fragment] = Array.isArray(argument) ? argument : [];
  if (typeof identifier !== 'string' || !isRecord(fragment)) {
    throw new TemplateError(
      'Fn::ForEach layout is incorrect: it takes an identifier, a collection and a map with one output key',
      { path },
    );
  }
  const values = evaluate(collection, scope, [...path, 1]);
  if (!Array.isArray(values))
    throw new TemplateError('Fn::ForEach: the collection must be a list', { path: [...path, 1] });
  const result: Record<string, unknown> = {};
  for (const value of values.map(asText)) {
    const written = expand(substitute(fragment, identifier, value), scope, [...path, 2]) as Record<string, unknown>;
    for (const [name, content] of Object.entries(written)) {
      if (Object.hasOwn(result, name))
        throw new TemplateError(`Template error: Fn::ForEach brings forth ${name} more than once`, { path });
      result[name] = content;
    }
  }
  return result;
}

/** `&{Name}` is the value with everything but letters and digits taken out, for logical ids. */
function substitute(value: unknown, identifier: string, replacement: string): unknown {
  if (typeof value === 'string') {
    return value
      .replaceAll(`\${${identifier}}`, replacement)
      .replaceAll(`&{${identifier}}`, replacement.replace(/[^A-Za-z0-9]/g, ''));
  }
  if (Array.isArray(value)) return value.map((entry) => substitute(entry, identifier, replacement));
  if (!isRecord(value)) return value;
  if (value.Ref === identifier && Object.keys(value).length === 1) return replacement;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      substitute(key, identifier, replacement) as string,
      substitute(entry, identifier, replacement),
    ]),
  );
}
