import { createHmac, timingSafeEqual } from 'node:crypto';
import { defineEngine } from '../../kernel/engine.ts';
import type { Kernel } from '../../kernel/service.ts';

/**
 * Instance identity documents ("Instance identity documents", Amazon EC2 User Guide): the metadata service signs them, and
 * who shows one with its signature is that instance. The helper scripts of CloudFormation ask with them instead of with
 * credentials: `Authorization: CFN_V1 <document in base64>:<signature>`.
 */
export const instanceIdentity = defineEngine('instance-identity', (kernel) => new InstanceIdentity(kernel));

export interface IdentityDocument {
  accountId: string;
  instanceId: string;
  region: string;
}

/** What an instance may ask of CloudFormation as itself. */
export const askedAsInstance: readonly string[] = ['DescribeStackResource', 'SignalResource'];

class InstanceIdentity {
  readonly #key: string;

  constructor(kernel: Kernel) {
    this.#key = kernel.ids.secret(64);
  }

  sign(document: string): string {
    return createHmac('sha256', this.#key).update(document).digest('base64');
  }

  /** The document that an Authorization header shows; undefined where it is of another kind or its signature is not ours. */
  shown(authorization: string | undefined): IdentityDocument | undefined {
    const [, encoded = '', signature = ''] = /^CFN_V1 ([^:]+):(.+)$/.exec(authorization ?? '') ?? [];
    if (encoded === '') return undefined;
    const document = Buffer.from(encoded, 'base64').toString();
    const [given, made] = [Buffer.from(signature), Buffer.from(this.sign(document))];
    if (given.length !== made.length || !timingSafeEqual(given, made)) return undefined;
    return JSON.parse(document) as IdentityDocument;
  }
}
