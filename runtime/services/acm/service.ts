import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { tellOfExpiry } from './behaviour/expiry-notices.ts';
import { lives } from './behaviour/life.ts';
import * as certificateOperations from './operations/certificates.ts';
import * as imports from './operations/imports.ts';
import * as tagOperations from './operations/tags.ts';
import { Certificate } from './resources/Certificate.ts';
import { certificateArn, certificatesOf, publish } from './state.ts';

/** Certificate Manager with a local authority. Public certificates cost nothing, so there is no usage. */
export default defineService({
  name: 'acm',
  actionPrefix: 'acm',
  operations: { ...certificateOperations, ...imports, ...tagOperations },
  resources: [Certificate],
  authorization: authorize,
  // Zones are answered before certificates are validated by them.
  dependencies: ['route53'],
  start,
  fidelity: {
    'RequestCertificate.Options.CertificateTransparencyLoggingPreference': 'stored',
    'UpdateCertificateOptions.Options.CertificateTransparencyLoggingPreference': 'stored',
    'RequestCertificate.CertificateAuthorityArn': { refused: 'private certificate authorities are not run.' },
    'RequestCertificate.ManagedBy': { refused: 'leave it out.' },
    'ListCertificates.Includes.keyUsage': { refused: 'filter by keyTypes or status.' },
    'ListCertificates.Includes.extendedKeyUsage': { refused: 'filter by keyTypes or status.' },
    'ListCertificates.SortBy': { refused: 'certificates are listed by ARN.' },
    'ListCertificates.SortOrder': { refused: 'certificates are listed by ARN.' },
    'ListCertificates.CertificateKeyPairOrigins': { refused: 'filter by keyTypes or status.' },
    'ListCertificates.Includes.exportOption': { refused: 'filter by keyTypes or status.' },
    'ListCertificates.Includes.managedBy': { refused: 'filter by keyTypes or status.' },
  },
});

function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `acm:${operation}`;
  if (typeof input.CertificateArn === 'string') return { action, resource: input.CertificateArn };
  return { action, resource: operation === 'ListCertificates' ? '*' : certificateArn(ctx, '*') };
}

function start(kernel: Kernel): Running {
  for (const scope of kernel.store.scopes('acm.certificates'))
    for (const record of certificatesOf(kernel, scope).values()) {
      publish(kernel, record);
      kernel.engine(lives).watch(record);
    }
  const stopListening = kernel.events.on('dns.changed', ({ name }) => kernel.engine(lives).dnsChanged(name));
  const metrics = tellOfExpiry(kernel);
  return {
    stop() {
      stopListening();
      metrics.cancel();
    },
  };
}
