import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { BadArchive, unzip } from '../../../engines/compute/unzip.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { invalidParameter, invalidZip } from '../errors.ts';

/** "Lambda quotas": the unzipped size of a function with its layers. */
const UNZIPPED_LIMIT_BYTES = 262_144_000;

export interface StoredCode {
  /** Hexadecimal SHA-256 of the archive; names its folder. */
  codeHash: string;
  /** As AWS shows it, in base64. */
  CodeSha256: string;
  CodeSize: number;
}

/** Code of functions and layers on disk, by the hash of its archive: the same code is unpacked once. */
export const codeStore = defineEngine<CodeStore>('lambda-code', (kernel) => new CodeStore(kernel));

class CodeStore {
  /** Holds `<hash>/` (unpacked), `<hash>.zip`, and `opt-<hash>/` (layers laid over one another). */
  readonly folder: string;
  readonly #ids: Kernel['ids'];

  constructor(kernel: Kernel) {
    this.folder = kernel.store.folder('lambda-code');
    this.#ids = kernel.ids;
  }

  async put(archive: Buffer): Promise<StoredCode> {
    if (archive.length === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
    const digest = createHash('sha256').update(archive).digest();
    const codeHash = digest.toString('hex');
    if (!existsSync(this.path(codeHash))) {
      await writeFile(`${this.folder}/${codeHash}.zip`, archive);
      await this.#build(codeHash, (folder) => unpack(archive, folder));
    }
    return { codeHash, CodeSha256: digest.toString('base64'), CodeSize: archive.length };
  }

  path(codeHash: string): string {
    return `${this.folder}/${codeHash}`;
  }

  archive(codeHash: string): Promise<Buffer> {
    return readFile(`${this.folder}/${codeHash}.zip`);
  }

  /** Layers laid over one another in their order, as /opt; undefined without layers. */
  async layered(codeHashes: string[]): Promise<string | undefined> {
    if (codeHashes.length === 0) return undefined;
    if (codeHashes.length === 1) return codeHashes[0];
    const name = `opt-${createHash('sha256').update(codeHashes.join()).digest('hex')}`;
    if (!existsSync(this.path(name))) {
      await this.#build(name, async (folder) => {
        for (const hash of codeHashes) await cp(this.path(hash), folder, { recursive: true, verbatimSymlinks: true });
      });
    }
    return name;
  }

  /** Forgets what no function or layer version uses any more. */
  async keepOnly(used: ReadonlySet<string>): Promise<void> {
    for (const entry of await readdir(this.folder)) {
      const hash = entry.replace(/\.zip$/, '').replace(/\.part-.*$/, '');
      if (!used.has(hash) || entry.includes('.part-'))
        await rm(`${this.folder}/${entry}`, { recursive: true, force: true });
    }
  }

  /** Made beside and renamed, so that a folder that is there is whole. */
  async #build(name: string, fill: (folder: string) => Promise<void>): Promise<void> {
    const part = `${this.path(name)}.part-${this.#ids.hex(8)}`;
    await mkdir(part, { recursive: true });
    try {
      await fill(part);
      await rename(part, this.path(name)).catch((error: NodeJS.ErrnoException) => {
        if (!existsSync(this.path(name))) throw error;
      });
    } finally {
      await rm(part, { recursive: true, force: true });
    }
  }
}

async function unpack(archive: Buffer, folder: string): Promise<void> {
  try {
    await unzip(archive, folder, { limitBytes: UNZIPPED_LIMIT_BYTES });
  } catch (error) {
    if (!(error instanceof BadArchive)) throw error;
    throw error.reason === 'too large'
      ? invalidParameter(`Unzipped size must be smaller than ${UNZIPPED_LIMIT_BYTES} bytes`)
      : invalidZip('Could not unzip uploaded file. Please check your file, then try to upload again.');
  }
}
