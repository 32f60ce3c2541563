import type { HttpResponse } from '../../../data-planes/http/exchange.ts';
import type { AwsError } from '../../../kernel/errors.ts';

/** A refusal as S3's error document, for what is answered outside the model's operations. */
export function problemPage(error: AwsError, options: { headless?: boolean } = {}): HttpResponse {
  const details = Object.entries(error.members ?? {}).map(([name, value]) => `<${name}>${escapeMarkup(String(value))}</${name}>`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeMarkup(error.code)}</Code><Message>${escapeMarkup(error.message)}</Message>${details.join('')}</Error>`;
  const empty = options.headless || error.status === 304;
  return { status: error.status, headers: { 'content-type': 'application/xml', server: 'AmazonS3' }, body: empty ? undefined : body };
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one] ?? one);
}
