import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface Signing {
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Name a request is signed for: execute-api, lambda. */
  service: string;
  region?: string;
}

export interface RequestToSign {
  method: string;
  host: string;
  /** With the query, encoded. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** The headers of a request as the AWS SDK's own signer signs it. */
export async function signedHeaders(request: RequestToSign, signing: Signing): Promise<Record<string, string>> {
  const { pathname, searchParams } = new URL(request.path, 'http://any');
  const signer = new SignatureV4({
    credentials: signing.credentials,
    service: signing.service,
    region: signing.region ?? 'us-east-1',
    sha256: Sha256,
  });
  const signed = await signer.sign({
    protocol: 'http:',
    hostname: request.host,
    method: request.method,
    path: pathname,
    query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
    headers: { host: request.host, ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  return signed.headers;
}

class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Buffer);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('the signer makes a new hash each time');
  }
}
