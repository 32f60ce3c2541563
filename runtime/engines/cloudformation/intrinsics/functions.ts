import { lookupTable } from '../../../kernel/lookup-table.ts';
import { splitAttribute } from '../template/short-forms.ts';
import { isRecord, type Path, section, TemplateError } from '../template/template.ts';
import { cidr } from './cidr.ts';
import { conditionIsMet } from './conditions.ts';
import { asText, isUnknown, noValue, type Scope, unknownValue } from './scope.ts';
import { sub } from './sub.ts';

export interface Call {
  scope: Scope;
  path: Path;
  evaluate(value: unknown, ...keys: (string | number)[]): unknown;
}

export type IntrinsicFunction = (argument: unknown, call: Call) => unknown;

/** "Intrinsic function reference", CloudFormation Template Reference. Conditions and rules have theirs elsewhere. */
export const functions: Record<string, IntrinsicFunction> = lookupTable({
  Ref: (argument, call) => reference(asText(call.evaluate(argument)), call),
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Split': split,
  'Fn::Select': select,
  'Fn::FindInMap': findInMap,
  'Fn::If': choose,
  'Fn::Base64': (argument, call) => {
    const value = call.evaluate(argument);
    if (isUnknown(value)) return unknownValue;
    if (typeof value === 'object') throw wrong('every Fn::Base64 object must have a String-typed value.', call);
    return Buffer.from(asText(value)).toString('base64');
  },
  'Fn::Cidr': cidr,
  'Fn::GetAZs': (argument, call) => {
    const region = asText(call.evaluate(argument));
    return call.scope.zones(region === '' ? asText(call.scope.values['AWS::Region']) : region);
  },
  'Fn::ImportValue': (argument, call) => {
    const name = call.evaluate(argument);
    if (isUnknown(name)) return unknownValue;
    const value = call.scope.exported(asText(name));
    if (value === undefined) throw new TemplateError(`No export named ${asText(name)} found`, { path: call.path });
    return value;
  },
  'Fn::Length': (argument, call) => {
    const value = call.evaluate(argument);
    if (value === unknownValue) return unknownValue;
    if (!Array.isArray(value)) throw wrong('Fn::Length expects an array as its parameter', call);
    return value.length;
  },
  'Fn::ToJsonString': (argument, call) => {
    const value = call.evaluate(argument);
    return isUnknown(value) ? unknownValue : JSON.stringify(value);
  },
});

function wrong(sentence: string, call: Call): TemplateError {
  return new TemplateError(`Template error: ${sentence}`, { path: call.path });
}

export function reference(name: string, { scope, path }: Call): unknown {
  if (name === 'AWS::NoValue') return noValue;
  if (Object.hasOwn(scope.values, name)) return scope.values[name];
  const resource = scope.resource(name);
  if (resource) return resource.ref;
  throw unresolved(name, path);
}

export function attributeOf(logicalId: string, attribute: string, { scope, path }: Call): unknown {
  const resource = scope.resource(logicalId);
  if (!resource) {
    throw new TemplateError(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`, {
      path,
    });
  }
  return resource.attribute(attribute);
}

export function unresolved(name: string, path: Path): TemplateError {
  const block = path[0] === 'Outputs' || path[0] === 'Conditions' ? path[0] : 'Resources';
  return new TemplateError(
    block === 'Conditions'
      ? `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`
      : `Template format error: Unresolved resource dependencies [${name}] in the ${block} block of the template`,
    { path },
  );
}

function getAtt(argument: unknown, call: Call): unknown {
  const parts = typeof argument === 'string' ? splitAttribute(argument) : argument;
  const sentence =
    'every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute';
  if (!Array.isArray(parts) || parts.length < 2) throw wrong(sentence, call);
  const [logicalId, ...names] = parts.map((part, index) => asText(call.evaluate(part, index)));
  if (!logicalId || names.some((name) => name === '')) throw wrong(sentence, call);
  return attributeOf(logicalId, names.join('.'), call);
}

function join(argument: unknown, call: Call): unknown {
  const sentence =
    'every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.';
  if (!Array.isArray(argument) || argument.length !== 2) throw wrong(sentence, call);
  const [delimiter, list] = argument.map((part, index) => call.evaluate(part, index));
  if (isUnknown(delimiter) || isUnknown(list)) return unknownValue;
  if (typeof delimiter !== 'string' || !Array.isArray(list)) throw wrong(sentence, call);
  return list.map(asText).join(delimiter);
}

function split(argument: unknown, call: Call): unknown {
  const sentence =
    'every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.';
  if (!Array.isArray(argument) || argument.length !== 2) throw wrong(sentence, call);
  const [delimiter, text] = argument.map((part, index) => call.evaluate(part, index));
  if (isUnknown(delimiter) || isUnknown(text)) return unknownValue;
  if (typeof delimiter !== 'string' || delimiter === '' || typeof text === 'object') throw wrong(sentence, call);
  return asText(text).split(delimiter);
}

function select(argument: unknown, call: Call): unknown {
  const sentence =
    'every Fn::Select object requires two parameters, an integer index and a list of values to select from.';
  if (!Array.isArray(argument) || argument.length !== 2) throw wrong(sentence, call);
  const [index, list] = argument.map((part, position) => call.evaluate(part, position));
  if (isUnknown(index) || list === unknownValue) return unknownValue;
  if (!Array.isArray(list) || !/^\d+$/.test(asText(index))) throw wrong(sentence, call);
  const value = list[Number(index)];
  if (value === undefined) throw wrong(`Fn::Select  cannot select nonexistent value at index ${asText(index)}`, call);
  return value;
}

function findInMap(argument: unknown, call: Call): unknown {
  if (!Array.isArray(argument) || argument.length < 3) {
    throw wrong(
      'every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
      call,
    );
  }
  const [map, top, second] = argument.slice(0, 3).map((part, index) => call.evaluate(part, index));
  if ([map, top, second].some(isUnknown)) return unknownValue;
  const mapping = section(call.scope.document, 'Mappings')[asText(map)];
  const row = isRecord(mapping) ? mapping[asText(top)] : undefined;
  const value = isRecord(row) ? row[asText(second)] : undefined;
  if (value !== undefined) return value;
  const options = argument[3];
  if (isRecord(options) && 'DefaultValue' in options) return call.evaluate(options.DefaultValue, 3, 'DefaultValue');
  if (mapping === undefined)
    throw wrong(`Mapping named '${asText(map)}' is not present in the 'Mappings' section of template.`, call);
  throw wrong(`Unable to get mapping for ${asText(map)}::${asText(top)}::${asText(second)}`, call);
}

function choose(argument: unknown, call: Call): unknown {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string') {
    throw wrong(
      'every Fn::If object requires three parameters: the name of a condition, and the values when it is true and when it is false',
      call,
    );
  }
  const branch = conditionIsMet(argument[0], call.scope, call.path) ? 1 : 2;
  return call.evaluate(argument[branch], branch);
}
