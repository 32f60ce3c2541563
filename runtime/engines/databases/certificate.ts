import type { Kernel } from '../../kernel/service.ts';
import { certificates } from '../certificates/certificates.ts';

export interface ServerCertificate {
  certificatePem: string;
  keyPem: string;
}

/** "Certificate authorities" of RDS are valid for decades, a server's certificate with them. */
const validDays = 10 * 365;

/** For a database's names, by the local authority that stands for RDS's too (the bundles of truststore.pki.rds.amazonaws.com). */
export async function makeCertificate(kernel: Kernel, names: readonly string[]): Promise<ServerCertificate> {
  const { certificatePem, privateKeyPem } = await kernel
    .engine(certificates)
    .issue([...names, 'localhost', '127.0.0.1'], { keyAlgorithm: 'EC_prime256v1', validDays });
  return { certificatePem, keyPem: privateKeyPem };
}
