/**
 * Ours against its peers, one operation after another, each in alternating rounds (ours, peer, ours, peer) so that what
 * else the machine does meets both. `npm run bench [-- names… --json --ours --seconds 2 --profile DIR]`; see README.md.
 */
import { parseArgs } from 'node:util';
import type { Case, Place } from './case.ts';
import { cases } from './cases.ts';
import { Driver, type LoadOptions, type Measure, together, type Work } from './load.ts';
import { type Server, startMoto, startOurs } from './server.ts';
import { measureStart } from './start.ts';
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
const places: { ours: Place; moto: Place | undefined } = await open();
try {
  for (const one of wanted) {
    const line = await measureCase(one);
    lines.push(line);
    note(`${line.name}: ${line.failure ?? `${line.ours?.cpuUs.toFixed(0)} µs`}`);
  }
} finally {
  for (const place of [places.ours, places.moto]) if (place) await close(place);
}
if (matches('start')) lines.push(...(await measureStart()));
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
  const wantsMoto = !values.ours && wanted.some(({ peer }) => peer === 'moto');
  const moto = wantsMoto ? await startMoto() : undefined;
  if (wantsMoto && !moto)
    note("SKIPPED: moto_server is not on PATH (pip install 'moto[server]'), so ours stands alone.");
  return { ours, moto: moto && placeOf(moto) };
}

function placeOf(server: Server): Place {
  return { server, driver: new Driver(server) };
}

async function close({ server, driver }: Place): Promise<void> {
  await driver.close();
  await server.stop();
}

async function measureCase(one: Case): Promise<Line> {
  const line: Line = { name: one.name, budget: one.budget };
  try {
    const ours = await one.prepare(places.ours);
    const peer = await peerOf(one);
    const options = { callers: one.callers ?? 32, durationMs: (Number(values.seconds) * 1000) / (peer ? 2 : 1) };
    const rounds: { ours: Measure[]; peer: Measure[] } = { ours: [], peer: [] };
    await round(places.ours, ours, { ...options, durationMs: WARM_UP_MS });
    for (let turn = 0; turn < (peer ? 2 : 1); turn += 1) {
      rounds.ours.push(await round(places.ours, ours, options));
      if (peer && !line.peerFailure) await peerRound(peer, options, { line, measures: rounds.peer });
    }
    line.ours = together(rounds.ours);
    if (peer) line.peerName = peer.place.server.name;
    if (peer && !line.peerFailure) line.peer = together(rounds.peer);
    await peer?.end();
  } catch (error) {
    line.failure = (error as Error).message;
  }
  return line;
}

/** What the peer cannot do is told in the table, and does not take ours with it. */
async function peerRound(peer: Peer, options: LoadOptions, to: { line: Line; measures: Measure[] }): Promise<void> {
  try {
    to.measures.push(await round(peer.place, peer.work, options));
  } catch (error) {
    to.line.peerFailure = (error as Error).message.replace(/\s+/g, ' ').slice(0, 80);
  }
}

type Prepared = Awaited<ReturnType<Case['prepare']>>;

interface Peer {
  place: Place;
  work: Prepared;
  end(): Promise<void>;
}

async function peerOf(one: Case): Promise<Peer | undefined> {
  if (values.ours) return undefined;
  if (one.peer === 'moto' && places.moto) {
    return { place: places.moto, work: await one.prepare(places.moto), end: async () => undefined };
  }
  if (!one.startPeer) return undefined;
  const place = placeOf(await one.startPeer(places.ours));
  return { place, work: await one.prepare(place), end: () => close(place) };
}

function round(place: Place, work: Prepared, options: LoadOptions): Promise<Measure> {
  return typeof work === 'function' ? place.driver.load(work as Work, options) : work.measure(options);
}
