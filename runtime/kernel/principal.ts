import { formatArn } from './arn.ts';

/** Who asks. Decided by the authenticate step from the signature, or by a service that calls on somebody's behalf. */
export type Principal = RootPrincipal | UserPrincipal | SessionPrincipal | ServicePrincipal | AnonymousPrincipal;

/** The account itself: allowed everything but what a resource policy denies. */
export interface RootPrincipal {
  kind: 'root';
  account: string;
  arn: string;
}

export interface UserPrincipal {
  kind: 'user';
  account: string;
  arn: string;
  userId: string;
  userName: string;
}

/** A role in use: what sts:AssumeRole and service roles give. */
export interface SessionPrincipal {
  kind: 'session';
  account: string;
  /** arn:aws:sts::account:assumed-role/name/session */
  arn: string;
  /** arn:aws:iam::account:role/path/name, whose policies decide. */
  roleArn: string;
  roleId: string;
  sessionName: string;
  /** Session policies narrow the role ("Session policies", IAM User Guide). JSON texts. */
  sessionPolicies?: string[];
  sessionTags?: Record<string, string>;
  /** The service the role was assumed for, if one. */
  sourceService?: string;
}

/** An AWS service calling in its own name, e.g. CloudFront with origin access control, SNS delivering to a queue. */
export interface ServicePrincipal {
  kind: 'service';
  /** e.g. cloudfront.amazonaws.com */
  service: string;
  account: string;
  /** For aws:SourceArn in the policies of what it calls. */
  sourceArn?: string;
  /**
   * Acts through its service-linked role, which a template never shows; what that role grants is not evaluated.
   * Only for calls that on AWS need no permission of the user's (e.g. CloudWatch reading its own metrics).
   */
  serviceLinked?: boolean;
}

/** No signature at all: only a resource policy can let it in. */
export interface AnonymousPrincipal {
  kind: 'anonymous';
}

export function rootOf(account: string): RootPrincipal {
  return { kind: 'root', account, arn: formatArn('iam', '', account, 'root') };
}

export function servicePrincipal(
  service: string,
  account: string,
  options: { sourceArn?: string; serviceLinked?: boolean } = {},
): ServicePrincipal {
  return { kind: 'service', service, account, ...options };
}

/** How AWS names the principal in its messages and in CloudTrail. */
export function describePrincipal(principal: Principal): string {
  if (principal.kind === 'anonymous') return 'anonymous';
  return principal.kind === 'service' ? principal.service : principal.arn;
}
