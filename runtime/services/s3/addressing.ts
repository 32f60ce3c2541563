import { awsName } from '../../data-planes/http/hosts.ts';
import type { Addressing } from '../../kernel/service.ts';

/** Bucket in the path (`/bucket/key`) or in the host (`bucket.s3.…`). "Methods for accessing a general purpose bucket". */
export function addressing(request: { host: string; path: string }): Addressing {
  const host = awsName(request.host);
  const inHost = /^(.+)\.s3(?:[.-](?:dualstack|fips|[a-z]{2}(?:-[a-z]+)+-\d))*(?:\.amazonaws\.com)?$/.exec(host)?.[1];
  if (inHost) return { path: request.path, labels: { Bucket: inHost } };
  const [, bucket = '', key] = /^\/([^/]*)(\/.*)?$/s.exec(request.path) ?? [];
  if (bucket === '') return { path: '/', labels: {} };
  return { path: key ?? '/', labels: { Bucket: decoded(bucket) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
