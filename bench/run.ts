/**
 * Ours against its peers, one operation after another, each in alternating rounds (ours, peer, ours, peer) so that what
 * else the machine does meets both. `npm run bench [-- names… --json --ours --seconds 2 --profile DIR]`; see README.md.
 */
import { parseArgs } from 'node:util';
import type { Case, Place } from './case.ts';
import { cases } from './cases.ts';
import { Driver, type LoadOptions, type Measure, together, type Work } from './load.ts';
import { peerPrograms } from './peer-programs.ts';
import { type Server, startOurs } from './server.ts';
import { measureStart } from './start.ts';
import { measureSystem } from './system.ts';
import { type Line, printTable } from './table.ts';

/** Until V8 has compiled what is called often; compiling counts as CPU time too. */
const WARM_UP_MS = 1500;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    ours: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '2' },
    profile: { type: 'string' },
  },
});
const wanted = cases.filter(({ name }) => matches(name));
const lines: Line[] = [];
const places: { ours: Place; programs: Map<string, Place> } = await open();
try {
  for (const one of wanted) {
    const line = await measureCase(one);
    lines.push(line);
    note(`${line.name}: ${line.failure ?? `${line.ours?.cpuUs.toFixed(0)} µs`}`);
  }
} finally {
  for (const place of [places.ours, ...places.programs.values()]) await close(place);
}
if (matches('start')) lines.push(...(await measureStart()));
if (matches('web-classic')) lines.push(...(await measureSystem()));
if (values.json) process.stdout.write(`${JSON.stringify(lines, null, 2)}\n`);
else printTable(lines);

function matches(name: string): boolean {
  return positionals.length === 0 || positionals.some((part) => name.toLowerCase().includes(part.toLowerCase()));
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function open() {
  const ours = placeOf(await startOurs({ cpuProfileDir: values.profile }));
  const programs = new Map<string, Place>();
  const names = new Set(values.ours ? [] : wanted.flatMap(programsOf));
  for (const name of names) {
    const server = await peerPrograms[name]?.start();
    if (server) programs.set(name, placeOf(server));
    else note(`SKIPPED: ${name} is not on PATH (${peerPrograms[name]?.install}).`);
  }
  return { ours, programs };
}

function programsOf({ peer, also = [] }: Case): string[] {
  return [...(peer === 'moto' ? [peer] : []), ...also];
}

function placeOf(server: Server): Place {
  return { server, driver: new Driver(server) };
}

async function close({ server, driver }: Place): Promise<void> {
  await driver.close();
  await server.stop();
}

async function measureCase(one: Case): Promise<Line> {
  const measured: NonNullable<Line['peers']> = [];
  const line: Line = { name: one.name, budget: one.budget, peers: measured };
  try {
    const ours = await one.prepare(places.ours);
    const peers = await peersOf(one);
    const turns = peers.length > 0 ? 2 : 1;
    const options = { callers: one.callers ?? 32, durationMs: (Number(values.seconds) * 1000) / turns };
    const rounds: Measure[] = [];
    await round(places.ours, ours, { ...options, durationMs: WARM_UP_MS });
    for (let turn = 0; turn < turns; turn += 1) {
      rounds.push(await round(places.ours, ours, options));
      for (const peer of peers) await peerRound(peer, options);
    }
    line.ours = together(rounds);
    for (const { place, measures, failure, end } of peers) {
      measured.push({ name: place.server.name, ...(failure ? { failure } : { measure: together(measures) }) });
      await end();
    }
  } catch (error) {
    line.failure = (error as Error).message;
  }
  return line;
}

/** What the peer cannot do is told in the table, and does not take ours with it. */
async function peerRound(peer: Peer, options: LoadOptions): Promise<void> {
  if (peer.failure) return;
  try {
    peer.measures.push(await round(peer.place, await peer.work(), options));
  } catch (error) {
    peer.failure = (error as Error).message.replace(/\s+/g, ' ').slice(0, 80);
  }
}

type Prepared = Awaited<ReturnType<Case['prepare']>>;

interface Peer {
  place: Place;
  /** Prepared when first asked for. */
  work(): Promise<Prepared>;
  measures: Measure[];
  failure?: string;
  end(): Promise<void>;
}

async function peersOf(one: Case): Promise<Peer[]> {
  if (values.ours) return [];
  const running = programsOf(one).flatMap((name) => places.programs.get(name) ?? []);
  const peers = running.map((place) => peerAt(one, place, async () => undefined));
  for (const start of one.startPeers ?? []) {
    const server = await start(places.ours);
    const place = server && placeOf(server);
    if (place) peers.push(peerAt(one, place, () => close(place)));
  }
  return peers;
}

function peerAt(one: Case, place: Place, end: () => Promise<void>): Peer {
  let prepared: Promise<Prepared> | undefined;
  const work = () => {
    prepared ??= one.prepare(place);
    return prepared;
  };
  return { place, work, measures: [], end };
}

function round(place: Place, work: Prepared, options: LoadOptions): Promise<Measure> {
  return typeof work === 'function' ? place.driver.load(work as Work, options) : work.measure(options);
}
