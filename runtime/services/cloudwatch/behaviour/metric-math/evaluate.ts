import { refused } from '../../../../kernel/errors.ts';
import { type Argument, functionNamed, operate } from './functions.ts';
import { type Expression, parseExpression, problem } from './syntax.ts';
import { eachSeries, type TimeSeries, type Value } from './values.ts';

/** What an expression may name. */
export interface Scope {
  /** The value of another query; undefined when there is none of that id. */
  reference(id: string): Value | undefined;
  /** Queries of metrics whose id holds the text, for METRICS(). */
  metrics(part: string): TimeSeries[];
  /** Metrics that a SEARCH finds, in a statistic; undefined when the search cannot be read. */
  search(query: string, stat: string, periodSeconds: number | undefined): TimeSeries[] | undefined;
  grid: readonly number[];
  periodSeconds: number;
}

/** Functions of CloudWatch that need what does not run here. */
const notRun: ReadonlySet<string> = new Set([
  'ANOMALY_DETECTION_BAND',
  'INSIGHT_RULE_METRIC',
  'SERVICE_QUOTA',
  'DB_PERF_INSIGHTS',
  'LAMBDA',
]);

/** Reads an expression and refuses what cannot run, before anything is measured. */
export function readExpression(text: string): Expression {
  if (/^\s*select\s/i.test(text)) throw refused('cloudwatch Metrics Insights queries');
  const expression = parseExpression(text);
  check(text, expression);
  return expression;
}

function check(text: string, expression: Expression): void {
  if (expression.kind === 'call') {
    if (notRun.has(expression.name)) throw refused(`cloudwatch metric math function ${expression.name}`);
    if (!['METRICS', 'SEARCH'].includes(expression.name) && !functionNamed(expression.name))
      throw problem(text, `unknown function ${expression.name}`);
  }
  for (const part of partsOf(expression)) check(text, part);
}

function partsOf(expression: Expression): Expression[] {
  if (expression.kind === 'call') return expression.of;
  if (expression.kind === 'list') return expression.items;
  if (expression.kind === 'negative') return [expression.of];
  return expression.kind === 'binary' ? [expression.left, expression.right] : [];
}

/** Whether it searches for metrics, which an alarm cannot. */
export function searches(expression: Expression): boolean {
  return (expression.kind === 'call' && expression.name === 'SEARCH') || partsOf(expression).some(searches);
}

export function evaluateExpression(text: string, expression: Expression, scope: Scope): Value {
  const argument = evaluateArgument(text, expression, scope);
  if (typeof argument === 'object' && 'word' in argument) throw problem(text, `${argument.word} is not a value`);
  return argument;
}

function evaluateArgument(text: string, expression: Expression, scope: Scope): Argument {
  const value = (of: Expression): Value => evaluateExpression(text, of, scope);
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'text':
    case 'word':
      return { word: expression.value };
    case 'reference': {
      const found = scope.reference(expression.id);
      if (found === undefined) throw problem(text, `no query has the id ${expression.id}`);
      return found;
    }
    case 'list':
      return expression.items.flatMap((item) => {
        const one = value(item);
        if (typeof one === 'number') throw problem(text, 'a list holds time series');
        return one;
      });
    case 'negative':
      return eachSeries(value(expression.of), (number) => -number);
    case 'binary':
      return operate(expression.operator, value(expression.left), value(expression.right));
    case 'call':
      return call(text, expression, scope);
  }
}

function call(text: string, { name, of }: { name: string; of: Expression[] }, scope: Scope): Value {
  const given = of.map((part) => evaluateArgument(text, part, scope));
  const fail = (why: string): never => {
    throw problem(text, `${name}: ${why}`);
  };
  if (name === 'METRICS') {
    const [part] = given;
    return scope.metrics(typeof part === 'object' && 'word' in part ? part.word : '');
  }
  if (name === 'SEARCH') return search(given, scope, fail);
  const run = functionNamed(name);
  return run ? run(given, { fail, grid: scope.grid, periodSeconds: scope.periodSeconds }) : fail('unknown function');
}

function search([query, stat, period]: Argument[], scope: Scope, fail: (why: string) => never): Value {
  if (typeof query !== 'object' || !('word' in query)) return fail('the search must be a text');
  if (typeof stat !== 'object' || !('word' in stat)) return fail('the statistic must be a text');
  if (period !== undefined && typeof period !== 'number') return fail('the period must be a number');
  return scope.search(query.word, stat.word, period) ?? fail(`the search '${query.word}' cannot be read`);
}
