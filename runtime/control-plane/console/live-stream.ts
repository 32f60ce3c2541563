import { Readable } from 'node:stream';
import type { HttpRequest, HttpResponse } from '../../data-planes/http/exchange.ts';
import type { Timer } from '../../kernel/clock/clock.ts';
import { defineEngine } from '../../kernel/engine.ts';
import type { EventTypes } from '../../kernel/events/events.ts';
import type { Kernel } from '../../kernel/service.ts';
import { recorder, type TraceSummary } from './recorder.ts';
import { Trickle } from './trickle.ts';

const streamsAtOnce = 24;
/** What a client that has lost its connection finds again. */
const messagesKept = 1000;
/** A client that does not read is dropped; it comes back and resumes. */
const unreadBytes = 1024 * 1024;
const flushMs = 200;
/** Each flush: beyond them only every so manieth is shown, and the number of those left out. */
const tracesEachFlush = 20;
const linesEachFlush = 100;
/** So long recording goes on without anybody watching. */
const lingerMs = 30_000;

interface Client {
  body: Readable;
  topics: Set<string>;
}

/**
 * The console's one stream of events (text/event-stream, "Server-sent events", HTML Living Standard): gathered for a fifth of
 * a second, bounded, sampled above a rate, and resumed after the id that a returning client names.
 */
class LiveStream {
  readonly #kernel: Kernel;
  readonly #clients = new Set<Client>();
  readonly #kept: { number: number; topic: string; text: string }[] = [];
  readonly #traces = new Trickle<TraceSummary>(tracesEachFlush, (trace) => trace.traceId);
  readonly #lines = new Trickle<object>(linesEachFlush);
  /** Numbers of another runtime mean nothing in this one. */
  readonly #epoch: string;
  #number = 0;
  #flush: Timer | undefined;
  #linger: Timer | undefined;
  #stops: (() => void)[] = [];

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#epoch = kernel.ids.hex(8);
    const { clock } = kernel;
    clock.onWind((phase) => this.#send('clock', { phase, timeMs: clock.now(), aheadMs: clock.offset() }));
    clock.onProgress((progress) =>
      this.#send('clock', { phase: 'goes', timeMs: progress.nowMs, aheadMs: clock.offset(), ...progress }),
    );
  }

  open(request: HttpRequest, query: URLSearchParams): HttpResponse {
    if (this.#clients.size >= streamsAtOnce)
      return { status: 503, headers: { 'retry-after': '5' }, body: 'Too many pages of the console are open.\n' };
    this.#listen();
    const client: Client = {
      body: new Readable({ read: () => undefined }),
      topics: new Set((query.get('topics') ?? '').split(',')),
    };
    this.#clients.add(client);
    client.body.once('close', () => this.#left(client));
    client.body.push('retry: 1000\n\n');
    this.#resume(client, request.headers['last-event-id'] ?? query.get('after') ?? undefined);
    return {
      status: 200,
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      },
      body: client.body,
    };
  }

  stop(): void {
    this.#silence();
    for (const { body } of this.#clients) body.destroy();
  }

  /** What has been sent since, or `reset`: the page then asks for everything anew. */
  #resume(client: Client, after: string | undefined): void {
    const [epoch, number] = after?.split('-') ?? [];
    const first = this.#kept[0]?.number ?? this.#number + 1;
    if (epoch !== this.#epoch || Number(number) + 1 < first)
      client.body.push(`id: ${this.#epoch}-${this.#number}\nevent: reset\ndata: {}\n\n`);
    else for (const one of this.#kept) if (one.number > Number(number)) this.#write(client, one);
  }

  #left(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size > 0) return;
    this.#linger = this.#kernel.clock.after(lingerMs, 'the console was closed', () => this.#silence(), {
      basis: 'elapsed',
    });
  }

  #listen(): void {
    this.#linger?.cancel();
    if (this.#stops.length > 0) return;
    const { events } = this.#kernel;
    const record = this.#kernel.engine(recorder);
    record.start();
    record.onTrace = (summary) => this.#soon(() => this.#traces.add(summary));
    this.#stops = [
      events.on('cloudformation.event', ({ ResourceProperties: _, ...event }) => this.#send('stack', event)),
      events.on('cloudformation.change-set', ({ stackName, changeSetName }) =>
        this.#send('change-set', { stackName, changeSetName }),
      ),
      events.on('problem', ({ timeMs, where, message }) => this.#send('problem', { timeMs, where, message })),
      events.on('cloudwatch.alarm', (alarm) => this.#send('alarm', alarm)),
      events.on('alb.target-health', (health) => this.#send('state', health)),
      events.on('ec2.instance-state', (state) => this.#send('state', state)),
      events.on('fis.experiment', ({ experimentId, status, actions, timeMs }) =>
        this.#send('fault', { experimentId, status, actions, timeMs }),
      ),
      events.on('logs.events', (batch) => this.#log(batch)),
    ];
  }

  #silence(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#flush?.cancel();
    this.#flush = undefined;
    this.#kernel.engine(recorder).stop();
  }

  #log({ logGroupName, logStreamName, events }: EventTypes['logs.events']): void {
    if (![...this.#clients].some(({ topics }) => topics.has('log'))) return;
    this.#soon(() => {
      for (const { timestamp, message } of events)
        this.#lines.add({ timeMs: timestamp, group: logGroupName, stream: logStreamName, message: message.trimEnd() });
    });
  }

  #soon(add: () => void): void {
    add();
    this.#flush ??= this.#kernel.clock.after(flushMs, 'news for the console', () => this.#flushNow(), {
      basis: 'elapsed',
    });
  }

  #flushNow(): void {
    this.#flush = undefined;
    const traces = this.#traces.take();
    if (traces.seen > 0) this.#send('request', traces);
    const flows = this.#kernel.engine(recorder).flows.take();
    if (flows.length > 0) this.#send('flow', { periodMs: flushMs, flows });
    const lines = this.#lines.take();
    if (lines.seen > 0) this.#send('log', lines);
  }

  #send(topic: string, data: object): void {
    this.#number += 1;
    const text = `id: ${this.#epoch}-${this.#number}\nevent: ${topic}\ndata: ${JSON.stringify(data)}\n\n`;
    const message = { number: this.#number, topic, text };
    this.#kept.push(message);
    if (this.#kept.length > messagesKept) this.#kept.shift();
    for (const client of this.#clients) this.#write(client, message);
  }

  #write({ body, topics }: Client, { topic, text }: { topic: string; text: string }): void {
    if (!topics.has(topic)) return;
    if (body.readableLength > unreadBytes) body.destroy();
    else body.push(text);
  }
}

export const liveStream = defineEngine('console-stream', (kernel) => new LiveStream(kernel));
