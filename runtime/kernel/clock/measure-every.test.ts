import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from './clock.ts';
import { measureEveryMinute } from './measure-every.ts';

const minute = 60_000;

test('a measure is taken every minute, however the time passes, and far into a wind only where it tells something', async (t) => {
  const clock = createClock({ mode: 'held', startMs: 0 });
  t.after(() => clock.stop());
  const times: number[] = [];
  const timer = measureEveryMinute(clock, 'a measure', () => times.push(clock.now() / minute));
  // In steps shorter than a minute.
  for (let step = 0; step < 9; step += 1) await clock.wind(minute / 3);
  assert.deepEqual(times, [1, 2, 3]);
  await clock.wind(10 * minute);
  assert.deepEqual(times.slice(3), [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  times.length = 0;
  const { fired } = await clock.wind(30 * 24 * 60 * minute);
  assert.ok(fired < 60 + 30 * 24 + 10, `${fired} timers in a month`);
  times.length = 0;
  // After it as before it.
  await clock.wind(3 * minute);
  assert.equal(times.length, 3);
  timer.cancel();
  times.length = 0;
  await clock.wind(24 * 60 * minute);
  assert.deepEqual([times, clock.upcoming(5)], [[], []]);
});
