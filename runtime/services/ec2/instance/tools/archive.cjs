'use strict';
// Puts the files of an archive in a folder: zip by its central directory (APPNOTE.TXT, PKWARE), tar by the machine's own.
const { spawnSync } = require('node:child_process');
const { chmodSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
const { dirname, join, normalize } = require('node:path');
const { inflateRawSync } = require('node:zlib');

exports.extract = function extract(bytes, folder) {
  mkdirSync(folder, { recursive: true });
  if (bytes.readUInt32LE(0) === 0x04034b50) return unzip(bytes, folder);
  const { status, stderr } = spawnSync('tar', ['-x', '-a', '-f', '-', '-C', folder], { input: bytes });
  if (status === 0) return;
  const zipped = spawnSync('tar', ['-x', '-z', '-f', '-', '-C', folder], { input: bytes });
  if (zipped.status !== 0) throw new Error(`the archive is neither zip nor tar: ${stderr}`);
};

const symlink = 0o120000;

function unzip(bytes, folder) {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1) throw new Error('the zip has no central directory');
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const mode = bytes.readUInt16LE(at + 40);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + packed);
    place(folder, name, mode, () => (method === 0 ? data : inflateRawSync(data)));
    at += 46 + nameLength + extra + comment;
  }
}

function place(folder, name, mode, data) {
  const path = join(folder, normalize(name));
  if (!`${path}/`.startsWith(join(folder, '/'))) throw new Error(`the zip names a file outside of its folder: ${name}`);
  if (name.endsWith('/')) return mkdirSync(path, { recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  if ((mode & 0o170000) === symlink) return symlinkSync(String(data()), path);
  writeFileSync(path, data());
  if (mode & 0o777) chmodSync(path, mode & 0o777);
}
