import { splitAttribute } from '../template/short-forms.ts';
import { isRecord, TemplateError } from '../template/template.ts';
import { attributeOf, type Call, reference } from './functions.ts';
import { asText, isUnknown, noValue, unknownValue } from './scope.ts';

/** `${Name}` and `${Resource.Attribute}` of a text; `${!Literal}` stands for `${Literal}` ("Fn::Sub"). */
const variable = /\$\{(!?)([^{}]*)\}/g;

export function sub(argument: unknown, call: Call): unknown {
  const [text, map] = Array.isArray(argument) ? argument : [argument, undefined];
  if (typeof text !== 'string' || (Array.isArray(argument) && (argument.length !== 2 || !isRecord(map)))) {
    throw new TemplateError(
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
      { path: call.path },
    );
  }
  const values = isRecord(map) ? map : {};
  let unknown = false;
  const result = text.replace(variable, (_whole, literal: string, rawName: string) => {
    if (literal) return `\${${rawName}}`;
    const name = rawName.trim();
    const value = Object.hasOwn(values, name) ? call.evaluate(values[name], 1, name) : named(name, call);
    if (isUnknown(value)) unknown = true;
    return value === noValue || isUnknown(value) ? '' : asText(value);
  });
  return unknown ? unknownValue : result;
}

function named(name: string, call: Call): unknown {
  const [logicalId = '', attribute] = splitAttribute(name);
  return attribute === undefined ? reference(name, call) : attributeOf(logicalId, attribute, call);
}

/** Names in the text that are not literals nor in the map. */
export function subNames(argument: unknown): string[] {
  const [text, map] = Array.isArray(argument) ? argument : [argument, undefined];
  if (typeof text !== 'string') return [];
  const names: string[] = [];
  for (const [, literal, rawName = ''] of text.matchAll(variable)) {
    const name = rawName.trim();
    if (!literal && !(isRecord(map) && Object.hasOwn(map, name))) names.push(name);
  }
  return names;
}
