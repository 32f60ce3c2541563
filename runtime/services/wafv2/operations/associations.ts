import type {
  AssociateWebACLCommandInput,
  DisassociateWebACLCommandInput,
  GetWebACLForResourceCommandInput,
  ListResourcesForWebACLCommandInput,
} from '@aws-sdk/client-wafv2';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { exists } from '../behaviour/deleted-resources.ts';
import { invalidParameter, nonexistent } from '../errors.ts';
import { associations, byArn, webAcls } from '../state.ts';
import { describe } from './web-acls.ts';

export async function AssociateWebACL(ctx: Context, input: AssociateWebACLCommandInput) {
  const ResourceArn = await associable(ctx, input.ResourceArn);
  const acl = byArn(ctx, webAcls, input.WebACLArn ?? '');
  if (!acl) throw nonexistent();
  if (acl.Scope !== 'REGIONAL' || acl.region !== ctx.region)
    throw invalidParameter('WEB_ACL', acl.ARN, 'The web ACL is not of the scope and Region of the resource.');
  associations(ctx, ctx).put(ResourceArn, { ResourceArn, WebACLArn: acl.ARN });
  ctx.engine(firewalls).attach(ResourceArn, acl.ARN, 'ALB');
  return {};
}

export async function DisassociateWebACL(ctx: Context, input: DisassociateWebACLCommandInput) {
  const ResourceArn = checkKind(input.ResourceArn);
  associations(ctx, ctx).delete(ResourceArn);
  ctx.engine(firewalls).detach(ResourceArn);
  return {};
}

export function GetWebACLForResource(ctx: Context, input: GetWebACLForResourceCommandInput) {
  const found = associations(ctx, ctx).get(checkKind(input.ResourceArn));
  const acl = found && byArn(ctx, webAcls, found.WebACLArn);
  return acl ? { WebACL: describe(ctx, acl) } : {};
}

/** Load balancers unless another kind is asked for; distributions are told by CloudFront's ListDistributionsByWebACLId. */
export function ListResourcesForWebACL(ctx: Context, input: ListResourcesForWebACLCommandInput) {
  const acl = byArn(ctx, webAcls, input.WebACLArn ?? '');
  if (!acl) throw nonexistent();
  if ((input.ResourceType ?? 'APPLICATION_LOAD_BALANCER') !== 'APPLICATION_LOAD_BALANCER') return { ResourceArns: [] };
  const all = associations(ctx, ctx)
    .values()
    .filter(({ WebACLArn }) => WebACLArn === acl.ARN);
  return { ResourceArns: all.map(({ ResourceArn }) => ResourceArn) };
}

/**
 * "AssociateWebACL": application load balancers, API Gateway REST API stages and others, and never distributions, which
 * name their web ACL themselves. HTTP APIs (`/apis/…`) are none of them.
 */
function checkKind(given: string | undefined): string {
  const arn = given ?? '';
  const [, , service = '', , , resource = ''] = arn.split(':');
  if (service === 'elasticloadbalancing' && resource.startsWith('loadbalancer/app/')) return arn;
  if (service === 'apigateway' && resource.startsWith('/restapis/'))
    throw refused('wafv2 ResourceArn of a REST API stage', 'REST APIs are not run.');
  if (/^(?:appsync|cognito-idp|apprunner|ec2|amplify|bedrock-agentcore)$/.test(service))
    throw refused(
      `wafv2 ResourceArn of ${service}`,
      'web ACLs are evaluated for distributions and application load balancers.',
    );
  throw invalidParameter(
    'RESOURCE_ARN',
    arn,
    'The ARN is not valid. A valid ARN begins with arn: and includes other information separated by colons or slashes.',
  );
}

async function associable(ctx: Context, given: string | undefined): Promise<string> {
  const arn = checkKind(given);
  if (!(await exists(ctx, arn))) throw nonexistent();
  return arn;
}
