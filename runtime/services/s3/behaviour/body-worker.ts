import { parentPort } from 'node:worker_threads';
import { BodyFile, type BodyPlan, type Digests } from './body-file.ts';

/** The thread that hashes, encrypts and writes large bodies, so that the event loop does not stand still meanwhile. */
export type ToWorker =
  | { id: number; open: string; plan: BodyPlan }
  | { id: number; chunk: Uint8Array }
  | { id: number; end: 'finish' | 'abandon' };

export type FromWorker = { id: number; written: number } | { id: number; digests: Digests } | { id: number; error: { message: string; code: string | undefined } };

const files = new Map<number, BodyFile>();

parentPort?.on('message', (message: ToWorker) => {
  try {
    const answer = act(message);
    if (answer) parentPort?.postMessage(answer);
  } catch (error) {
    files.get(message.id)?.abandon();
    files.delete(message.id);
    const { message: text, code } = error as NodeJS.ErrnoException;
    parentPort?.postMessage({ id: message.id, error: { message: text, code } } satisfies FromWorker);
  }
});

function act(message: ToWorker): FromWorker | undefined {
  const { id } = message;
  if ('open' in message) {
    files.set(id, new BodyFile(message.open, message.plan));
    return undefined;
  }
  const file = files.get(id);
  if (!file) return undefined;
  if ('chunk' in message) {
    file.append(message.chunk);
    return { id, written: message.chunk.length };
  }
  files.delete(id);
  if (message.end === 'finish') return { id, digests: file.finish() };
  file.abandon();
  return undefined;
}
