import { call, get, useLoaded } from '../api.ts';
import type { Status } from '../clock-bar.tsx';
import { Link } from '../link.tsx';
import { useNews, useSettled } from '../live.ts';
import { LogLines } from '../logs/log-lines.tsx';
import { recentLines } from '../logs/read-logs.ts';
import { hrefOf } from '../router.ts';
import type { MapNode } from './architecture.ts';
import { namesOf, readResource, textsIn } from './node-names.ts';

const shown = 60;
const hourMs = 3_600_000;

/** The newest lines of the log groups that are its own: named after it, or by its configuration. */
export function NodeLogs({ node }: { node: MapNode }) {
  const found = useLoaded(`node logs ${node.id}`, async () => {
    const groups = await groupsOf(node);
    const { timeMs } = await get<Status>('status');
    const lines = await recentLines(
      groups.map((logGroupName) => ({ logGroupName, region: node.region })),
      timeMs - 24 * hourMs,
    );
    return { groups, lines };
  });
  const refresh = useSettled(1500, found.again);
  useNews('request', refresh);
  if (found.error) return <p role="alert">{found.error.message}</p>;
  if (!found.value) return <p className="dim">Looking …</p>;
  const { groups, lines } = found.value;
  if (groups.length === 0) return <p className="dim">It has no log group.</p>;
  return (
    <>
      <p className="dim small">
        {lines.length > shown ? `The last ${shown} of ${lines.length} lines` : 'The lines'} of the last day, the newest
        first, in{' '}
        {groups.map((group) => (
          <Link key={group} href={hrefOf('logs', [], { group })}>
            {group}{' '}
          </Link>
        ))}
      </p>
      {lines.length === 0 && <p className="dim">Nothing was written.</p>}
      <LogLines lines={lines.slice(-shown).reverse()} search="" withGroup={groups.length > 1} />
    </>
  );
}

async function groupsOf(node: MapNode): Promise<string[]> {
  const resource = await readResource(node);
  const names = namesOf(node, resource);
  const texts = new Set(textsIn(resource?.properties).map((text) => /:log-group:([^:]+)/.exec(text)?.[1] ?? text));
  const { logGroups = [] } = await call<{ logGroups?: { logGroupName: string }[] }>(
    'logs',
    'DescribeLogGroups',
    { limit: 50 },
    node.region,
  );
  return logGroups
    .map(({ logGroupName }) => logGroupName)
    .filter((group) => texts.has(group) || group.split('/').some((part) => names.has(part)))
    .slice(0, 4);
}
