import assert from 'node:assert/strict';
import { request } from 'node:http';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Orrery } from '../../../tests/runtime-fixture.ts';

/** Both ways into the pipeline: the same tests hold for each. */
export const transports = ['process', 'socket'] as const;

/** A client and a new bucket. */
export async function bucketIn(
  orrery: Orrery,
  Bucket: string,
  options: { transport?: 'process' | 'socket'; region?: BucketLocationConstraint } = {},
): Promise<S3Client> {
  const s3 = orrery.client(S3Client, options);
  const { region: LocationConstraint } = options;
  await s3.send(
    new CreateBucketCommand({
      Bucket,
      ...(LocationConstraint ? { CreateBucketConfiguration: { LocationConstraint } } : {}),
    }),
  );
  return s3;
}

export async function put(
  s3: S3Client,
  Bucket: string,
  Key: string,
  Body: string | Buffer = '',
  more: Partial<PutObjectCommandInput> = {},
) {
  return s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

/** Asserts the code and the status of a refusal. */
export async function refusedAs(
  promise: Promise<unknown>,
  code: string,
  status: number,
): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    const refusal = error as Error & { $metadata?: { httpStatusCode?: number } } & Record<string, unknown>;
    assert.deepEqual([refusal.name, refusal.$metadata?.httpStatusCode], [code, status], refusal.message);
    return refusal;
  }
  return assert.fail(`expected ${code}, and it was granted`);
}

export async function textOf(output: { Body?: { transformToString(): Promise<string> } | undefined }): Promise<string> {
  return (await output.Body?.transformToString()) ?? '';
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What a browser gets: a request to the port of users' traffic, the name in its Host header. Redirects are not followed. */
export function visit(orrery: Orrery, host: string, path: string, options: VisitOptions = {}): Promise<Answer> {
  return ask(orrery.httpUrl, host, path, options);
}

/** The same of the API port, where the host may name the bucket or the path does. */
export function askApi(orrery: Orrery, path: string, options: VisitOptions & { host?: string } = {}): Promise<Answer> {
  return ask(orrery.url, options.host ?? 'localhost', path, options);
}

interface VisitOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

function ask(url: string, host: string, path: string, options: VisitOptions): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers: { ...headers, host } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
