import { createHmac } from 'node:crypto';
import { internalRoutes } from '../../../data-planes/http/internal-routes.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { codeStore } from './code-store.ts';

const PREFIX = '/_orrery/lambda-code/';
/** "GetFunction": the link is valid for 10 minutes. */
const VALID_MS = 10 * 60_000;

/** Where a deployment package can be fetched for ten minutes; as on AWS, whoever has the link may. */
export function codeLocation(kernel: Kernel, codeHash: string): string {
  const expires = kernel.clock.now() + VALID_MS;
  const signature = kernel.engine(codeLinks).sign(codeHash, expires);
  return `${kernel.addresses.apiUrl}${PREFIX}${codeHash}?Expires=${expires}&Signature=${signature}`;
}

const codeLinks = defineEngine('lambda-code-links', (kernel) => {
  const key = kernel.ids.secret(32);
  const sign = (codeHash: string, expires: number): string =>
    createHmac('sha256', key).update(`${codeHash}:${expires}`).digest('hex');
  kernel.engine(internalRoutes).set(PREFIX, async ({ url }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const codeHash = pathname.slice(PREFIX.length);
    const expires = Number(searchParams.get('Expires'));
    if (searchParams.get('Signature') !== sign(codeHash, expires) || kernel.clock.now() > expires) {
      return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'The link is not valid, or no longer.\n' };
    }
    return {
      status: 200,
      headers: { 'content-type': 'application/zip' },
      body: await kernel.engine(codeStore).archive(codeHash),
    };
  });
  return { sign };
});
