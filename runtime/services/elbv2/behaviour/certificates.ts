import type { Certificate } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { certificateNotFound, sslPolicyNotFound, validationError } from '../errors.ts';
import { isPolicy } from './ssl-policies.ts';

/** "Security policies for your Application Load Balancer". */
export const defaultPolicy = 'ELBSecurityPolicy-2016-08';

export function checkPolicy(name: string): void {
  if (isPolicy(name)) return;
  if (/^ELBSecurityPolicy-TLS13-.*(FIPS|PQ)/.test(name) || name === 'ELBSecurityPolicy-TLS-1-0-2015-04')
    throw refused(
      `elbv2 parameter SslPolicy = ${name}`,
      'this machine has no such cryptography (a FIPS 140 module, 3DES), or its ciphers are not known; DescribeSSLPolicies lists what runs.',
    );
  throw sslPolicyNotFound(name);
}

/** Certificates are ACM's or IAM's, of the load balancer's own region. */
export async function checkCertificates(ctx: Context, certificates: readonly Certificate[]): Promise<void> {
  if (certificates.length === 0) throw validationError('At least one certificate must be specified');
  for (const { CertificateArn = '' } of certificates) {
    if (parseArn(CertificateArn)?.service !== 'acm') throw certificateNotFound(CertificateArn);
    try {
      await ctx.call('acm', 'DescribeCertificate', { CertificateArn });
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException')
        throw certificateNotFound(CertificateArn);
      throw error;
    }
  }
}
