import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { timeZone } from './local-time.ts';
import { parseSchedule } from './schedule.ts';

function times(text: string, from: string, count: number, zone = 'UTC'): string[] {
  const schedule = parseSchedule(text) ?? assert.fail(`${text} is not taken`);
  const found: string[] = [];
  let atMs: number | undefined = Date.parse(from);
  const anchorMs = atMs;
  while (found.length < count) {
    atMs = schedule.next(atMs, { anchorMs, zone: timeZone(zone) });
    if (atMs === undefined) break;
    found.push(new Date(atMs).toISOString().slice(0, 16));
  }
  return found;
}

describe('a schedule expression', () => {
  const start = '2026-01-30T10:07:00Z';
  // From "Cron expressions reference" and "Rate expressions", EventBridge User Guide, and a calendar.
  for (const [text, ...expected] of [
    ['rate(5 minutes)', '2026-01-30T10:12', '2026-01-30T10:17'],
    ['rate(1 day)', '2026-01-31T10:07', '2026-02-01T10:07'],
    ['cron(0/15 * * * ? *)', '2026-01-30T10:15', '2026-01-30T10:30'],
    ['cron(15 12 * * ? *)', '2026-01-30T12:15', '2026-01-31T12:15'],
    ['cron(0 18 ? * MON-FRI *)', '2026-01-30T18:00', '2026-02-02T18:00'],
    ['cron(0 8 1 * ? *)', '2026-02-01T08:00', '2026-03-01T08:00'],
    [
      'cron(5 8-17/3 ? * MON *)',
      '2026-02-02T08:05',
      '2026-02-02T11:05',
      '2026-02-02T14:05',
      '2026-02-02T17:05',
      '2026-02-09T08:05',
    ],
    ['cron(0 0 L * ? *)', '2026-01-31T00:00', '2026-02-28T00:00'],
    ['cron(0 0 1W * ? *)', '2026-02-02T00:00', '2026-03-02T00:00', '2026-04-01T00:00'],
    ['cron(0 0 LW * ? *)', '2026-02-27T00:00'],
    ['cron(0 9 ? * 6L *)', '2026-02-27T09:00', '2026-03-27T09:00'],
    ['cron(0 9 ? * TUE#2 *)', '2026-02-10T09:00', '2026-03-10T09:00'],
    ['cron(0 9 ? * L *)', '2026-01-31T09:00', '2026-02-07T09:00'],
    ['cron(0 0 29 FEB ? *)', '2028-02-29T00:00', '2032-02-29T00:00'],
    ['cron(0 0 ? * FRI-MON *)', '2026-01-31T00:00', '2026-02-01T00:00', '2026-02-02T00:00', '2026-02-06T00:00'],
    ['cron(0 12 1 1 ? 2027-2028)', '2027-01-01T12:00', '2028-01-01T12:00'],
    ['at(2026-02-01T00:00:00)', '2026-02-01T00:00'],
  ] as [string, ...string[]][]) {
    test(text, () => assert.deepEqual(times(text, start, expected.length), expected));
  }

  test('that is over has no next time', () => {
    assert.deepEqual(times('cron(0 12 1 1 ? 2025)', start, 1), []);
    assert.deepEqual(times('at(2026-01-01T00:00:00)', start, 1), []);
  });

  test('of a time zone skips what its clocks jump over and comes once where they are set back', () => {
    assert.deepEqual(times('cron(30 2 * * ? *)', '2026-03-07T00:00:00Z', 3, 'America/New_York'), [
      '2026-03-07T07:30',
      '2026-03-09T06:30',
      '2026-03-10T06:30',
    ]);
    assert.deepEqual(times('cron(30 1 * * ? *)', '2026-10-31T12:00:00Z', 2, 'America/New_York'), [
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
    assert.deepEqual(times('at(2026-07-01T12:00:00)', start, 1, 'Europe/Berlin'), ['2026-07-01T10:00']);
  });

  for (const text of [
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 weeks)',
    'cron(0 12 * * * *)',
    'cron(0 12 ? * ? *)',
    'cron(0 12 * * ?)',
    'cron(60 * * * ? *)',
    'cron(0 0 32 * ? *)',
    'cron(0 0 ? * MON#6 *)',
    'cron(0 0 ? * XYZ *)',
    'cron(* * * * ? 2200)',
    'at(2026-02-30T00:00:00)',
    'every day',
  ]) {
    test(`is not ${text}`, () => assert.equal(parseSchedule(text), undefined));
  }
});
