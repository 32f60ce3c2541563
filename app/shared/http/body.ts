import type { IncomingMessage } from 'node:http';
import { Problem } from '../problem.ts';
import type { HttpRequest } from './answer.ts';

/** The largest valid request, a page of content, is well under this. */
export const bodyLimitBytes = 64 * 1024;

export async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    length += (chunk as Buffer).length;
    if (length > bodyLimitBytes) {
      throw new Problem('body-too-large', {
        detail: `A request takes at most ${bodyLimitBytes} bytes.`,
        headers: { connection: 'close' },
      });
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Reads the request's body as JSON. Throws the Problem that says what is wrong with it. */
export async function readJson(request: HttpRequest): Promise<unknown> {
  mustBe(request, 'application/json');
  const bytes = await request.body();
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Problem('malformed-json', { detail: `The body cannot be read as JSON: ${(error as Error).message}` });
  }
}

/** Reads what an HTML form sends. */
export async function readForm(request: HttpRequest): Promise<URLSearchParams> {
  mustBe(request, 'application/x-www-form-urlencoded');
  return new URLSearchParams((await request.body()).toString('utf8'));
}

function mustBe({ headers }: HttpRequest, wanted: string): void {
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType === wanted) return;
  const detail = `Send this with Content-Type: ${wanted}, not ${mediaType || 'without one'}.`;
  throw new Problem('unsupported-media-type', { detail, headers: { 'accept-post': wanted } });
}
