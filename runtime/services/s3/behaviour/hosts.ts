import { awsApi } from '../../../data-planes/http/aws-api.ts';
import { callerOf } from '../../../data-planes/http/caller.ts';
import type { DataPlane, HttpRequest, HttpResponse } from '../../../data-planes/http/exchange.ts';
import { hosts } from '../../../data-planes/http/hosts.ts';
import type { Hop } from '../../../kernel/events/hop.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Bucket } from '../state.ts';
import { aroundApi } from './around-api.ts';
import { objectPlane } from './object-plane.ts';
import { websitePlane } from './website.ts';

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
function s3HostPlane(kernel: Kernel, { Name, region }: Pick<Bucket, 'Name' | 'region'>): DataPlane {
  const objects = objectPlane(kernel, Name, region);
  return async (request, parent) => {
    const hop = parent.child('s3', `${request.method} ${request.url}`, Name);
    const response = await serve(request, hop);
    hop.end({ status: response.status });
    return response;
  };

  async function serve(request: HttpRequest, hop: Hop): Promise<HttpResponse> {
    const api = isForUsers(request) ? undefined : kernel.engine(awsApi).plane;
    if (api) return api(request, hop);
    const next = (): Promise<HttpResponse> => objects(request, hop);
    return aroundApi(kernel, request)?.answer(next) ?? next();
  }
}

/** Objects without a signature, and what browsers ask before; everything else on a bucket's host is its API. */
function isForUsers(request: HttpRequest): boolean {
  // CloudFront asks in its own name, which it does not sign in process.
  if (request.method === 'OPTIONS' || callerOf(request)) return true;
  const signed = request.headers.authorization !== undefined || /[?&](X-Amz-)?Signature=/.test(request.url);
  return !signed && isObjectRead(request);
}

function isObjectRead({ method, url }: HttpRequest): boolean {
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
function websiteNames({ Name, region }: Bucket): string[] {
  return [`${Name}.s3-website-${region}.amazonaws.com`, `${Name}.s3-website.${region}.amazonaws.com`];
}
