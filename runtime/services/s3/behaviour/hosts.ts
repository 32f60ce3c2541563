import type { DataPlane } from '../../../data-planes/http/exchange.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Bucket } from '../state.ts';
import { aroundApi } from './around-api.ts';
import { objectPlane } from './object-plane.ts';
import { websitePlane } from './website.ts';

/**
 * Slot for the API as the control plane carries it out, signatures and all: what a bucket's host is sent beyond GET and HEAD
 * of objects. While it is empty such requests are refused on these hosts.
 */
export const s3Api = defineEngine<{ plane: DataPlane | undefined }>('s3.api', () => ({ plane: undefined }));

/** A bucket's names answer users and, in process, CloudFront ("Methods for accessing a general purpose bucket"). */
export function registerHosts(kernel: Kernel, bucket: Bucket): void {
  const known = kernel.engine(hosts);
  for (const name of apiNames(bucket)) known.set(name, s3HostPlane(kernel, bucket));
  for (const name of websiteNames(bucket)) {
    if (bucket.configurations.website) known.set(name, websitePlane(kernel, bucket.Name));
    else known.remove(name);
  }
}

export function unregisterHosts(kernel: Kernel, bucket: Bucket): void {
  for (const name of [...apiNames(bucket), ...websiteNames(bucket)]) kernel.engine(hosts).remove(name);
}

/** A bucket as users and CloudFront see it: CORS, form uploads, objects; the bucket's policy decides. */
export function s3HostPlane(kernel: Kernel, { Name, region }: Pick<Bucket, 'Name' | 'region'>): DataPlane {
  const objects = objectPlane(kernel, Name, region);
  return async (request, parent) => {
    const hop = parent.child('s3', `${request.method} ${request.url}`, Name);
    const response = await aroundApi(kernel, request, hop, (asked, on) => {
      const signed = asked.headers.authorization !== undefined || /[?&]X-Amz-Signature=/.test(asked.url);
      const api = signed || !isObjectRead(asked) ? kernel.engine(s3Api).plane : undefined;
      return (api ?? objects)(asked, on);
    });
    hop.end({ status: response.status });
    return response;
  };
}

function isObjectRead({ method, url }: { method: string; url: string }): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    !/^\/($|\?)/.test(url) &&
    !/[?&](acl|attributes|legal-hold|retention|tagging|torrent|uploadId)\b/.test(url)
  );
}

function apiNames({ Name, region }: Bucket): string[] {
  return [`${Name}.s3.amazonaws.com`, `${Name}.s3.${region}.amazonaws.com`];
}

/** Some regions have a dash after s3-website and some a dot ("Website endpoints"); templates use both. */
export function websiteNames({ Name, region }: Bucket): string[] {
  return [`${Name}.s3-website-${region}.amazonaws.com`, `${Name}.s3-website.${region}.amazonaws.com`];
}
