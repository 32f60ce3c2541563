/** Amazon Resource Names: arn:partition:service:region:account:resource. */
export interface Arn {
  partition: string;
  service: string;
  region: string;
  account: string;
  /** Everything after the fifth colon, colons and slashes included. */
  resource: string;
}

export const partition = 'aws';

/** The account everything lives in unless the access key is itself a 12-digit account number, as in other local tools. */
export const defaultAccount = '000000000000';
export const defaultRegion = 'us-east-1';

export function formatArn(service: string, region: string, account: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** Undefined when the text is not an ARN. */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':');
  if (parts.length < 6 || parts[0] !== 'arn') return undefined;
  const [, arnPartition = '', service = '', region = '', account = ''] = parts;
  return { partition: arnPartition, service, region, account, resource: parts.slice(5).join(':') };
}
