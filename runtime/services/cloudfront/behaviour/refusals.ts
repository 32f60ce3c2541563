import type { DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront';
import { refused } from '../../../kernel/errors.ts';

/**
 * What a distribution can have on AWS and not here: refused by name. Clients send many of these empty or switched off,
 * which is why it is their value that is refused and not their presence.
 */
export function refuseNotDone(config: DistributionConfig): void {
  refuseIf(config.Staging, 'Staging', 'continuous deployment is not run.');
  refuseIf(config.ContinuousDeploymentPolicyId, 'ContinuousDeploymentPolicyId', 'continuous deployment is not run.');
  refuseIf(
    config.ConnectionMode && config.ConnectionMode !== 'direct',
    'ConnectionMode',
    'only direct distributions are run, not multi-tenant ones.',
  );
  refuseIf(config.TenantConfig, 'TenantConfig', 'only direct distributions are run, not multi-tenant ones.');
  refuseIf(
    config.ViewerCertificate?.IAMCertificateId,
    'ViewerCertificate.IAMCertificateId',
    'IAM keeps no server certificates here; use one of ACM.',
  );
  refuseIf(config.AnycastIpListId, 'AnycastIpListId', 'there are no anycast addresses on one machine.');
  refuseIf(config.ViewerMtlsConfig, 'ViewerMtlsConfig', 'TLS ends in front of the edge.');
  refuseIf(config.ConnectionFunctionAssociation, 'ConnectionFunctionAssociation', 'connection functions are not run.');
  refuseIf(config.CacheTagConfig, 'CacheTagConfig', 'cache tags are not kept; invalidate by path.');
  const geo = config.Restrictions?.GeoRestriction?.RestrictionType;
  refuseIf(
    geo && geo !== 'none',
    'Restrictions.GeoRestriction',
    'where a viewer is in the world is not known on one machine.',
  );
  for (const origin of config.Origins?.Items ?? []) {
    refuseIf(
      origin.VpcOriginConfig,
      'Origins.VpcOriginConfig',
      'use a custom origin; names of load balancers resolve inside.',
    );
    refuseIf(origin.ResponseCompletionTimeout, 'Origins.ResponseCompletionTimeout', 'only OriginReadTimeout is kept.');
  }
  for (const group of config.OriginGroups?.Items ?? []) {
    refuseIf(
      group.SelectionCriteria && group.SelectionCriteria !== 'default',
      'OriginGroups.SelectionCriteria',
      'members are not scored by media quality.',
    );
  }
  if (config.DefaultCacheBehavior) refuseInBehaviour(config.DefaultCacheBehavior, 'DefaultCacheBehavior');
  for (const behaviour of config.CacheBehaviors?.Items ?? []) refuseInBehaviour(behaviour, 'CacheBehaviors');
}

function refuseInBehaviour(behaviour: DefaultCacheBehavior, path: string): void {
  refuseIf(
    behaviour.LambdaFunctionAssociations?.Items?.some((item) => item.IncludeBody),
    `${path}.LambdaFunctionAssociations.IncludeBody`,
    'functions at the edge are not given bodies yet.',
  );
  refuseIf(behaviour.FieldLevelEncryptionId, `${path}.FieldLevelEncryptionId`, 'field-level encryption is not run.');
  refuseIf(
    behaviour.RealtimeLogConfigArn,
    `${path}.RealtimeLogConfigArn`,
    'real-time logs are not written; standard logs are.',
  );
  refuseIf(behaviour.SmoothStreaming, `${path}.SmoothStreaming`, 'Microsoft Smooth Streaming is not run.');
  refuseIf(behaviour.TrustedSigners?.Enabled, `${path}.TrustedSigners`, 'use trusted key groups, as AWS recommends.');
  refuseIf(behaviour.GrpcConfig?.Enabled, `${path}.GrpcConfig`, 'origins are asked over HTTP/1.1.');
}

function refuseIf(value: unknown, parameter: string, why: string): void {
  if (value) throw refused(`cloudfront parameter DistributionConfig.${parameter}`, why);
}
