import type { ApiCallEvent } from '../../../kernel/events/events.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { HttpDetails } from '../../../kernel/service.ts';
import { ownerOf } from '../state.ts';
import type { LoggedRequest } from './access-logs.ts';

/** "Amazon S3 server access log format": its fields in its order, `-` for what does not apply. */
export function logLine(request: LoggedRequest, event: ApiCallEvent): string {
  const { ctx, bucket, key } = request;
  const headers = ctx.http?.headers ?? {};
  const requester =
    ctx.principal.kind === 'anonymous'
      ? '-'
      : ctx.principal.kind === 'service'
        ? `svc:${ctx.principal.service}`
        : describePrincipal(ctx.principal);
  const fields = [
    ownerOf(bucket.account).ID,
    bucket.Name,
    `[${timeOf(event.timeMs)}]`,
    ctx.http?.clientIp ?? '-',
    requester,
    event.requestId.replaceAll('-', '').slice(0, 16).toUpperCase(),
    operationOf(event.operation, ctx.http?.method, key !== undefined),
    key === undefined ? '-' : encodeURIComponent(encodeURIComponent(key).replaceAll('%2F', '/')).replaceAll('%2F', '/'),
    quoted(ctx.http && `${ctx.http.method} ${ctx.http.url} HTTP/1.1`),
    String(event.status),
    event.errorCode ?? '-',
    request.bytesSent === undefined || event.status >= 300 ? '-' : String(request.bytesSent),
    request.objectSize === undefined ? '-' : String(request.objectSize),
    String(Math.max(1, Math.round(event.durationMs))),
    String(Math.max(1, Math.round(event.durationMs))),
    quoted(headers.referer),
    quoted(headers['user-agent']),
    request.versionId ?? '-',
    event.requestId,
    ...authenticationOf(ctx.http),
    ctx.http?.host || '-',
    '-',
    '-',
    '-',
  ];
  return fields.join(' ');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function timeOf(timeMs: number): string {
  const [date = '', time = ''] = new Date(timeMs).toISOString().split('T');
  const [year, month = '1', day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}

function quoted(text: string | undefined): string {
  return text === undefined ? '"-"' : `"${text.replaceAll('"', '%22')}"`;
}

/** REST.method.resource, after what the operation acts on. */
function operationOf(operation: string, sent: string | undefined, hasKey: boolean): string {
  const [, verb = '', noun = ''] =
    /^(Get|Head|Put|Delete|List|Create|Copy|Upload|Complete|Abort)?(.*)$/.exec(operation) ?? [];
  const method = sent ?? methods[verb] ?? 'GET';
  const named: Record<string, string> = {
    CopyObject: 'OBJECT',
    ListObjects: 'BUCKET',
    ListObjectsV2: 'BUCKET',
    ListObjectVersions: 'BUCKETVERSIONS',
    DeleteObjects: 'MULTI_OBJECT_DELETE',
    CreateMultipartUpload: 'UPLOADS',
    ListMultipartUploads: 'UPLOADS',
    UploadPart: 'PART',
    UploadPartCopy: 'PART',
    CompleteMultipartUpload: 'UPLOAD',
    AbortMultipartUpload: 'UPLOAD',
    ListParts: 'UPLOAD',
  };
  const resource =
    named[operation] ??
    (noun === 'Object' || noun === 'Bucket'
      ? noun
      : noun.replace(/^(Bucket|Object)/, '').replace(/Configuration$/, '')
    ).toUpperCase();
  return `REST.${method}.${resource || (hasKey ? 'OBJECT' : 'BUCKET')}`;
}

const methods: Record<string, string> = lookupTable({
  Head: 'HEAD',
  Put: 'PUT',
  Copy: 'PUT',
  Upload: 'PUT',
  Delete: 'DELETE',
  Abort: 'DELETE',
  Create: 'POST',
  Complete: 'POST',
});

/** Signature version, cipher suite and kind of authentication. */
function authenticationOf(http: HttpDetails | undefined): [string, string, string] {
  if (http?.headers.authorization) return ['SigV4', '-', 'AuthHeader'];
  if (http && /[?&]X-Amz-Signature=/i.test(http.url)) return ['SigV4', '-', 'QueryString'];
  return ['-', '-', '-'];
}
