import { named, type StoredCases } from '../stored-cases.ts';

const check = {
  Type: 'HTTPS',
  FullyQualifiedDomainName: 'kitchen.example',
  RequestInterval: 30,
  FailureThreshold: 3,
  Regions: ['us-east-1', 'eu-west-1', 'us-west-1'],
  EnableSNI: false,
};

export const route53: StoredCases = {
  service: 'route53',
  resources: {
    Zone: {
      Type: 'AWS::Route53::HostedZone',
      Properties: {
        Name: 'kitchen.example.',
        HostedZoneConfig: { Comment: 'of the kitchen' },
        HostedZoneTags: [{ Key: 'team', Value: 'kitchen' }],
      },
    },
    Record: {
      Type: 'AWS::Route53::RecordSet',
      Properties: {
        HostedZoneId: { Ref: 'Zone' },
        Name: 'a.kitchen.example.',
        Type: 'A',
        TTL: '60',
        ResourceRecords: ['192.0.2.1'],
        Comment: 'of the kitchen',
      },
    },
    Check: {
      Type: 'AWS::Route53::HealthCheck',
      Properties: { HealthCheckConfig: check, HealthCheckTags: [{ Key: 'team', Value: 'kitchen' }] },
    },
  },
  told: {
    Zone: async (ask, Id) => [
      await ask('GetHostedZone', { Id }),
      await ask('ListTagsForResource', { ResourceType: 'hostedzone', ResourceId: Id }),
    ],
    Check: async (ask, HealthCheckId) => [
      await ask('GetHealthCheck', { HealthCheckId }),
      await ask('ListTagsForResource', { ResourceType: 'healthcheck', ResourceId: HealthCheckId }),
    ],
  },
  untold: {
    'AWS::Route53::RecordSet.Comment': 'it is of the change, which GetChange tells by an id that CloudFormation keeps',
    'AWS::Route53::RecordSetGroup.Comment':
      'it is of the change, which GetChange tells by an id that CloudFormation keeps',
  },
  requests: {
    CreateHealthCheck: async (ask) => {
      const asked = { CallerReference: 'asked', HealthCheckConfig: check };
      const HealthCheckId = idIn(await ask('CreateHealthCheck', asked));
      return { asked, told: await ask('GetHealthCheck', { HealthCheckId }) };
    },
    UpdateHealthCheck: async (ask) => {
      const HealthCheckId = idIn(await ask('CreateHealthCheck', { CallerReference: 'two', HealthCheckConfig: check }));
      const asked = { HealthCheckId, Regions: ['us-west-2', 'eu-west-1', 'us-west-1'], EnableSNI: true };
      await ask('UpdateHealthCheck', asked);
      return { asked, told: await ask('GetHealthCheck', { HealthCheckId }) };
    },
  },
};

const idIn = (answer: unknown): string => named(answer, 'Id');
