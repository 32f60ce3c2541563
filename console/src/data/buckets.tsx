import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import { dateAndTime } from '../format.ts';
import { Link } from '../link.tsx';
import type { DataScope } from '../pages/data.tsx';
import { hrefOf } from '../router.ts';
import { Structure } from '../structure.tsx';
import { choiceOf } from './names.ts';
import { Picker } from './picker.tsx';

interface Listing {
  Contents?: { Key: string; Size?: number; LastModified?: string }[];
  CommonPrefixes?: { Prefix: string }[];
  NextContinuationToken?: string;
}

/** Buckets, their folders, and objects as far as they are text. */
export function Buckets({ rest, names }: DataScope) {
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
      choices={buckets.value?.map(({ Name, BucketRegion = '' }) =>
        choiceOf(names, { id: Name, name: Name, region: BucketRegion }),
      )}
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

/** As many as one listing gives at most, and as many of them as are shown at once. */
const listed = 1000;
const shownAtOnce = 100;

function Folder({ bucket, prefix, region }: { bucket: string; prefix: string; region: string | undefined }) {
  const [room, setRoom] = useState(shownAtOnce);
  const [further, setFurther] = useState<Listing[]>([]);
  const [problem, setProblem] = useState('');
  const list = (after: string | undefined): Promise<Listing> =>
    call<Listing>(
      's3',
      'ListObjectsV2',
      {
        Bucket: bucket,
        Prefix: prefix,
        Delimiter: '/',
        MaxKeys: listed,
        ...(after ? { ContinuationToken: after } : {}),
      },
      region,
    );
  const listing = useLoaded(`objects ${bucket} ${prefix}`, () => list(undefined));
  if (listing.error) return <Problem error={listing.error} />;
  if (!listing.value) return null;
  const pages = [listing.value, ...further];
  const found = pages.flatMap(entriesOf);
  const next = pages.at(-1)?.NextContinuationToken;
  const more = async (): Promise<void> => {
    try {
      const page = found.length - room < shownAtOnce && next ? await list(next) : undefined;
      if (page) setFurther((now) => [...now, page]);
      setRoom(room + shownAtOnce);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  if (found.length === 0) return <p className="dim">Empty.</p>;
  return (
    <>
      <ul className="objects">
        {found.slice(0, room).map(({ key, about }) => (
          <li key={key}>
            <Link href={hrefOf('data', ['buckets', bucket, key])}>{key.slice(prefix.length)}</Link>
            {about && <span className="dim small">{about}</span>}
          </li>
        ))}
      </ul>
      {(found.length > room || next) && (
        <p className="more">
          <span className="dim small" role="status">
            First {Math.min(room, found.length).toLocaleString('en')} of {next ? 'more than ' : ''}
            {found.length.toLocaleString('en')}.
          </span>{' '}
          <button type="button" onClick={() => void more()}>
            Show more
          </button>
        </p>
      )}
      {problem && <p role="alert">{problem}</p>}
    </>
  );
}

function entriesOf({ CommonPrefixes = [], Contents = [] }: Listing): { key: string; about?: string }[] {
  return [
    ...CommonPrefixes.map(({ Prefix }) => ({ key: Prefix })),
    ...Contents.map(({ Key, Size = 0, LastModified }) => ({
      key: Key,
      about: `${Size.toLocaleString('en')} bytes${LastModified ? ` · ${dateAndTime(Date.parse(LastModified))}` : ''}`,
    })),
  ];
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
  const { ContentType = '', ContentLength = 0, Body, Metadata = {} } = object.value;
  return (
    <>
      <p className="dim small">
        {ContentType} · {ContentLength.toLocaleString('en')} bytes
      </p>
      {Body && <Shown type={ContentType} size={ContentLength} base64={Body.base64} />}
      {Object.keys(Metadata).length > 0 && <Structure value={Metadata} label="Metadata" />}
    </>
  );
}

/** Text as text, pictures that browsers draw without running anything; of what is long the beginning. */
function Shown({ type, size, base64 }: { type: string; size: number; base64: string }) {
  const whole = size <= (base64.length * 3) / 4;
  if (/^image\/(png|jpeg|gif|webp|avif)$/.test(type) && whole)
    return <img className="object-picture" alt="The object" src={`data:${type};base64,${base64}`} />;
  if (!/^text\/|json|xml|javascript|yaml|svg/.test(type))
    return <p className="dim">It is not text. `aws s3 cp` brings it to a file.</p>;
  return (
    <>
      <pre className="mail-text">{decoded(base64)}</pre>
      {!whole && <p className="dim small">Its first 256 KB.</p>}
    </>
  );
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
}
