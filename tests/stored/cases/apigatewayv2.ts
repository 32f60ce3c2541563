import { named, type StoredCases } from '../stored-cases.ts';

export const apigatewayv2: StoredCases = {
  service: 'apigatewayv2',
  resources: {
    Api: {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: {
        Name: 'stored',
        ProtocolType: 'HTTP',
        Description: 'of the kitchen',
        Version: '7',
        IpAddressType: 'dualstack',
        Tags: { team: 'kitchen' },
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'HTTP_PROXY',
        IntegrationMethod: 'GET',
        IntegrationUri: 'http://127.0.0.1:9',
        PayloadFormatVersion: '1.0',
        Description: 'to the kitchen',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /',
        OperationName: 'GetKitchen',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
      },
    },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: 'live', Description: 'what is live', Tags: { team: 'kitchen' } },
    },
    Deployment: {
      Type: 'AWS::ApiGatewayV2::Deployment',
      DependsOn: 'Route',
      Properties: { ApiId: { Ref: 'Api' }, Description: 'the first' },
    },
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'gateway.example.' } },
    Certificate: {
      Type: 'AWS::CertificateManager::Certificate',
      Properties: {
        DomainName: 'api.gateway.example',
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{ DomainName: 'api.gateway.example', HostedZoneId: { Ref: 'Zone' } }],
      },
    },
    Domain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: {
        DomainName: 'api.gateway.example',
        DomainNameConfigurations: [
          { CertificateArn: { Ref: 'Certificate' }, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
        Tags: { team: 'kitchen' },
      },
    },
  },
  told: {
    Api: (ask, ApiId) => ask('GetApi', { ApiId }),
    Integration: async (ask) => ask('GetIntegrations', { ApiId: await apiId(ask) }),
    Route: async (ask) => ask('GetRoutes', { ApiId: await apiId(ask) }),
    Stage: async (ask) => ask('GetStages', { ApiId: await apiId(ask) }),
    Deployment: async (ask) => ask('GetDeployments', { ApiId: await apiId(ask) }),
    Domain: (ask) => ask('GetDomainName', { DomainName: 'api.gateway.example' }),
  },
  requests: {
    CreateApi: async (ask) => {
      const asked = {
        Name: 'asked',
        ProtocolType: 'HTTP',
        IpAddressType: 'dualstack',
        ApiKeySelectionExpression: '$request.header.x-api-key',
      };
      const ApiId = named(await ask('CreateApi', asked), 'ApiId');
      return { asked, told: await ask('GetApi', { ApiId }) };
    },
    UpdateApi: async (ask) => {
      const ApiId = await apiId(ask);
      const asked = { ApiId, ApiKeySelectionExpression: '$request.header.x-api-key' };
      await ask('UpdateApi', asked);
      return { asked, told: await ask('GetApi', { ApiId }) };
    },
    CreateDomainName: async (ask) => {
      const CertificateArn = named(await ask('acm:ListCertificates', {}), 'CertificateArn');
      const DomainNameConfigurations = [{ CertificateArn, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }];
      await ask('DeleteDomainName', { DomainName: 'api.gateway.example' });
      const asked = { DomainName: 'api.gateway.example', DomainNameConfigurations };
      await ask('CreateDomainName', asked);
      return { asked, told: await ask('GetDomainName', { DomainName: 'api.gateway.example' }) };
    },
    UpdateDomainName: async (ask) => {
      const CertificateArn = named(await ask('acm:ListCertificates', {}), 'CertificateArn');
      const DomainNameConfigurations = [{ CertificateArn, EndpointType: 'REGIONAL', IpAddressType: 'dualstack' }];
      const asked = { DomainName: 'api.gateway.example', DomainNameConfigurations };
      await ask('UpdateDomainName', asked);
      return { asked, told: await ask('GetDomainName', { DomainName: 'api.gateway.example' }) };
    },
  },
};

async function apiId(ask: Parameters<StoredCases['told'][string]>[0]): Promise<string> {
  const { Items = [] } = (await ask('GetApis', {})) as { Items?: { Name?: string }[] };
  return named(
    Items.find(({ Name }) => Name === 'stored'),
    'ApiId',
  );
}
