import type { Certificate } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { certificateNotFound, sslPolicyNotFound, validationError } from '../errors.ts';

/** "Security policies for your Application Load Balancer". */
export const defaultPolicy = 'ELBSecurityPolicy-2016-08';

export function checkPolicy(name: string): void {
  if (
    !/^ELBSecurityPolicy-(2015-05|2016-08|TLS-1-[012]-[0-9A-Za-z-]+|TLS13-1-[0-3]-[0-9A-Za-z-]+|FS-[0-9A-Za-z-]+)$/.test(
      name,
    )
  )
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
