import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import { dateAndTime } from '../format.ts';
import { Link } from '../link.tsx';
import type { DataScope } from '../pages/data.tsx';
import { hrefOf } from '../router.ts';
import { Picker } from './picker.tsx';

interface Listing {
  Contents?: { Key: string; Size?: number; LastModified?: string }[];
  CommonPrefixes?: { Prefix: string }[];
  IsTruncated?: boolean;
}

/** Buckets, their folders, and objects as far as they are text. */
export function Buckets({ rest }: DataScope) {
  const buckets = useLoaded('buckets', async () => {
    const { Buckets: found = [] } = await call<{ Buckets?: { Name: string; BucketRegion?: string }[] }>(
      's3',
      'ListBuckets',
    );
    return found;
  });
  const bucket = buckets.value?.find(({ Name }) => Name === rest[0]) ?? buckets.value?.[0];
  const key = rest[1] ?? '';
  return (
    <Picker
      kind="buckets"
      label="Buckets"
      none="There is no bucket."
      error={buckets.error}
      chosen={bucket?.Name}
      choices={buckets.value?.map(({ Name }) => ({ id: Name, name: Name }))}
    >
      {bucket && (
        <section className="card">
          <Trail bucket={bucket.Name} path={key} />
          {key === '' || key.endsWith('/') ? (
            <Folder bucket={bucket.Name} prefix={key} region={bucket.BucketRegion} />
          ) : (
            <ObjectView bucket={bucket.Name} objectKey={key} region={bucket.BucketRegion} />
          )}
        </section>
      )}
    </Picker>
  );
}

function Trail({ bucket, path }: { bucket: string; path: string }) {
  const parts = path.split(/(?<=\/)/).filter(Boolean);
  return (
    <nav className="trail" aria-label="Where">
      <Link href={hrefOf('data', ['buckets', bucket])}>{bucket}</Link>
      {parts.map((part, index) => (
        <span key={parts.slice(0, index + 1).join('')}>
          {' / '}
          <Link href={hrefOf('data', ['buckets', bucket, parts.slice(0, index + 1).join('')])}>
            {part.replace(/\/$/, '')}
          </Link>
        </span>
      ))}
    </nav>
  );
}

function Folder({ bucket, prefix, region }: { bucket: string; prefix: string; region: string | undefined }) {
  const listing = useLoaded(`objects ${bucket} ${prefix}`, () =>
    call<Listing>('s3', 'ListObjectsV2', { Bucket: bucket, Prefix: prefix, Delimiter: '/', MaxKeys: 300 }, region),
  );
  if (listing.error) return <Problem error={listing.error} />;
  if (!listing.value) return null;
  const { CommonPrefixes = [], Contents = [], IsTruncated } = listing.value;
  if (CommonPrefixes.length + Contents.length === 0) return <p className="dim">Empty.</p>;
  return (
    <>
      <ul className="objects">
        {CommonPrefixes.map(({ Prefix }) => (
          <li key={Prefix}>
            <Link href={hrefOf('data', ['buckets', bucket, Prefix])}>{Prefix.slice(prefix.length)}</Link>
          </li>
        ))}
        {Contents.map(({ Key, Size = 0, LastModified }) => (
          <li key={Key}>
            <Link href={hrefOf('data', ['buckets', bucket, Key])}>{Key.slice(prefix.length)}</Link>
            <span className="dim small">
              {Size.toLocaleString('en')} bytes{LastModified ? ` · ${dateAndTime(Date.parse(LastModified))}` : ''}
            </span>
          </li>
        ))}
      </ul>
      {IsTruncated && <p className="dim small">The first 300 of more.</p>}
    </>
  );
}

function ObjectView({ bucket, objectKey, region }: { bucket: string; objectKey: string; region: string | undefined }) {
  const object = useLoaded(`object ${bucket} ${objectKey}`, () =>
    call<{
      ContentType?: string;
      ContentLength?: number;
      ETag?: string;
      Metadata?: Record<string, string>;
      Body?: { base64: string };
    }>('s3', 'GetObject', { Bucket: bucket, Key: objectKey }, region),
  );
  if (object.error) return <Problem error={object.error} />;
  if (!object.value) return null;
  const { ContentType = '', ContentLength = 0, Body } = object.value;
  const textual = /^text\/|json|xml|javascript|yaml|svg/.test(ContentType);
  return (
    <>
      <p className="dim small">
        {ContentType} · {ContentLength.toLocaleString('en')} bytes
      </p>
      {textual && Body ? (
        <pre className="mail-text">{decoded(Body.base64)}</pre>
      ) : (
        <p className="dim">It is not text. `aws s3 cp` brings it to a file.</p>
      )}
    </>
  );
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}
