import { cdn } from '../../data-planes/cdn/cdn.ts';
import { type Access, type Context, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { redeployAll } from './behaviour/deployment.ts';
import { meterCall } from './behaviour/usage.ts';
import { fidelity } from './fidelity.ts';
import * as distributionOperations from './operations/distributions.ts';
import * as distributionsByPart from './operations/distributions-by-part.ts';
import * as functionOperations from './operations/functions.ts';
import * as invalidationOperations from './operations/invalidations.ts';
import * as tagOperations from './operations/tags.ts';
import { versionedOperations } from './operations/versioned.ts';
import { CachePolicy } from './resources/CachePolicy.ts';
import { CloudFrontOriginAccessIdentity } from './resources/CloudFrontOriginAccessIdentity.ts';
import { Distribution } from './resources/Distribution.ts';
import { CloudFrontFunction } from './resources/Function.ts';
import { KeyGroup } from './resources/KeyGroup.ts';
import { OriginAccessControl } from './resources/OriginAccessControl.ts';
import { OriginRequestPolicy } from './resources/OriginRequestPolicy.ts';
import { PublicKey } from './resources/PublicKey.ts';
import { ResponseHeadersPolicy } from './resources/ResponseHeadersPolicy.ts';
import { distributionArn, functionArn } from './state.ts';

export default defineService({
  name: 'cloudfront',
  actionPrefix: 'cloudfront',
  operations: {
    ...distributionOperations,
    ...distributionsByPart,
    ...invalidationOperations,
    ...functionOperations,
    ...tagOperations,
    ...versionedOperations,
  },
  usage: { calls: meterCall },
  resources: [
    Distribution,
    OriginAccessControl,
    CloudFrontOriginAccessIdentity,
    CachePolicy,
    OriginRequestPolicy,
    ResponseHeadersPolicy,
    CloudFrontFunction,
    KeyGroup,
    PublicKey,
  ],
  // Access logs go to S3, also when the runtime stops.
  dependencies: ['s3'],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  start,
  fidelity,
});

/** Resource ids of the "Service Authorization Reference", by the member that names them. */
const resourceTypes: readonly [pattern: RegExp, type: string][] = [
  [/Invalidation|Distribution/, 'distribution'],
  [/OriginAccessControl/, 'origin-access-control'],
  [/OriginAccessIdentit/, 'origin-access-identity'],
  [/CachePolic/, 'cache-policy'],
  [/OriginRequestPolic/, 'origin-request-policy'],
  [/ResponseHeadersPolic/, 'response-headers-policy'],
];

function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  // CreateDistributionWithTags needs cloudfront:CreateDistribution and TagResource; the former is what policies name.
  const action = `cloudfront:${operation === 'CreateDistributionWithTags' ? 'CreateDistribution' : operation}`;
  if (typeof input.Resource === 'string') return { action, resource: input.Resource };
  if (/Function/.test(operation)) return { action, resource: functionArn(ctx.account, String(input.Name ?? '*')) };
  const id = input.DistributionId ?? input.Id;
  const type = resourceTypes.find(([pattern]) => pattern.test(operation))?.[1];
  if (type === undefined || (id === undefined && !operation.startsWith('Create'))) return { action, resource: '*' };
  return { action, resource: distributionArn(ctx.account, String(id ?? '*')).replace('distribution/', `${type}/`) };
}

function start(kernel: Kernel): Running {
  for (const { account } of kernel.store.scopes('cloudfront.distributions')) redeployAll(kernel, account);
  return { stop: () => kernel.engine(cdn).deliverLogs() };
}
