import { hash } from 'node:crypto';
import { defaultAccount, defaultRegion } from '../../kernel/arn.ts';
import { authorization, type IssuedCredentials } from '../../kernel/authorizer.ts';
import { AwsError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { type Principal, rootOf } from '../../kernel/principal.ts';
import { isRegion } from '../../kernel/regions.ts';
import { createContext } from '../context.ts';
import type { Exchange } from '../exchange.ts';
import { openBody } from '../signature/body.ts';
import { claimOf, parseTimestamp, type SignatureClaim } from '../signature/claim.ts';
import { signatureMatches } from '../signature/verify.ts';

/** Clients' clocks may be off by this much ("Signature Version 4 request elements", IAM User Guide). */
const SKEW_MS = 15 * 60_000;

/**
 * Who signed it. Credentials Orrery issued are verified strictly; an unknown key is the root of the account it names
 * (a 12-digit key) or of the default account, as other local tools do; without a signature the caller stays anonymous.
 */
export function authenticate(exchange: Exchange): void {
  const { request, service, operation, kernel } = exchange;
  if (!request || !service || !operation) throw new Error('authenticate before route');
  const claim = claimOf(request);
  if (!claim && service.anonymous !== 'allowed' && !operation.unsigned) {
    throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', { status: 403 });
  }
  const issued = claim && kernel.engine(authorization).current?.credentials(claim.accessKeyId);
  exchange.region = claim ? claim.region : regionOfHost(request.host);
  if (!isRegion(exchange.region)) {
    if (exchange.region !== 'aws-global')
      throw new AwsError('InvalidClientTokenId', `Region "${exchange.region}" is not one that Orrery runs.`, {
        status: 403,
      });
    exchange.region = defaultRegion;
  }
  exchange.principal = claim ? (issued?.principal ?? rootOf(accountOf(claim))) : { kind: 'anonymous' };
  if (claim) checkTime(exchange, claim);
  if (claim && issued) verify(exchange, claim, issued);
  openBody(exchange, claim, issued);
  exchange.account = accountOfPrincipal(exchange.principal);
  exchange.http = {
    method: request.method,
    url: request.url,
    host: request.host,
    headers: request.headers,
    clientIp: request.client.ip,
    secure: request.client.secure,
  };
  exchange.trace = startTrace(kernel, service.name, operation.name, { header: request.headers['x-amzn-trace-id'] });
  exchange.ctx = createContext(kernel, {
    account: exchange.account,
    region: exchange.region,
    principal: exchange.principal,
    requestId: exchange.requestId,
    trace: exchange.trace,
    origin: exchange.origin,
    http: exchange.http,
    get signal() {
      return request.signal;
    },
  });
}

function verify(exchange: Exchange, claim: SignatureClaim, issued: IssuedCredentials): void {
  const { request, kernel } = exchange;
  if (!request) return;
  if (issued.sessionToken !== undefined && claim.sessionToken !== issued.sessionToken) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
      status: 403,
    });
  }
  if (issued.expiresMs !== undefined && kernel.clock.now() >= issued.expiresMs) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', { status: 403 });
  }
  if (!signatureMatches(request, claim, issued.secretAccessKey, payloadHash(exchange, claim))) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      { status: 403 },
    );
  }
}

function payloadHash(exchange: Exchange, claim: SignatureClaim): string {
  const declared = exchange.request?.headers['x-amz-content-sha256'];
  const presignedS3 = claim.expiresSeconds !== undefined && claim.service === 's3';
  if (presignedS3) return declared ?? 'UNSIGNED-PAYLOAD';
  if (declared !== undefined && exchange.body === undefined) return declared;
  if (declared === 'UNSIGNED-PAYLOAD' || declared?.startsWith('STREAMING-')) return declared;
  const actual = hash('sha256', exchange.body ?? '');
  if (declared !== undefined && declared !== actual) {
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return actual;
}

/** A client's time is the machine's, or in a sandbox the cloud's: either is accepted. A presigned URL has its own limit. */
function checkTime(exchange: Exchange, claim: SignatureClaim): void {
  const clock = exchange.kernel.clock;
  const said = parseTimestamp(claim.timestamp);
  if (Number.isNaN(said))
    throw new AwsError('IncompleteSignature', `Date must be in ISO-8601 'basic format'. Got '${claim.timestamp}'.`);
  const age = clock.now() - clock.interpret(said);
  if (claim.expiresSeconds === undefined) {
    const machineAge = clock.now() - clock.offset() - said;
    if (Math.abs(age) <= SKEW_MS || Math.abs(clock.now() - said) <= SKEW_MS || Math.abs(machineAge) <= SKEW_MS) return;
    throw new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      { status: 403 },
    );
  }
  if (age < -SKEW_MS) throw new AwsError('AccessDenied', 'Request is not yet valid', { status: 403 });
  if (age > claim.expiresSeconds * 1000) throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
}

function accountOf(claim: SignatureClaim): string {
  return /^\d{12}$/.test(claim.accessKeyId) ? claim.accessKeyId : defaultAccount;
}

function accountOfPrincipal(principal: Principal): string {
  return principal.kind === 'anonymous' ? defaultAccount : principal.account;
}

/** s3.eu-west-1.amazonaws.com names its region; a host that names none is the default region's. */
function regionOfHost(host: string): string {
  return host.split('.').find(isRegion) ?? defaultRegion;
}
