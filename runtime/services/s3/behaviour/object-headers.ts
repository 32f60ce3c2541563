/** The output of GetObject or HeadObject as response headers, where no protocol encodes it. */
export function objectHeaders(output: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = { server: 'AmazonS3' };
  for (const [member, name] of Object.entries(names)) if (output[member] !== undefined) headers[name] = String(output[member]);
  if (output.LastModified instanceof Date) headers['last-modified'] = output.LastModified.toUTCString();
  for (const [name, value] of Object.entries((output.Metadata as Record<string, string> | undefined) ?? {})) headers[`x-amz-meta-${name}`] = value;
  return headers;
}

const names: Record<string, string> = {
  AcceptRanges: 'accept-ranges',
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentEncoding: 'content-encoding',
  ContentLanguage: 'content-language',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  ExpiresString: 'expires',
  ServerSideEncryption: 'x-amz-server-side-encryption',
  StorageClass: 'x-amz-storage-class',
  VersionId: 'x-amz-version-id',
  WebsiteRedirectLocation: 'x-amz-website-redirect-location',
};

export interface ReadRequest {
  method: string;
  headers: Record<string, string>;
}

/** What a plain GET or HEAD asks of GetObject or HeadObject. */
export function readConditionsOf({ headers }: ReadRequest): Record<string, unknown> {
  const date = (name: string): Date | undefined => {
    const value = headers[name];
    return value === undefined || Number.isNaN(Date.parse(value)) ? undefined : new Date(value);
  };
  return {
    Range: headers.range,
    IfMatch: headers['if-match'],
    IfNoneMatch: headers['if-none-match'],
    IfModifiedSince: date('if-modified-since'),
    IfUnmodifiedSince: date('if-unmodified-since'),
  };
}
