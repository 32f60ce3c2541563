import type {
  InvokeCommandInput,
  InvokeCommandOutput,
  InvokeWithResponseStreamCommandInput,
} from '@aws-sdk/client-lambda';
import type { Context } from '../../../kernel/service.ts';
import { enqueue } from '../behaviour/async-queue.ts';
import { execute } from '../behaviour/execute.ts';
import { invalidRequestContent, requestTooLarge } from '../errors.ts';
import { findVersion, parseFunctionName } from '../function-names.ts';

/** "Lambda quotas": payloads of synchronous and of asynchronous invocations. */
const SYNC_LIMIT_BYTES = 6 * 1024 * 1024;
const ASYNC_LIMIT_BYTES = 1024 * 1024;
const TAIL_BYTES = 4096;

export async function Invoke(ctx: Context, input: InvokeCommandInput): Promise<Omit<InvokeCommandOutput, '$metadata'>> {
  const { target, payload } = prepare(
    ctx,
    input,
    input.InvocationType === 'Event' ? ASYNC_LIMIT_BYTES : SYNC_LIMIT_BYTES,
  );
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
  if (input.InvocationType === 'Event') {
    enqueue(ctx, target, payload);
    return { StatusCode: 202 };
  }
  const log: string[] = [];
  const tails = input.LogType === 'Tail';
  const result = await execute(ctx, target, {
    requestId: ctx.requestId,
    payload,
    clientContext: input.ClientContext,
    ...(tails ? { onLog: (line: string) => void log.push(line) } : {}),
  });
  if (tails) await result.reported;
  return {
    StatusCode: 200,
    ExecutedVersion: result.executedVersion,
    Payload: asSdkBytes(result.payload),
    ...(result.functionError ? { FunctionError: result.functionError } : {}),
    ...(tails ? { LogResult: tailOf(log) } : {}),
  };
}

export async function InvokeWithResponseStream(ctx: Context, input: InvokeWithResponseStreamCommandInput) {
  const { target, payload } = prepare(ctx, input, SYNC_LIMIT_BYTES);
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
  const log: string[] = [];
  const tails = input.LogType === 'Tail';
  const result = await execute(ctx, target, {
    requestId: ctx.requestId,
    payload,
    clientContext: input.ClientContext,
    streams: true,
    ...(tails ? { onLog: (line: string) => void log.push(line) } : {}),
  });
  async function* events() {
    let failure: string | undefined;
    try {
      if (!result.stream) yield { PayloadChunk: { Payload: result.payload } };
      else for await (const chunk of result.stream.body) yield { PayloadChunk: { Payload: chunk as Buffer } };
    } catch (error) {
      failure = (error as Error).message;
    }
    if (tails) await result.reported;
    const ErrorCode = failure ?? (result.functionError ? result.errorType : undefined);
    yield { InvokeComplete: { ...(ErrorCode ? { ErrorCode } : {}), ...(tails ? { LogResult: tailOf(log) } : {}) } };
  }
  return {
    StatusCode: 200,
    ExecutedVersion: result.executedVersion,
    ResponseStreamContentType: result.stream?.contentType ?? 'application/json',
    EventStream: events(),
  };
}

function prepare(
  ctx: Context,
  input: { FunctionName?: string | undefined; Qualifier?: string | undefined; Payload?: unknown },
  limit: number,
) {
  const named = parseFunctionName(ctx, input.FunctionName ?? '', input.Qualifier);
  const version = findVersion(ctx, named, ctx.ids.random());
  const payload = bytesOf(input.Payload);
  if (payload.length > limit) {
    throw requestTooLarge(
      `${payload.length} byte payload is too large for the ${limit === SYNC_LIMIT_BYTES ? 'RequestResponse' : 'Event'} invocation type (limit ${limit} bytes)`,
    );
  }
  if (payload.length > 0) refuseUnlessJson(payload);
  return { target: { ...named, version }, payload };
}

function refuseUnlessJson(payload: Buffer): void {
  try {
    JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw invalidRequestContent(
      `Could not parse request body into json: Could not parse payload into json: ${(error as Error).message}`,
    );
  }
}

function bytesOf(payload: unknown): Buffer {
  if (payload === undefined || payload === null) return Buffer.alloc(0);
  if (typeof payload === 'string') return Buffer.from(payload);
  if (payload instanceof Uint8Array) return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  throw new Error('the payload is neither text nor bytes');
}

/** The SDK's type adds a method to Uint8Array that no service needs. */
function asSdkBytes(payload: Buffer): NonNullable<InvokeCommandOutput['Payload']> {
  return payload as unknown as NonNullable<InvokeCommandOutput['Payload']>;
}

/** "The last 4 KB of the execution log", base64. */
function tailOf(lines: string[]): string {
  const log = Buffer.from(`${lines.join('\n')}\n`);
  return log.subarray(Math.max(0, log.length - TAIL_BYTES)).toString('base64');
}
