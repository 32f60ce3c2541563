import { AwsError } from '../../../kernel/errors.ts';

/** Why a delivery did not arrive, and whether another attempt may ("Amazon SNS message delivery retries", "Delivery errors"). */
export interface DeliveryFailure {
  reason: string;
  /** Server-side errors and throttles are tried again; a missing endpoint or permission is not. */
  retry: boolean;
}

/** What an endpoint that is not AWS's answered. */
export class EndpointFailure extends Error {
  override readonly name = 'EndpointFailure';
  readonly retry: boolean;

  constructor(message: string, options: { retry: boolean }) {
    super(message);
    this.retry = options.retry;
  }
}

/** Undefined when the error is our own bug. */
export function failureOf(error: unknown): DeliveryFailure | undefined {
  if (error instanceof EndpointFailure) return { reason: error.message, retry: error.retry };
  if (!(error instanceof AwsError)) return undefined;
  const throttled = /Throttl|TooManyRequests|OverLimit|SlowDown/.test(error.code);
  return { reason: `${error.code}: ${error.message}`, retry: error.status >= 500 || throttled };
}
