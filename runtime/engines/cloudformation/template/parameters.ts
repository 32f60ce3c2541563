import { fitsWhole } from '../../patterns/bounded-expression.ts';
import { asText } from '../intrinsics/scope.ts';
import { type Document, isRecord, section, TemplateError } from './template.ts';

export interface GivenParameter {
  ParameterKey?: string | undefined;
  ParameterValue?: string | undefined;
  UsePreviousValue?: boolean | undefined;
}

export interface ParameterDeclaration {
  Type: string;
  Default?: unknown;
  NoEcho?: unknown;
  AllowedPattern?: string;
  AllowedValues?: unknown[];
  ConstraintDescription?: string;
  Description?: string;
  MaxLength?: unknown;
  MaxValue?: unknown;
  MinLength?: unknown;
  MinValue?: unknown;
}

export function parameterDeclarations(document: Document): Record<string, ParameterDeclaration> {
  return section(document, 'Parameters') as unknown as Record<string, ParameterDeclaration>;
}

/**
 * The text each parameter has: given, kept from `previous`, or its default. Throws TemplateError for those without a
 * value, those the template does not have, and those against their constraints.
 */
export function chooseParameters(
  document: Document,
  given: readonly GivenParameter[],
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const declared = parameterDeclarations(document);
  const byKey = new Map(given.map((parameter) => [parameter.ParameterKey ?? '', parameter]));
  const foreign = [...byKey.keys()].filter((key) => !Object.hasOwn(declared, key));
  if (foreign.length > 0) throw new TemplateError(`Parameters: [${foreign.join(', ')}] do not exist in the template`);
  const values: Record<string, string> = {};
  const without: string[] = [];
  for (const [name, declaration] of Object.entries(declared)) {
    const value = chosenText(byKey.get(name), previous[name], declaration);
    if (value === undefined) without.push(name);
    else values[name] = value;
  }
  if (without.length > 0) {
    throw new TemplateError(`Parameters: [${without.join(', ')}] must have values`, {
      path: ['Parameters', without[0] ?? ''],
    });
  }
  for (const [name, value] of Object.entries(values)) checkConstraints(name, declared[name], value);
  return values;
}

function chosenText(
  given: GivenParameter | undefined,
  previous: string | undefined,
  declaration: ParameterDeclaration,
): string | undefined {
  if (given?.UsePreviousValue) return previous;
  if (given?.ParameterValue !== undefined) return given.ParameterValue;
  return declaration.Default === undefined ? undefined : asText(declaration.Default);
}

/** "Parameters section: properties". SSM parameters hold a name, to which the constraints apply. */
function checkConstraints(name: string, declaration: ParameterDeclaration | undefined, value: string): void {
  if (!isRecord(declaration)) return;
  const fail = (sentence: string): never => {
    const { ConstraintDescription: described } = declaration;
    throw new TemplateError(
      described ? `Parameter '${name}' failed to satisfy constraint: ${described}` : `Parameter '${name}' ${sentence}`,
      { path: ['Parameters', name] },
    );
  };
  const numeric = declaration.Type === 'Number' || declaration.Type === 'List<Number>';
  for (const element of isListType(declaration.Type) ? splitList(value) : [value]) {
    if (declaration.AllowedValues && !declaration.AllowedValues.map(asText).includes(element))
      fail('must be one of AllowedValues');
    if (declaration.AllowedPattern !== undefined && !matchesWhole(declaration.AllowedPattern, element)) {
      fail(`must match pattern ${declaration.AllowedPattern}`);
    }
    if (numeric) checkNumber(declaration, element, fail);
    else checkLength(declaration, element, fail);
  }
}

function checkNumber(declaration: ParameterDeclaration, value: string, fail: (sentence: string) => never): void {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isNaN(number)) fail('must be a number');
  const { MinValue, MaxValue } = declaration;
  if (MinValue !== undefined && number < Number(MinValue)) fail(`must be a number not less than ${asText(MinValue)}`);
  if (MaxValue !== undefined && number > Number(MaxValue))
    fail(`must be a number not greater than ${asText(MaxValue)}`);
}

function checkLength(declaration: ParameterDeclaration, value: string, fail: (sentence: string) => never): void {
  const { MinLength, MaxLength } = declaration;
  if (MinLength !== undefined && value.length < Number(MinLength))
    fail(`must contain at least ${asText(MinLength)} characters`);
  if (MaxLength !== undefined && value.length > Number(MaxLength))
    fail(`must contain at most ${asText(MaxLength)} characters`);
}

/** A pattern that only Java reads cannot be checked here. */
function matchesWhole(pattern: string, value: string): boolean {
  const fits = fitsWhole(pattern, value);
  if (fits === 'too-long')
    throw new TemplateError(`AllowedPattern ${pattern} takes too long over a value of ${value.length} characters.`);
  return fits !== false;
}

function isListType(type: string): boolean {
  return type === 'CommaDelimitedList' || type.startsWith('List<');
}

/** The type of what a parameter store parameter holds: AWS::SSM::Parameter::Value<List<String>> is List<String>. */
export function ssmValueType(type: string): string | undefined {
  return /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
}

/** "Spaces around the comma are dropped" (CommaDelimitedList, Parameters section). */
export function splitList(text: string): string[] {
  return text === '' ? [] : text.split(',').map((entry) => entry.trim());
}

/** What `Ref` gives: text, or a list for the list types. `fetched` holds the parameter store's values by parameter. */
export function parameterValues(
  document: Document,
  texts: Readonly<Record<string, string>>,
  fetched: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(parameterDeclarations(document))) {
    const type = ssmValueType(declaration.Type);
    const text = (type ? fetched[name] : texts[name]) ?? '';
    values[name] = isListType(type ?? declaration.Type) ? splitList(text) : text;
  }
  return values;
}
