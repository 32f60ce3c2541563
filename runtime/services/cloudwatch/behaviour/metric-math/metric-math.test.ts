import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Metric } from '../metric-store.ts';
import { evaluateExpression, readExpression } from './evaluate.ts';
import { finds, parseSearch } from './search.ts';
import type { TimeSeries, Value } from './values.ts';

const minuteMs = 60_000;
const grid = [0, 1, 2, 3].map((index) => index * minuteMs);

/** Undefined where there is no value. */
function series(label: string, values: (number | undefined)[]): TimeSeries {
  const points = new Map<number, number>();
  for (const [index, value] of values.entries()) if (value !== undefined) points.set(index * minuteMs, value);
  return { label, periodSeconds: 60, grid, points };
}

const known: Record<string, TimeSeries> = {
  m1: series('m1', [1, 2, undefined, 4]),
  m2: series('m2', [10, 0, 30, 40]),
};

function evaluate(text: string): Value {
  return evaluateExpression(text, readExpression(text), {
    grid,
    periodSeconds: 60,
    reference: (id) => known[id],
    search: () => undefined,
    metrics: (part) => Object.values(known).filter(({ label }) => label.includes(part)),
  });
}

/** Expression and what it gives, by minute; from "Metric math syntax and functions", CloudWatch User Guide. */
const cases: [string, number | (number | undefined)[]][] = [
  ['m1 + m2', [11, 2, undefined, 44]],
  ['m2 / m1 * 100', [1000, 0, undefined, 1000]],
  ['m1 / m2', [0.1, undefined, undefined, 0.1]],
  ['-m1 ^ 2 + 1', [0, -3, undefined, -15]],
  ['2 ^ 3 ^ 2', 512],
  ['SUM(m2)', 80],
  ['SUM(METRICS())', [11, 2, 30, 44]],
  ['AVG([m1, m2])', [5.5, 1, 30, 22]],
  ['MAX(METRICS("m2")) - MIN([m2])', [0, 0, 0, 0]],
  ['FILL(m1, 0)', [1, 2, 0, 4]],
  ['FILL(m1, REPEAT)', [1, 2, 2, 4]],
  ['FILL(m1, LINEAR)', [1, 2, 3, 4]],
  ['IF(m2 > 5, 1, 0)', [1, 0, 1, 1]],
  ['IF(FILL(m1, 0) >= 2 AND m2 < 40, m2)', [undefined, 0, undefined, undefined]],
  ['RATE(m2) * PERIOD(m2)', [undefined, -10, 30, 10]],
  ['DIFF(m1)', [undefined, 1, undefined, 2]],
  ['RUNNING_SUM(m2)', [10, 10, 40, 80]],
  ['ABS(0 - m2) + CEIL(m1 / 2) + FLOOR(1.5)', [12, 2, undefined, 43]],
  ['MINUTE(m1)', [0, 1, 2, 3]],
  ['DATAPOINT_COUNT(m1)', 3],
  ['METRIC_COUNT(REMOVE_EMPTY(METRICS()))', 2],
  ['STDDEV(m2) * 0 + LOG10(1000)', 3],
  ['MAX(SLICE(SORT(METRICS(), SUM, ASC), 0, 1))', [1, 2, undefined, 4]],
  ['DIFF_TIME(m1)', [undefined, 60, undefined, 120]],
  ['m1 > 1 && m2 > 5 || m2 == 0', [0, 1, undefined, 1]],
  ['TIME_SERIES(7)', [7, 7, 7, 7]],
  ['FIRST(SORT(METRICS(), MAX, DESC))', [10, 0, 30, 40]],
];

for (const [text, expected] of cases) {
  test(`${text} gives ${JSON.stringify(expected)}`, () => {
    const value = evaluate(text);
    if (typeof value === 'number' || Array.isArray(value)) assert.deepEqual(value, expected);
    else
      assert.deepEqual(
        grid.map((startMs) => value.points.get(startMs)),
        expected,
      );
  });
}

test('says what is wrong with an expression, and refuses by name what does not run', () => {
  for (const text of ['m1 +', 'm1 m2', 'NOSUCH(m1)', 'm9', '(m1', 'm1 # 2', 'FILL(m1, NEVER)']) {
    assert.throws(() => evaluate(text), { name: 'ValidationException' }, text);
  }
  assert.throws(() => evaluate('ANOMALY_DETECTION_BAND(m1)'), {
    name: 'NotImplemented',
    message: /ANOMALY_DETECTION_BAND/,
  });
  assert.throws(() => evaluate('SELECT AVG(x) FROM y'), { name: 'NotImplemented', message: /Metrics Insights/ });
});

const lambdaErrors = metric('AWS/Lambda', 'Errors', { FunctionName: 'order-processor2' });
const queueAge = metric('AWS/SQS', 'ApproximateAgeOfOldestMessage', { QueueName: 'orders' });

function metric(namespace: string, name: string, dimensions: Record<string, string>): Metric {
  return {
    account: '000000000000',
    region: 'us-east-1',
    namespace,
    name,
    dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    series: [],
    lastMs: 0,
    watchers: undefined,
  };
}

/** Search and which of the two metrics it finds; "CloudWatch search expression syntax", User Guide. */
const searches: [string, Metric[]][] = [
  ['{AWS/Lambda,FunctionName}', [lambdaErrors]],
  ['{AWS/Lambda}', []],
  ['{AWS/Lambda,FunctionName} MetricName="Errors"', [lambdaErrors]],
  ['MetricName=("Errors" OR "ApproximateAgeOfOldestMessage")', [lambdaErrors, queueAge]],
  ['order', [lambdaErrors]],
  ['"order"', []],
  ['age oldest', [queueAge]],
  ['AWS NOT Namespace="AWS/SQS"', [lambdaErrors]],
  ['QueueName=orders', [queueAge]],
];

for (const [text, expected] of searches) {
  test(`SEARCH finds ${expected.length} of two by ${text}`, () => {
    const search = parseSearch(text);
    assert.ok(search);
    assert.deepEqual(
      [lambdaErrors, queueAge].filter((one) => finds(search, one)),
      expected,
    );
  });
}

test('SEARCH says when it cannot be read', () => {
  for (const text of ['', '{}', '(order', 'MetricName=']) assert.equal(parseSearch(text), undefined, text);
});
