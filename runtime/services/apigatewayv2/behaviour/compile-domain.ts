import { executeApi } from '../../../data-planes/execute-api/serve-api.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { domainNames, mappingsOf } from '../state.ts';

/** Tells the data plane which stage of which API a custom domain name serves under which path. */
export function publishDomain(kernel: Kernel, scope: Scope, domainName: string): void {
  const plane = kernel.engine(executeApi);
  if (!domainNames(kernel, scope).has(domainName)) plane.removeDomain(domainName);
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
