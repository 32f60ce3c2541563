import type { Context, Kernel } from './service.ts';

/** Something AWS charges for, as its price list counts it. The list itself is data: cost/prices/<service>.ts. */
export interface Used {
  /** The price list's usage type, by the name Cost and Usage Reports give it: Lambda-GB-Second, Requests-Tier1. */
  usageType: string;
  /** In the price's unit: requests, GB, GB-seconds. What is paid by time (Standing) is how much of it there is. */
  amount: number;
  /** What it was used by: an ARN, or a name where there is none. */
  resource: string;
}

export interface UsageEvent extends Used {
  /** Whose price list it is in; a service's folder, or one without code such as data-transfer. */
  service: string;
  region: string;
  account: string;
  /** The traces of the requests it was for; several where a batch served several, none for nobody's. */
  traces: readonly string[];
}

/**
 * What a service charges for, declared beside its code. What only the code in the midst of the work knows (an
 * invocation's milliseconds, a table's units) is emitted there, as the event `usage`.
 */
export interface UsageMeters {
  /** Of one operation that was carried out or refused; called for wire requests and calls among services alike. */
  calls?(call: MeteredCall): readonly CallUsage[];
  /** What exists now and is paid for by the time it exists. */
  standing?(kernel: Kernel): Iterable<Standing>;
  /**
   * The operations that change what stands, for what is quick to list: it is looked at after each of them, so that time is
   * counted to the moment. Without it every operation that is not a read is taken for a change, and `standing` is asked
   * for once an hour while there are changes. What changes by itself tells by the event `usage.changed`.
   */
  changedBy?: readonly string[];
}

export interface MeteredCall {
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's type of each operation, which the meter of the service narrows
  input: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  output: any;
  /** Of a refusal. */
  errorCode: string | undefined;
  ctx: Context;
}

export interface CallUsage extends Used {
  /** Where it is not the service's own price list. */
  service?: string;
  /** Where it is not the caller's: of a bucket's owner. */
  region?: string;
  account?: string;
  /** Where it is not for the request that asked: the X-Ray headers of the messages a poller received. */
  traceHeaders?: readonly string[];
}

export interface Standing extends Used {
  service?: string;
  region: string;
  account: string;
}

/** The trace that an X-Amzn-Trace-Id header, or an AWSTraceHeader attribute, names. */
export function traceIdOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /Root=(1-[0-9a-f]{8}-[0-9a-f]{24})/.exec(header)?.[1];
}

/** AWS counts gigabytes of 2^30 bytes ("A gigabyte is calculated as 2^30 bytes", S3 and CloudFront pricing). */
export const gigabyte = 2 ** 30;
