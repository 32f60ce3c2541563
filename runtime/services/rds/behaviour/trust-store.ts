import type { DataPlane } from '../../../data-planes/http/exchange.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import { certificates } from '../../../engines/certificates/certificates.ts';
import type { Kernel } from '../../../kernel/service.ts';

/** "Using SSL/TLS to encrypt a connection to a DB instance or cluster": where the bundles of RDS's authorities are had. */
const host = 'truststore.pki.rds.amazonaws.com';
const bundle = /^\/([a-z]+(-[a-z]+)+-\d|global)\/\1-bundle\.pem$/;

/** Every bundle is the one authority that signs here. */
export function openTrustStore(kernel: Kernel): void {
  const plane: DataPlane = async ({ url, method }) => {
    if (method !== 'GET' || !bundle.test(url.split('?', 1)[0] ?? ''))
      return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'There is no such bundle.\n' };
    const { certificatePem } = await kernel.engine(certificates).authority();
    return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: certificatePem };
  };
  kernel.engine(hosts).set(host, plane);
}
