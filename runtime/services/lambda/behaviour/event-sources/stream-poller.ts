import type { GetRecordsOutput, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import type { Timer } from '../../../../kernel/clock/clock.ts';
import { AwsError } from '../../../../kernel/errors.ts';
import { emitMetric } from '../metrics.ts';
import { passes } from './filter-criteria.ts';
import type { Poller, Source } from './source.ts';
import { StreamBatch } from './stream-batch.ts';
import { iteratorOf, noteDone } from './stream-position.ts';
import { ageOf, eventRecord, lanesOf, sequenceOf } from './stream-records.ts';
import { shardsOf } from './stream-shards.ts';

declare module '../../../../kernel/events/events.ts' {
  interface EventTypes {
    /** Records have been added to a table's stream. */
    'dynamodb.streamRecords': { streamArn: string };
  }
}

const GET_RECORDS_LIMIT = 1000;
const PAUSE_MS = 1000;

/**
 * Reads a DynamoDB stream as Lambda does: shard by shard, parents first, in order, a batch until it succeeds or is given
 * up. How far it came is kept, so that a restart goes on there.
 */
export class StreamPoller implements Poller {
  readonly #source: Source;
  readonly #unsubscribe: () => void;
  #reading = false;
  #again = false;
  #stopped = false;
  #pause: Timer | undefined;

  constructor(source: Source) {
    this.#source = source;
    this.#unsubscribe = source.kernel.events.on('dynamodb.streamRecords', ({ streamArn }) => {
      if (streamArn === source.mapping.EventSourceArn) this.#read();
    });
    this.#read();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    this.#pause?.cancel();
  }

  #read(): void {
    this.#again = true;
    if (this.#reading || this.#stopped || this.#pause) return;
    this.#reading = true;
    void this.#readAll();
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        for (const shard of await shardsOf(this.#source)) await this.#readShard(shard);
      }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#source.note(`PROBLEM: ${error.message}`);
      this.#later();
    } finally {
      this.#reading = false;
    }
  }

  #later(): void {
    this.#pause = this.#source.kernel.clock.after(
      PAUSE_MS,
      `pause of ${this.#source.mapping.FunctionName}'s event source`,
      () => {
        this.#pause = undefined;
        this.#read();
      },
    );
  }

  async #readShard(shard: string): Promise<void> {
    const {
      BatchSize = 100,
      ParallelizationFactor = 1,
      MaximumBatchingWindowInSeconds: window = 0,
    } = this.#source.mapping;
    let iterator = await iteratorOf(this.#source, shard);
    let held: StreamRecord[] = [];
    let waited = false;
    while (iterator && !this.#stopped) {
      const Limit = Math.min(GET_RECORDS_LIMIT, BatchSize * ParallelizationFactor - held.length);
      const page: GetRecordsOutput = await this.#source.call('dynamodbstreams', 'GetRecords', {
        ShardIterator: iterator,
        Limit,
      });
      const records = page.Records ?? [];
      held.push(...records);
      iterator = page.NextShardIterator;
      const full = held.length >= Math.min(GET_RECORDS_LIMIT, BatchSize * ParallelizationFactor);
      if (held.length === 0) return;
      if (!full && records.length === 0 && window > 0 && !waited) {
        waited = true;
        await this.#source.kernel.clock.sleep(window * 1000);
        continue;
      }
      if (!full && window > 0 && !waited) continue;
      await this.#handle(shard, held);
      held = [];
      waited = false;
    }
  }

  async #handle(shard: string, records: StreamRecord[]): Promise<void> {
    const { mapping, kernel, account, region } = this.#source;
    const wanted = records.filter((record) =>
      passes(kernel, mapping.FilterCriteria, eventRecord(record, mapping.EventSourceArn)),
    );
    const last = wanted.at(-1);
    if (last) {
      const about = {
        ctx: { events: kernel.events, clock: kernel.clock, account, region },
        name: mapping.FunctionName,
      };
      emitMetric(about, 'IteratorAge', Math.max(0, ageOf(last, kernel.clock.now())), 'Milliseconds');
      const lanes = lanesOf(wanted, mapping.ParallelizationFactor ?? 1);
      await Promise.all(lanes.map((lane) => new StreamBatch(this.#source, shard, () => this.#stopped).run(lane)));
    }
    const end = records.at(-1);
    if (end && !this.#stopped) noteDone(this.#source, shard, sequenceOf(end));
  }
}
