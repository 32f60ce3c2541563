import { lookupTable } from '../../../kernel/lookup-table.ts';
import { type Path, TemplateError } from '../template/template.ts';
import { evaluateValue } from './evaluate.ts';
import { asText, type Scope } from './scope.ts';

/** "Rule functions", CloudFormation Template Reference; the boolean ones. */
export const ruleFunctions: Record<string, (argument: unknown, scope: Scope, path: Path) => boolean> = lookupTable({
  'Fn::Contains': (argument, scope, path) => {
    const [list, value] = pair(argument, scope, path);
    return texts(list).includes(asText(value));
  },
  'Fn::EachMemberEquals': (argument, scope, path) => {
    const [list, value] = pair(argument, scope, path);
    return texts(list).every((member) => member === asText(value));
  },
  'Fn::EachMemberIn': (argument, scope, path) => {
    const [list, allowed] = pair(argument, scope, path);
    return texts(list).every((member) => texts(allowed).includes(member));
  },
});

function pair(argument: unknown, scope: Scope, path: Path): [unknown, unknown] {
  if (!Array.isArray(argument) || argument.length !== 2) {
    throw new TemplateError(`Template error: every ${String(path.at(-1))} object requires two parameters`, { path });
  }
  return [evaluateValue(argument[0], scope, [...path, 0]), evaluateValue(argument[1], scope, [...path, 1])];
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(asText);
}
