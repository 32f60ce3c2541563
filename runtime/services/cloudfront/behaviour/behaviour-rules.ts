import type { DefaultCacheBehavior } from '@aws-sdk/client-cloudfront';
import type { Context } from '../../../kernel/service.ts';
import {
  errorsOf,
  invalidArgument,
  invalidFunctionAssociation,
  invalidLambdaFunctionAssociation,
  invalidTtlOrder,
  noSuchFunction,
  trustedKeyGroupDoesNotExist,
} from '../errors.ts';
import { functions, keyGroups } from '../state.ts';
import { cachePolicyKind, originRequestPolicyKind, responseHeadersPolicyKind } from './kinds.ts';

/** "CacheBehavior" (API Reference): policies exist, exclude legacy settings, methods come in three sets, functions are published. */
export function checkBehaviour(ctx: Context, behaviour: DefaultCacheBehavior): void {
  checkPolicies(ctx, behaviour);
  checkMethods(behaviour);
  if (!['allow-all', 'https-only', 'redirect-to-https'].includes(String(behaviour.ViewerProtocolPolicy)))
    throw invalidArgument('The parameter ViewerProtocolPolicy is invalid.');
  const groups = behaviour.TrustedKeyGroups;
  for (const id of groups?.Items ?? []) if (!keyGroups(ctx, ctx).has(id)) throw trustedKeyGroupDoesNotExist();
  checkFunctions(ctx, behaviour);
  checkLambdas(behaviour);
}

function checkPolicies(ctx: Context, behaviour: DefaultCacheBehavior): void {
  const { CachePolicyId: cache, OriginRequestPolicyId: request, ResponseHeadersPolicyId: response } = behaviour;
  if (cache && !cachePolicyKind.managed[cache] && !cachePolicyKind.records(ctx).has(cache))
    throw errorsOf.CachePolicy.noSuch();
  if (request && !originRequestPolicyKind.managed[request] && !originRequestPolicyKind.records(ctx).has(request))
    throw errorsOf.OriginRequestPolicy.noSuch();
  if (response && !responseHeadersPolicyKind.managed[response] && !responseHeadersPolicyKind.records(ctx).has(response))
    throw errorsOf.ResponseHeadersPolicy.noSuch();
  if (cache) {
    for (const name of ['ForwardedValues', 'MinTTL', 'DefaultTTL', 'MaxTTL'] as const) {
      if (behaviour[name] !== undefined)
        throw invalidArgument(
          `The parameter ${name} cannot be used when a cache policy is associated to the cache behavior.`,
        );
    }
    return;
  }
  if (!behaviour.ForwardedValues) throw invalidArgument('The parameter ForwardedValues is required.');
  if (request) throw invalidArgument('The parameter OriginRequestPolicyId cannot be used without a cache policy.');
  const { MinTTL: min = 0 } = behaviour;
  const normal = behaviour.DefaultTTL ?? Math.max(86_400, min);
  if (min > normal || normal > (behaviour.MaxTTL ?? Math.max(31_536_000, normal))) throw invalidTtlOrder();
}

const methodSets = ['GET,HEAD', 'GET,HEAD,OPTIONS', 'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'];

function checkMethods(behaviour: DefaultCacheBehavior): void {
  const allowed = behaviour.AllowedMethods?.Items;
  const cached = behaviour.AllowedMethods?.CachedMethods?.Items;
  if (allowed && !methodSets.includes([...allowed].sort().join()))
    throw invalidArgument('The parameter AllowedMethods is invalid.');
  if (cached && !methodSets.slice(0, 2).includes([...cached].sort().join()))
    throw invalidArgument('The parameter CachedMethods is invalid.');
  if (allowed && cached?.some((method) => !allowed.includes(method)))
    throw invalidArgument('The parameter CachedMethods must be a subset of AllowedMethods.');
}

function checkFunctions(ctx: Context, behaviour: DefaultCacheBehavior): void {
  const items = behaviour.FunctionAssociations?.Items ?? [];
  const types = items.map((item) => item.EventType);
  if (new Set(types).size !== types.length)
    throw invalidFunctionAssociation('Each event type can have at most one function.');
  for (const { EventType: type, FunctionARN: arn = '' } of items) {
    if (type !== 'viewer-request' && type !== 'viewer-response') {
      throw invalidFunctionAssociation(
        'The function association is invalid: CloudFront Functions run on viewer-request and viewer-response only.',
      );
    }
    const record = functions(ctx, ctx).get(arn.split('function/')[1] ?? '');
    if (!record || record.FunctionARN !== arn) throw noSuchFunction();
    if (!record.LIVE)
      throw invalidFunctionAssociation(
        'The function must be published to LIVE before it can be associated with a distribution.',
      );
  }
}

const lambdaEvents = ['viewer-request', 'viewer-response', 'origin-request', 'origin-response'];

/** "Restrictions on Lambda@Edge": a numbered version in us-east-1, one an event, and not beside a CloudFront function of it. */
function checkLambdas(behaviour: DefaultCacheBehavior): void {
  const items = behaviour.LambdaFunctionAssociations?.Items ?? [];
  const types = items.map((item) => String(item.EventType));
  if (new Set(types).size !== types.length || types.some((type) => !lambdaEvents.includes(type))) {
    throw invalidLambdaFunctionAssociation(
      'The specified Lambda function association is invalid: each event type can have one function.',
    );
  }
  if (
    items.some((item) => !/^arn:aws:lambda:us-east-1:\d{12}:function:[^:]+:\d+$/.test(item.LambdaFunctionARN ?? ''))
  ) {
    throw invalidLambdaFunctionAssociation(
      'The function ARN must reference a specific function version in us-east-1. (The ARN must end with the version number.)',
    );
  }
  const beside = behaviour.FunctionAssociations?.Items?.some((item) =>
    types.some((type) => type.startsWith('viewer') && item.EventType?.startsWith('viewer')),
  );
  if (beside)
    throw invalidLambdaFunctionAssociation(
      'CloudFront Functions and Lambda@Edge cannot both run on viewer events of one cache behavior.',
    );
}
