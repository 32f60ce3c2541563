import { AwsError } from '../../../kernel/errors.ts';
import type { Ids } from '../../../kernel/ids.ts';
import { TemplateError } from '../template/template.ts';

/** A deployment's end was asked for, or another resource of it failed. */
export class Cancelled extends Error {
  constructor(sentence = 'Resource creation cancelled') {
    super(sentence);
    this.name = 'Cancelled';
  }
}

/** The runtime stops: nothing more is written, and the deployment is taken up again at the next start. */
export class Interrupted extends Error {}

/** What ResourceStatusReason says: AWS's resource handlers wrap a service's message and classify its code. */
export function failureReason(error: unknown, ids: Ids): string {
  if (error instanceof Cancelled || error instanceof TemplateError) return error.message;
  if (error instanceof AwsError) {
    return `Resource handler returned message: "${error.message}" (RequestToken: ${ids.uuid()}, HandlerErrorCode: ${handlerErrorCode(error)})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** "Handler error codes", CloudFormation CLI User Guide. */
function handlerErrorCode(error: AwsError): string {
  if (/AccessDenied|UnauthorizedOperation/.test(error.code)) return 'AccessDenied';
  if (alreadyExists(error)) return 'AlreadyExists';
  if (/NotFound|NoSuch|NonExistent|DoesNotExist/.test(error.code)) return 'NotFound';
  if (/Throttl|TooManyRequests|LimitExceeded$/.test(error.code))
    return error.code.includes('Limit') ? 'ServiceLimitExceeded' : 'Throttling';
  return error.fault === 'server' ? 'ServiceInternalError' : 'InvalidRequest';
}

export function alreadyExists(error: unknown): boolean {
  return (
    error instanceof AwsError && /AlreadyExists|AlreadyOwned|NameExists|ResourceConflict|ResourceInUse/.test(error.code)
  );
}
