import { get, useLoaded } from '../api.ts';
import type { Status } from '../clock-bar.tsx';
import { Buckets } from '../data/buckets.tsx';
import { Databases } from '../data/databases.tsx';
import { Mails } from '../data/mails.tsx';
import { loadNames, type Names } from '../data/names.ts';
import { Queues } from '../data/queues.tsx';
import { Parameters, Secrets } from '../data/secrets.tsx';
import { Tables } from '../data/tables.tsx';
import { Empty } from '../empty.tsx';
import { Link } from '../link.tsx';
import { hrefOf, type Place } from '../router.ts';

export interface DataScope {
  regions: string[];
  names: Names;
  /** What is looked at: a bucket's name and the way inside of it, a table's, a mail's number. */
  rest: string[];
}

const kinds = [
  { id: 'mail', title: 'Mail', service: 'ses', View: Mails },
  { id: 'buckets', title: 'Buckets', service: 's3', View: Buckets },
  { id: 'tables', title: 'Tables', service: 'dynamodb', View: Tables },
  { id: 'databases', title: 'Databases', service: 'rds', View: Databases },
  { id: 'queues', title: 'Queues', service: 'sqs', View: Queues },
  { id: 'parameters', title: 'Parameters', service: 'ssm', View: Parameters },
  { id: 'secrets', title: 'Secrets', service: 'secretsmanager', View: Secrets },
] as const;

/** What is kept: read by the same operations as any client's. */
export function Data({ place }: { place: Place }) {
  const about = useLoaded('data', async () => ({
    ...(await get<Status>('status')),
    ...(await get<{ regions: string[] }>('regions')),
    names: await loadNames(),
  }));
  if (!about.value) return <Empty>Looking …</Empty>;
  const { services, regions, names } = about.value;
  const there = kinds.filter(({ service }) => services.includes(service));
  const kind = there.find(({ id }) => id === place.rest[0]) ?? there[0];
  if (!kind) return <Empty>No service that keeps data runs.</Empty>;
  return (
    <div className="data">
      <header className="logs-head">
        <h1>Data</h1>
        <nav className="kinds" aria-label="Kinds of data">
          {there.map(({ id, title }) => (
            <Link key={id} href={hrefOf('data', [id])} aria-current={id === kind.id ? 'page' : undefined}>
              {title}
            </Link>
          ))}
        </nav>
      </header>
      <kind.View key={kind.id} regions={regions} names={names} rest={place.rest.slice(1)} />
    </div>
  );
}
