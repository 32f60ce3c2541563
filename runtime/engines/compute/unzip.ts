import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

const inflate = promisify(inflateRaw);

/** An archive that cannot be read, or is larger than allowed. */
export class BadArchive extends Error {
  readonly reason: 'unreadable' | 'too large';

  constructor(reason: BadArchive['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

interface Entry {
  name: string;
  method: number;
  compressedSize: number;
  size: number;
  offset: number;
  mode: number;
}

/**
 * Unpacks a zip into a folder, its modes and symbolic links kept: a custom runtime's `bootstrap` must stay executable,
 * which is why this reads the archive's directory itself. Inflates on the thread pool, off the event loop.
 */
export async function unzip(archive: Buffer, folder: string, options: { limitBytes: number }): Promise<void> {
  const entries = directoryOf(archive);
  let total = 0;
  for (const entry of entries) total += entry.size;
  if (total > options.limitBytes) throw new BadArchive('too large', `${total} bytes unpacked`);
  // Of two of one name the last counts. All folders are there before the first link, so that none leads through one.
  const files = new Map<string, Entry>();
  const folders = new Set([folder]);
  for (const entry of entries) {
    const path = insidePath(folder, entry.name);
    if (entry.name.endsWith('/')) folders.add(path);
    else files.set(path, entry);
  }
  for (const path of files.keys()) folders.add(dirname(path));
  for (const path of folders) await placed(path, mkdir(path, { recursive: true }));
  const all = [...files];
  for (let at = 0; at < all.length; at += 32)
    await Promise.all(all.slice(at, at + 32).map(([path, entry]) => write(archive, entry, path)));
}

/** Names that cannot be beside one another, or nowhere, are the archive's fault. */
async function placed(path: string, doing: Promise<unknown>): Promise<void> {
  try {
    await doing;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw /^(EEXIST|EISDIR|ENOTDIR|ENAMETOOLONG|EINVAL|ELOOP)$/.test(code) ? unreadable(path) : error;
  }
}

async function write(archive: Buffer, entry: Entry, path: string): Promise<void> {
  const content = await contentOf(archive, entry);
  if ((entry.mode & 0o170000) === 0o120000) return placed(path, symlink(content.toString(), path));
  // Exclusively: a link of the same name is not written through.
  await placed(path, writeFile(path, content, { flag: 'wx' }));
  if ((entry.mode & 0o111) !== 0) await chmod(path, 0o755);
}

async function contentOf(archive: Buffer, { offset, method, compressedSize, size, name }: Entry): Promise<Buffer> {
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== 0x04034b50) throw unreadable(name);
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
  const data = archive.subarray(start, start + compressedSize);
  if (data.length < compressedSize) throw unreadable(name);
  if (method === 0 && compressedSize === size) return data;
  if (method !== 8) throw unreadable(name);
  try {
    return await inflate(data, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw unreadable(name);
  }
}

/** The central directory ("APPNOTE.TXT, .ZIP File Format Specification", 4.3.12 and 4.3.16). */
function directoryOf(archive: Buffer): Entry[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1 || end + 22 > archive.length) throw unreadable('the archive');
  const entries: Entry[] = [];
  let { at, count } = startOf(archive, end);
  for (; count > 0; count -= 1) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== 0x02014b50) throw unreadable('the directory');
    const nameLength = archive.readUInt16LE(at + 28);
    entries.push({
      name: archive.toString('utf8', at + 46, at + 46 + nameLength),
      method: archive.readUInt16LE(at + 10),
      compressedSize: archive.readUInt32LE(at + 20),
      size: archive.readUInt32LE(at + 24),
      offset: archive.readUInt32LE(at + 42),
      mode: archive.readUInt32LE(at + 38) >>> 16,
    });
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where the directory begins, and of how many entries it is; of many, a record of ZIP64's says so (4.3.14 and 4.3.15). */
function startOf(archive: Buffer, end: number): { at: number; count: number } {
  const at = archive.readUInt32LE(end + 16);
  const count = archive.readUInt16LE(end + 10);
  if (count !== 0xffff && at !== 0xffffffff) return { at, count };
  const locator = end - 20;
  if (locator < 0 || archive.readUInt32LE(locator) !== 0x07064b50) return { at, count };
  const record = Number(archive.readBigUInt64LE(locator + 8));
  if (record + 56 > archive.length || archive.readUInt32LE(record) !== 0x06064b50) throw unreadable('the archive');
  return { at: Number(archive.readBigUInt64LE(record + 48)), count: Number(archive.readBigUInt64LE(record + 32)) };
}

/** A name that would leave the folder makes the archive unreadable. */
function insidePath(folder: string, name: string): string {
  const path = normalize(name);
  if (path === '..' || path.startsWith('../') || path.startsWith('/') || path.includes('\0')) throw unreadable(name);
  return join(folder, path);
}

function unreadable(what: string): BadArchive {
  return new BadArchive('unreadable', `${what} cannot be read`);
}
