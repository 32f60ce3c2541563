import { createHash } from 'node:crypto';
import type { RequestCertificateCommandInput } from '@aws-sdk/client-acm';
import { refused } from '../../../kernel/errors.ts';
import { invalidDomainValidationOptions, validation } from '../errors.ts';
import type { DomainValidation } from '../state.ts';

const domain = /^(\*\.)?(((?!-)[a-z0-9-]{0,62}[a-z0-9])\.)+((?!-)[a-z0-9-]{1,62}[a-z0-9])$/;
const keyAlgorithms = ['RSA_2048', 'EC_prime256v1', 'EC_secp384r1'];
/** "Quotas", ACM User Guide. */
const mostNames = 10;

/** "RequestCertificate", ACM API Reference. Gives the names, in lower case and once each. */
export function checkedNames(input: RequestCertificateCommandInput): string[] {
  refuseUnrun(input);
  const names = [
    ...new Set([input.DomainName ?? '', ...(input.SubjectAlternativeNames ?? [])].map((name) => name.toLowerCase())),
  ];
  for (const name of names)
    if (!domain.test(name) || name.length > 253)
      throw validation(
        `1 validation error detected: Value '${name}' at 'domainName' failed to satisfy constraint: Member must satisfy regular expression pattern: (\\*\\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])`,
      );
  if (names.length > mostNames) throw validation(`A certificate can have up to ${mostNames} domain names.`);
  for (const { DomainName = '', ValidationDomain = '' } of input.DomainValidationOptions ?? [])
    if (!names.includes(DomainName.toLowerCase()) || !`.${DomainName}`.endsWith(`.${ValidationDomain}`))
      throw invalidDomainValidationOptions(`The domain validation options for ${DomainName} are not valid.`);
  return names;
}

function refuseUnrun(input: RequestCertificateCommandInput): void {
  const { ValidationMethod: method = 'EMAIL', KeyAlgorithm = 'RSA_2048', Options } = input;
  if (method !== 'DNS')
    throw refused(
      `acm certificate with ValidationMethod ${method}`,
      'use DNS: nobody reads the mail of a domain here.',
    );
  if (input.CertificateAuthorityArn)
    throw refused('acm certificate with CertificateAuthorityArn', 'private certificate authorities are not run.');
  if (Options?.Export === 'ENABLED')
    throw refused('acm certificate with Options.Export ENABLED', 'certificates are not exported.');
  if (input.ManagedBy) throw refused('acm certificate with ManagedBy', 'leave it out.');
  if (!keyAlgorithms.includes(KeyAlgorithm))
    throw validation(
      `The key algorithm ${KeyAlgorithm} is not supported for requested certificates: use one of ${keyAlgorithms.join(', ')}.`,
    );
}

/**
 * The CNAME that proves a domain. It is the same for every certificate of the account for the domain, and a wildcard's is
 * its domain's ("DNS validation", ACM User Guide).
 */
export function validationOf(account: string, DomainName: string): DomainValidation {
  const base = DomainName.replace(/^\*\./, '');
  const token = (purpose: string) => createHash('md5').update(`${purpose} ${account} ${base}`).digest('hex');
  return {
    DomainName,
    status: 'PENDING_VALIDATION',
    record: { Name: `_${token('name')}.${base}.`, Value: `_${token('value')}.acm-validations.aws.` },
  };
}
