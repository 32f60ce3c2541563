import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createClock } from './clock.ts';

const start = Date.parse('2026-11-21T00:00:00Z');

describe('the clock', () => {
  test('stands still until wound, then fires what is due in order and at its own time', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const fired: string[] = [];
    clock.after(3000, 'third', () => void fired.push(`third at ${clock.now() - start}`));
    clock.after(1000, 'first', () => {
      fired.push(`first at ${clock.now() - start}`);
      clock.after(1000, 'second', () => void fired.push(`second at ${clock.now() - start}`));
    });
    const report = await clock.wind(10_000);
    assert.deepEqual(fired, ['first at 1000', 'second at 2000', 'third at 3000']);
    assert.deepEqual([report.fired, clock.now() - start], [3, 10_000]);
  });

  test('timers due at the same moment fire in the order they were set', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const fired: number[] = [];
    for (let index = 0; index < 20; index += 1) clock.after(500, `timer ${index}`, () => void fired.push(index));
    await clock.wind(500);
    assert.deepEqual(
      fired,
      Array.from({ length: 20 }, (_, index) => index),
    );
  });

  test('a wind lets work that a timer set off finish before time goes on', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const seen: string[] = [];
    clock.after(1000, 'start', () => {
      clock.track(
        (async () => {
          for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          seen.push(`work ended at ${clock.now() - start}`);
        })(),
      );
    });
    clock.after(2000, 'later', () => void seen.push('later'));
    await clock.wind(5000);
    assert.deepEqual(seen, ['work ended at 1000', 'later']);
  });

  test('a wind does not wait for ever for work that itself waits for time', async () => {
    const clock = createClock({ mode: 'held', startMs: start, settleMs: 20 });
    let done = false;
    const finish = (): void => {
      done = true;
    };
    clock.track(clock.sleep(60_000).then(finish));
    await clock.wind(61_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(done, true);
  });

  test('every repeats by when it was due, and a cancelled timer never fires', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const at: number[] = [];
    const timer = clock.every(1000, 'tick', () => void at.push(clock.now() - start));
    await clock.wind(3500);
    timer.cancel();
    await clock.wind(5000);
    assert.deepEqual(at, [1000, 2000, 3000]);
  });

  test('a sleeper that is aborted rejects with the reason', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const abort = new AbortController();
    const sleeping = clock.sleep(1000, abort.signal);
    abort.abort(new Error('gone'));
    await assert.rejects(sleeping, /gone/);
    assert.deepEqual(clock.upcoming(10), []);
  });

  test('winds asked for at once happen one after the other', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    await Promise.all([clock.wind(1000), clock.wind(2000)]);
    assert.equal(clock.now() - start, 3000);
  });

  test('tells what waits for which reason, and what a wind made happen', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    clock.every(1000, 'sweep', () => undefined);
    clock.after(2500, 'rule nightly', () => undefined, { kind: 'schedule' });
    assert.deepEqual(clock.upcoming(2), [
      { atMs: start + 1000, name: 'sweep' },
      { atMs: start + 2500, name: 'rule nightly', kind: 'schedule' },
    ]);
    const report = await clock.wind(3000);
    assert.equal(clock.lastWind(), report);
    assert.equal(clock.winding(), undefined);
    assert.deepEqual(report.things, [
      { name: 'sweep', kind: undefined, count: 3, firstMs: start + 1000, lastMs: start + 3000 },
      { name: 'rule nightly', kind: 'schedule', count: 1, firstMs: start + 2500, lastMs: start + 2500 },
    ]);
  });

  test('tells of its progress while a wind goes on', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const told: number[] = [];
    clock.onProgress(({ nowMs }) => told.push(nowMs - start));
    const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 260));
    clock.after(1000, 'slow', slow);
    clock.after(2000, 'quick', () => assert.equal(clock.winding()?.nowMs, start + 1000));
    await clock.wind(3000);
    assert.equal(told[0], 1000);
  });

  test('limits of real work are not brought nearer by winding a running clock', async () => {
    const clock = createClock();
    let fired = false;
    const fire = (): void => {
      fired = true;
    };
    clock.after(3_600_000, 'time-out', fire, { basis: 'elapsed' });
    await clock.wind(86_400_000);
    assert.equal(fired, false);
    clock.stop();
  });

  test("translates a client's time to the cloud's at that moment, and leaves the cloud's own as it is", async () => {
    const clock = createClock();
    const before = Date.now();
    await clock.wind(86_400_000);
    assert.ok(Math.abs(clock.interpret(before - 1000) - (before - 1000)) < 50);
    assert.ok(Math.abs(clock.interpret(Date.now() + 5) - clock.now()) < 200);
    assert.equal(clock.interpret(clock.now()), clock.now());
    clock.stop();
  });

  test('ten thousand timers set and cancelled leave nothing behind', async () => {
    const clock = createClock({ mode: 'held', startMs: start });
    const timers = Array.from({ length: 10_000 }, (_, index) =>
      clock.after(index, 'timer', () => assert.fail('cancelled')),
    );
    for (const timer of timers) timer.cancel();
    assert.deepEqual(clock.upcoming(1), []);
    assert.equal((await clock.wind(20_000)).fired, 0);
  });
});
