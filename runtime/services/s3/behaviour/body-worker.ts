import { parentPort, workerData } from 'node:worker_threads';
import { BodyFile, type BodyPlan, type Digests } from './body-file.ts';

/** The thread that hashes, encrypts and writes large bodies, so that the event loop does not stand still meanwhile. */
export type ToWorker =
  | { id: number; open: string; plan: BodyPlan }
  | { id: number; slot: number; length: number }
  | { id: number; end: 'finish' | 'abandon' };

export type FromWorker =
  | { free: number }
  | { id: number; digests: Digests }
  | { id: number; error: { message: string; code: string | undefined } };

const { memory, slotBytes } = workerData as { memory: SharedArrayBuffer; slotBytes: number };
const files = new Map<number, BodyFile>();

parentPort?.on('message', (message: ToWorker) => {
  try {
    act(message);
  } catch (error) {
    files.get(message.id)?.abandon();
    files.delete(message.id);
    const { message: text, code } = error as NodeJS.ErrnoException;
    say({ id: message.id, error: { message: text, code } });
  }
  if ('slot' in message) say({ free: message.slot });
});

function act(message: ToWorker): void {
  const { id } = message;
  if ('open' in message) {
    files.set(id, new BodyFile(message.open, message.plan));
    return;
  }
  // A file that failed is gone already; what was still on its way is passed over.
  const file = files.get(id);
  if (!file) return;
  if ('slot' in message) {
    file.append(new Uint8Array(memory, message.slot * slotBytes, message.length));
    return;
  }
  files.delete(id);
  if (message.end === 'finish') say({ id, digests: file.finish() });
  else file.abandon();
}

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}
