import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Command } from '../command.ts';
import { dataFolder } from '../data-folder.ts';

/** orrery certificate: the local authority that a browser must trust for HTTPS without warnings. */
export const certificate: Command = {
  name: 'certificate',
  summary: 'the local certificate authority, and how to trust it',
  async run(line, out) {
    const { Authority, authorityFiles } = await import('../../engines/certificates/authority.ts');
    const folder = join(dataFolder(line), 'certificates');
    const serialNumber = Buffer.concat([Buffer.from([1]), randomBytes(15)]).toString('hex');
    await Authority.open(folder, { nowMs: Date.now(), serialNumber });
    const file = authorityFiles(folder).certificate;
    if (line.flag('json')) {
      out.json({ authority: file });
      return 0;
    }
    out.line(file);
    for (const text of howToTrust(file)) out.note(text);
    return 0;
  },
};

function howToTrust(file: string): string[] {
  return [
    '\nWhat trusts this certificate trusts every certificate of this data folder, and no other:',
    `  curl --cacert ${file} https://www.example.com.localhost:8443/`,
    `  NODE_EXTRA_CA_CERTS=${file} node …`,
    `  Debian, Ubuntu   sudo cp ${file} /usr/local/share/ca-certificates/orrery.crt && sudo update-ca-certificates`,
    `  macOS            sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`,
    '  Firefox          Settings, Certificates, Authorities, Import',
    'Its key lies beside it and is for your eyes only. Trust it no longer than you need it.',
  ];
}
