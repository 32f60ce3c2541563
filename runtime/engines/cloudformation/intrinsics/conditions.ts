import { isRecord, type Path, section, TemplateError } from '../template/template.ts';
import { evaluateValue } from './evaluate.ts';
import { ruleFunctions } from './rule-functions.ts';
import { asText, type Scope } from './scope.ts';

/** "Condition functions", CloudFormation Template Reference. */
export const conditionFunctions: ReadonlySet<string> = new Set(['Fn::And', 'Fn::Or', 'Fn::Not', 'Fn::Equals']);

export function conditionIsMet(name: string, scope: Scope, path: Path): boolean {
  const known = scope.conditions.get(name);
  if (known !== undefined) return known;
  const conditions = section(scope.document, 'Conditions');
  if (!Object.hasOwn(conditions, name)) {
    throw new TemplateError(
      `Template format error: Unresolved condition dependency ${name} in the ${asText(path[0] ?? 'Conditions')} block of the template`,
      { path },
    );
  }
  if (path.filter((part) => part === name).length > 1) {
    throw new TemplateError(`Template error: circular dependency between conditions: ${name}`, { path });
  }
  const met = evaluateCondition(conditions[name], scope, [
    'Conditions',
    ...path.filter((part) => part !== 'Conditions'),
    name,
  ]);
  scope.conditions.set(name, met);
  return met;
}

export function evaluateCondition(value: unknown, scope: Scope, path: Path): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  const entries = isRecord(value) ? Object.entries(value) : [];
  const [name, argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  switch (name) {
    case 'Condition':
      return conditionIsMet(asText(argument), scope, path);
    case 'Fn::Equals':
      return equals(argument, scope, [...path, name]);
    case 'Fn::Not':
      return !operands(argument, { name, least: 1, most: 1, sentence: 'one boolean parameter' }, scope, path)[0];
    case 'Fn::And':
      return operands(argument, { name, ...several }, scope, path).every(Boolean);
    case 'Fn::Or':
      return operands(argument, { name, ...several }, scope, path).some(Boolean);
    default: {
      const rule = name === undefined ? undefined : ruleFunctions[name];
      if (rule && name !== undefined) return rule(argument, scope, [...path, name]);
      const evaluated = evaluateValue(value, scope, path);
      if (evaluated === 'true' || evaluated === true) return true;
      if (evaluated === 'false' || evaluated === false) return false;
      throw new TemplateError(
        'Template format error: Every Conditions member must contain a boolean condition function',
        { path },
      );
    }
  }
}

const several = { least: 2, most: 10, sentence: 'a list of at least 2 and at most 10 boolean parameters' };

function operands(
  argument: unknown,
  { name, least, most, sentence }: { name: string; least: number; most: number; sentence: string },
  scope: Scope,
  path: Path,
): boolean[] {
  if (!Array.isArray(argument) || argument.length < least || argument.length > most) {
    throw new TemplateError(`Template error: every ${name} object requires ${sentence}.`, { path: [...path, name] });
  }
  return argument.map((operand, index) => evaluateCondition(operand, scope, [...path, name, index]));
}

function equals(argument: unknown, scope: Scope, path: Path): boolean {
  if (!Array.isArray(argument) || argument.length !== 2) {
    throw new TemplateError('Template error: every Fn::Equals object requires a list of 2 string parameters.', {
      path,
    });
  }
  const [left, right] = argument.map((operand, index) => asText(evaluateValue(operand, scope, [...path, index])));
  return left === right;
}
