import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams';
import { AwsError } from '../../../../kernel/errors.ts';
import { functionArn } from '../../function-names.ts';
import { send } from '../destinations.ts';
import type { InvocationResult } from '../invocation.ts';
import { emitMetric } from '../metrics.ts';
import { reportedFailures, type Source } from './source.ts';
import { ageOf, eventRecord, sequenceOf } from './stream-records.ts';

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;

/** Records of one shard on their way through the function: retried, cut in halves, or given up, as the mapping says. */
export class StreamBatch {
  readonly #source: Source;
  readonly #shard: string;
  readonly #stopped: () => boolean;

  constructor(source: Source, shard: string, stopped: () => boolean) {
    this.#source = source;
    this.#shard = shard;
    this.#stopped = stopped;
  }

  /** Resolves when every record has succeeded or been given up, or the poller has stopped. */
  async run(records: StreamRecord[]): Promise<void> {
    let left = records;
    for (let attempt = 0; left.length > 0 && !this.#stopped(); attempt += 1) {
      const outcome = await this.#attempt(left);
      if (this.#stopped()) return;
      left = outcome.failed;
      if (left.length === 0) return this.#source.note('OK');
      this.#source.note(`PROBLEM: ${outcome.problem}`);
      left = await this.#withoutOld(left, outcome.result);
      if (left.length === 0) return;
      const { MaximumRetryAttempts: retries = -1, BisectBatchOnFunctionError: bisects } = this.#source.mapping;
      if (outcome.result && bisects && left.length > 1) return this.#inHalves(left);
      if (outcome.result && retries >= 0 && attempt >= retries)
        return this.#giveUp(left, 'RetryAttemptsExhausted', outcome.result);
      await this.#source.kernel.clock.sleep(Math.min(FIRST_BACKOFF_MS * 2 ** attempt, LONGEST_BACKOFF_MS));
    }
  }

  async #inHalves(records: StreamRecord[]): Promise<void> {
    const middle = Math.ceil(records.length / 2);
    await this.run(records.slice(0, middle));
    await this.run(records.slice(middle));
  }

  async #attempt(
    records: StreamRecord[],
  ): Promise<{ failed: StreamRecord[]; problem: string; result: InvocationResult | undefined }> {
    const { EventSourceArn, FunctionResponseTypes } = this.#source.mapping;
    try {
      const result = await this.#source.invoke({
        Records: records.map((record) => eventRecord(record, EventSourceArn)),
      });
      if (result.functionError) return { failed: records, problem: 'Function call failed', result };
      if (!FunctionResponseTypes?.includes('ReportBatchItemFailures')) return { failed: [], problem: '', result };
      const reported = reportedFailures(result.payload, new Set(records.map(sequenceOf)));
      // Streams go on at the lowest reported record: what follows it is tried again too.
      const first = reported ? records.findIndex((record) => reported.includes(sequenceOf(record))) : 0;
      return { failed: first === -1 ? [] : records.slice(first), problem: 'Function call failed', result };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { failed: records, problem: error.message, result: undefined };
    }
  }

  async #withoutOld(records: StreamRecord[], result: InvocationResult | undefined): Promise<StreamRecord[]> {
    const { MaximumRecordAgeInSeconds: limit = -1 } = this.#source.mapping;
    if (limit < 0) return records;
    const now = this.#source.kernel.clock.now();
    const old = records.filter((record) => ageOf(record, now) > limit * 1000);
    if (old.length > 0) await this.#giveUp(old, 'RecordAgeExceeded', result);
    return records.filter((record) => !old.includes(record));
  }

  /** Tells the destination which records were not processed ("Retain discarded records"), then goes on without them. */
  async #giveUp(records: StreamRecord[], condition: string, result: InvocationResult | undefined): Promise<void> {
    const { mapping, kernel } = this.#source;
    const destination = mapping.DestinationConfig?.OnFailure?.Destination;
    if (!destination) return;
    const ctx = this.#source.asLambda();
    const [first] = records;
    const last = records.at(-1);
    const record = {
      requestContext: {
        requestId: ctx.requestId,
        functionArn: functionArn(ctx, mapping.FunctionName, mapping.qualifier),
        condition,
        approximateInvokeCount: 1,
      },
      ...(result
        ? {
            responseContext: {
              statusCode: 200,
              executedVersion: result.executedVersion,
              functionError: result.functionError,
            },
          }
        : {}),
      version: '1.0',
      timestamp: new Date(kernel.clock.now()).toISOString(),
      DDBStreamBatchInfo: {
        shardId: this.#shard,
        startSequenceNumber: first && sequenceOf(first),
        endSequenceNumber: last && sequenceOf(last),
        approximateArrivalOfFirstRecord: first?.dynamodb?.ApproximateCreationDateTime?.toISOString(),
        approximateArrivalOfLastRecord: last?.dynamodb?.ApproximateCreationDateTime?.toISOString(),
        batchSize: records.length,
        streamArn: mapping.EventSourceArn,
      },
    };
    try {
      await send(ctx, mapping.FunctionName, destination, JSON.stringify(record));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      emitMetric({ ctx, name: mapping.FunctionName }, 'DestinationDeliveryFailures', 1, 'Count');
    }
  }
}
