import type { DomainNameConfiguration } from '@aws-sdk/client-apigatewayv2';
import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { ignoreNotFound } from '../behaviour/ignore-not-found.ts';

interface DomainNameProperties {
  DomainName: string;
  Tags?: Record<string, string>;
  DomainNameConfigurations?: DomainNameConfiguration[];
  [member: string]: unknown;
}

/** Ref is the domain name. */
export const DomainName = defineResource<DomainNameProperties>({
  type: 'AWS::ApiGatewayV2::DomainName',
  properties: {
    DomainName: 'executed',
    DomainNameConfigurations: 'stored',
    'DomainNameConfigurations.EndpointType': 'executed',
    RoutingMode: 'executed',
    Tags: 'stored',
    MutualTlsAuthentication: { refused: 'users reach the gateway over HTTP.' },
  },
  async create(ctx, properties) {
    return state(
      await ctx.call<DomainNameProperties>('apigatewayv2', 'CreateDomainName', {
        ...properties,
        Tags: { ...ctx.stackTags, ...properties.Tags },
      }),
    );
  },
  async update(ctx, physicalId, { Tags: _tags, ...properties }) {
    const changes = { ...properties, DomainName: physicalId };
    return state(await ctx.call<DomainNameProperties>('apigatewayv2', 'UpdateDomainName', changes));
  },
  async delete(ctx, physicalId) {
    await ignoreNotFound(ctx.call('apigatewayv2', 'DeleteDomainName', { DomainName: physicalId }));
  },
});

function state({ DomainName: name, DomainNameConfigurations: [first] = [] }: DomainNameProperties): ResourceState {
  return {
    physicalId: name,
    attributes: {
      DomainName: name,
      RegionalDomainName: first?.ApiGatewayDomainName,
      RegionalHostedZoneId: first?.HostedZoneId,
    },
  };
}
