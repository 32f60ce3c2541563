import { executeApi } from '../../../data-planes/execute-api/serve-api.ts';
import { certificates } from '../../../engines/certificates/certificates.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { domainNames, mappingsOf } from '../state.ts';

/** Tells the data plane which stage of which API a custom domain name serves under which path. */
export function publishDomain(kernel: Kernel, scope: Scope, domainName: string): void {
  const plane = kernel.engine(executeApi);
  const domain = domainNames(kernel, scope).get(domainName);
  const arn = `arn:aws:apigateway:${scope.region}::/domainnames/${domainName}`;
  kernel.engine(certificates).use(arn, domain?.DomainNameConfigurations[0]?.CertificateArn);
  if (!domain) plane.removeDomain(domainName);
  else
    plane.serveDomain(
      domainName,
      mappingsOf(kernel, scope, domainName).map(({ ApiId: apiId, Stage: stage, ApiMappingKey: key }) => ({
        apiId,
        stage,
        key: key ?? '',
      })),
    );
}
