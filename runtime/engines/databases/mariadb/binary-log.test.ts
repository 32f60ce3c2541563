import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Archive } from '../archive.ts';
import { endOf, firstEvent, sequenceOf } from './binary-log.ts';
import { erasOf, filesOf, keep, notedOf, segmentName } from './log-archive.ts';

/** A transaction of 19 + 13 and 19 + 8 bytes: the GTID event and its end. */
function transaction(stamp: number, sequence: number): Buffer {
  const begin = Buffer.alloc(32);
  begin.writeUInt32LE(stamp, 0);
  begin[4] = 162;
  begin.writeUInt32LE(begin.length, 9);
  begin.writeBigUInt64LE(BigInt(sequence), 19);
  const end = Buffer.alloc(27);
  end.writeUInt32LE(stamp, 0);
  end[4] = 16;
  end.writeUInt32LE(end.length, 9);
  return Buffer.concat([begin, end]);
}
const size = 59;

describe('a binary log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-log-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'binlog.000001');
  const log = Buffer.concat([
    Buffer.from('\xfebin', 'latin1'),
    transaction(100, 1),
    transaction(101, 2),
    transaction(101, 3),
  ]);
  const upTo = (transactions: number): number => firstEvent + transactions * size;

  test('is read to its end, and no further than what a crash left whole', async () => {
    writeFileSync(file, log);
    assert.deepEqual(await endOf(file, firstEvent, {}), { end: upTo(3), late: false });
    writeFileSync(file, log.subarray(0, -5));
    assert.deepEqual(await endOf(file, firstEvent, {}), { end: upTo(3) - 27, late: false });
    writeFileSync(file, log.subarray(0, -30));
    assert.deepEqual(await endOf(file, firstEvent, {}), { end: upTo(2), late: false });
  });

  test('is read up to an offset, a transaction, or the second of a stamp', async () => {
    writeFileSync(file, log);
    assert.equal((await endOf(file, firstEvent, { offset: upTo(2) })).end, upTo(2));
    assert.equal((await endOf(file, firstEvent, { sequence: 2n })).end, upTo(2));
    const stamps = { from: 0, last: 100, latest: 200 };
    assert.deepEqual(await endOf(file, firstEvent, { stamps }), { end: upTo(1), late: true });
    assert.equal((await endOf(file, firstEvent, { stamps: { ...stamps, last: 101 } })).end, upTo(3));
    assert.equal((await endOf(file, firstEvent, { stamps: { ...stamps, from: upTo(2) } })).end, upTo(2));
    // A client that says SET timestamp to a time that has not come.
    assert.equal((await endOf(file, firstEvent, { stamps: { ...stamps, latest: 100 } })).end, upTo(3));
    assert.equal(sequenceOf('0-77-12'), 12n);
  });

  test('is in the archive while it grows, and after it was deleted and begun anew', () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    const archive = new Archive(join(folder, 'archive'));
    archive.prepare();
    writeFileSync(join(archive.log, 'eras'), JSON.stringify([{ from: { file: 1, offset: firstEvent }, folder: data }]));
    writeFileSync(join(data, 'binlog.000001'), log.subarray(0, upTo(1)));
    keep(archive, data, { cloudMs: 1000, machineMs: 10 });
    writeFileSync(join(data, 'binlog.000001'), log);
    keep(archive, data, { cloudMs: 2000, machineMs: 20 });
    rmSync(join(data, 'binlog.000001'));
    writeFileSync(join(data, 'binlog.000001'), log.subarray(0, upTo(2)));
    keep(archive, data, { cloudMs: 3000, machineMs: 30 });
    // Of a server that is no longer, or not yet, the writer.
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'binlog.000001'), log);
    keep(archive, join(folder, 'other'), { cloudMs: 4000, machineMs: 40 });
    assert.deepEqual(
      notedOf(archive).map(({ cloudMs, era, offset }) => [cloudMs, era, offset]),
      [
        [1000, 1, upTo(1)],
        [2000, 1, upTo(3)],
        [3000, 2, upTo(2)],
      ],
    );
    assert.deepEqual([erasOf(archive).length, filesOf(archive, 1), filesOf(archive, 2)], [2, [1], [1]]);
    assert.deepEqual(readFileSync(join(archive.log, segmentName(1, 1))), log);
  });
});
