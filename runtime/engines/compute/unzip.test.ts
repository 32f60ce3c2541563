import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { BadArchive, unzip } from './unzip.ts';

interface Put {
  name: string;
  text?: string;
  mode?: number;
  /** What the directory says, where it lies. */
  size?: number;
}

const link = 0o120777;

/** Stored entries, as no honest tool would put them together. */
function archiveOf(entries: Put[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text = '', mode = 0o100644, size = text.length } of entries) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(crc32(text), 14);
    local.writeUInt32LE(text.length, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt32LE(crc32(text), 16);
    central.writeUInt32LE(text.length, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(offset, 42);
    bodies.push(local, Buffer.from(name + text));
    directory.push(central, Buffer.from(name));
    offset += 30 + name.length + text.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([
    ...bodies,
    central,
    ...(entries.length < 0xffff ? [] : zip64(entries.length, offset, central.length)),
    end,
  ]);
}

function zip64(count: number, offset: number, length: number): Buffer[] {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  return [record, locator];
}

describe('an archive that is unpacked', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'orrery-unzip-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  let made = 0;

  async function unpacked(entries: Put[]): Promise<string> {
    made += 1;
    const folder = join(scratch, `in${made}`);
    await unzip(archiveOf(entries), folder, { limitBytes: 1000 });
    return folder;
  }

  test('writes nothing through a link that it brought itself', async () => {
    const outside = join(scratch, 'outside');
    const between = Array.from({ length: 64 }, (_, index) => ({ name: `f${index}` }));
    const folder = await unpacked([{ name: 'l', text: outside, mode: link }, ...between, { name: './l', text: 'x' }]);
    assert.equal(readFileSync(join(folder, 'l'), 'utf8'), 'x');
    await assert.rejects(
      unpacked([{ name: 'd', text: scratch, mode: link }, ...between, { name: 'd/outside', text: 'x' }]),
      BadArchive,
    );
    assert(!existsSync(outside));
  });

  test('leaves its folder by no name', async () => {
    for (const name of ['../outside', '/outside', 'a/../../outside', 'a\0b'])
      await assert.rejects(unpacked([{ name, text: 'x' }]), BadArchive, name);
    assert.equal(readFileSync(join(await unpacked([{ name: '..a', text: 'x' }]), '..a'), 'utf8'), 'x');
  });

  test('is the archive’s fault where names cannot be beside one another, or a size is a lie', async () => {
    await assert.rejects(
      unpacked([
        { name: 'a', text: 'x' },
        { name: 'a/b', text: 'x' },
      ]),
      BadArchive,
    );
    await assert.rejects(unpacked([{ name: 'x'.repeat(300) }]), BadArchive);
    await assert.rejects(unpacked([{ name: 'a', text: 'x'.repeat(5000), size: 1 }]), BadArchive);
  });

  test('keeps links, and holds more entries than two bytes count', async () => {
    const folder = await unpacked([
      { name: 'a', text: 'x' },
      { name: 'l', text: 'a', mode: link },
    ]);
    assert(lstatSync(join(folder, 'l')).isSymbolicLink());
    const many = Array.from({ length: 0xffff + 1 }, () => ({ name: 'a/' }));
    assert.deepEqual(readdirSync(await unpacked([...many, { name: 'last' }])), ['a', 'last']);
  });
});
