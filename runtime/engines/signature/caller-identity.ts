import type { Signer } from './signer.ts';

/** A signer as API Gateway and function URLs show it to a function: requestContext.authorizer.iam of payload format 2.0. */
export interface CallerIdentity {
  accessKey: string;
  accountId: string;
  callerId: string;
  cognitoIdentity: null;
  principalOrgId: null;
  userArn: string;
  userId: string;
}

/** The unique id is the one that `aws:userid` has ("AWS global condition context keys", IAM User Guide). */
export function callerIdentity({ principal, claim }: Signer): CallerIdentity {
  const id = uniqueId(principal);
  return {
    accessKey: claim.accessKeyId,
    accountId: principal.account,
    callerId: id,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: principal.kind === 'service' ? principal.service : principal.arn,
    userId: id,
  };
}

function uniqueId(principal: Signer['principal']): string {
  if (principal.kind === 'user') return principal.userId;
  return principal.kind === 'session' ? `${principal.roleId}:${principal.sessionName}` : principal.account;
}
