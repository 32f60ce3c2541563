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

export interface TokenRequest {
  credentials: Signing['credentials'];
  hostname: string;
  port: number;
  username: string;
  region?: string;
  service?: string;
  expiresIn?: number;
  signingDate?: Date;
}

/** A database's authentication token, made as `Signer` of `@aws-sdk/rds-signer` makes it. */
export async function presignedToken(request: TokenRequest): Promise<string> {
  const { credentials, hostname, port, username, region = 'us-east-1', service = 'rds-db', ...rest } = request;
  const signer = new SignatureV4({ credentials, service, region, sha256: Sha256 });
  const query = { Action: 'connect', DBUser: username };
  const headers = { host: `${hostname}:${port}` };
  const asked = { method: 'GET', protocol: 'https:', hostname, port, path: '/', query, headers };
  const presigned = await signer.presign(asked, { expiresIn: 900, ...rest });
  const pairs = Object.entries(presigned.query ?? {}).map(([name, value]) => [name, String(value)]);
  const encoded = pairs.map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `${hostname}:${port}/?${encoded.join('&')}`;
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
