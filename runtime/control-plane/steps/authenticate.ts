import { askedAsInstance, instanceIdentity } from '../../engines/compute/instance-identity.ts';
import { arrivals } from '../../engines/network/arrivals.ts';
import { checkSignature, checkTime } from '../../engines/signature/check.ts';
import { claimOf } from '../../engines/signature/claim.ts';
import { accountOfKey } from '../../engines/signature/signer.ts';
import { defaultAccount, defaultRegion } from '../../kernel/arn.ts';
import { authorization } from '../../kernel/authorizer.ts';
import { AwsError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { type Principal, rootOf, servicePrincipal } from '../../kernel/principal.ts';
import { isRegion } from '../../kernel/regions.ts';
import { openBody } from '../aws-chunked/open-body.ts';
import { createContext } from '../context.ts';
import type { Exchange } from '../exchange.ts';

/**
 * Who signed it. Credentials Orrery issued are verified strictly; an unknown key is the root of the account it names
 * (a 12-digit key) or of the default account, as other local tools do; without a signature the caller stays anonymous.
 */
export function authenticate(exchange: Exchange): void {
  const { request, service, operation, kernel } = exchange;
  if (!request || !service || !operation) throw new Error('authenticate before route');
  const claim = claimOf(request);
  const instance = claim ? undefined : shownInstance(exchange);
  if (!claim && !instance && service.anonymous !== 'allowed' && !operation.unsigned) {
    throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', { status: 403 });
  }
  const issued = claim && kernel.engine(authorization).current?.credentials(claim.accessKeyId);
  exchange.region = claim?.region || regionOfHost(request.host);
  if (!isRegion(exchange.region)) {
    if (exchange.region !== 'aws-global')
      throw new AwsError('InvalidClientTokenId', `Region "${exchange.region}" is not one that Orrery runs.`, {
        status: 403,
      });
    exchange.region = defaultRegion;
  }
  exchange.principal = claim
    ? (issued?.principal ?? rootOf(accountOfKey(claim.accessKeyId)))
    : (instance ?? { kind: 'anonymous' });
  if (claim) checkTime(kernel.clock, claim);
  if (claim && issued) {
    const inHost = claim.older && request.url.replace(/\?.*/s, '') === exchange.path;
    const bucketInHost = inHost ? exchange.labels.Bucket : undefined;
    checkSignature(kernel.clock, request, { claim, issued, body: exchange.body, bucketInHost });
  }
  openBody(exchange, claim, issued);
  exchange.account = accountOfPrincipal(exchange.principal);
  exchange.http = {
    method: request.method,
    url: request.url,
    host: request.host,
    headers: request.headers,
    clientIp: request.client.ip,
    secure: request.client.secure,
    through: kernel.engine(arrivals).of(request.client.port),
  };
  exchange.trace = startTrace(kernel, service.name, operation.name, { header: request.headers['x-amzn-trace-id'] });
  exchange.trace.saw('asked', request.headers);
  exchange.ctx = createContext(kernel, {
    account: exchange.account,
    region: exchange.region,
    principal: exchange.principal,
    requestId: exchange.requestId,
    trace: exchange.trace,
    origin: exchange.origin,
    service: service.name,
    http: exchange.http,
    get signal() {
      return request.signal;
    },
  });
}

/** CloudFormation's helper scripts on an instance show its identity document, and may ask this much by it. */
function shownInstance({ request, service, operation, kernel }: Exchange): Principal | undefined {
  if (service?.name !== 'cloudformation' || !askedAsInstance.includes(operation?.name ?? '')) return undefined;
  const document = kernel.engine(instanceIdentity).shown(request?.headers.authorization);
  if (!document) return undefined;
  const { accountId, instanceId, region } = document;
  // Of which stack it may ask, CloudFormation decides by the instance.
  const sourceArn = `arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`;
  return servicePrincipal('ec2.amazonaws.com', accountId, { serviceLinked: true, sourceArn });
}

function accountOfPrincipal(principal: Principal): string {
  return principal.kind === 'anonymous' ? defaultAccount : principal.account;
}

/** s3.eu-west-1.amazonaws.com names its region; a host that names none is the default region's. */
function regionOfHost(host: string): string {
  return host.split('.').find(isRegion) ?? defaultRegion;
}
