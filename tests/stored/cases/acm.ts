import { named, type StoredCases } from '../stored-cases.ts';

export const acm: StoredCases = {
  service: 'acm',
  resources: {
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'kitchen.example.' } },
    Certificate: {
      Type: 'AWS::CertificateManager::Certificate',
      Properties: {
        DomainName: 'www.kitchen.example',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{ DomainName: 'www.kitchen.example', HostedZoneId: { Ref: 'Zone' } }],
        CertificateTransparencyLoggingPreference: 'DISABLED',
        Tags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
  },
  told: {
    Certificate: async (ask, CertificateArn) => [
      await ask('DescribeCertificate', { CertificateArn }),
      await ask('ListTagsForCertificate', { CertificateArn }),
    ],
  },
  requests: {
    RequestCertificate: async (ask) => {
      const Options = { CertificateTransparencyLoggingPreference: 'DISABLED' };
      const asked = { DomainName: 'asked.example', ValidationMethod: 'DNS', Options };
      const CertificateArn = named(await ask('RequestCertificate', asked), 'CertificateArn');
      return { asked, told: await ask('DescribeCertificate', { CertificateArn }) };
    },
    UpdateCertificateOptions: async (ask) => {
      const Options = { CertificateTransparencyLoggingPreference: 'ENABLED' };
      const CertificateArn = named(await ask('ListCertificates', {}), 'CertificateArn');
      await ask('UpdateCertificateOptions', { CertificateArn, Options });
      return { asked: { Options }, told: await ask('DescribeCertificate', { CertificateArn }) };
    },
  },
};
