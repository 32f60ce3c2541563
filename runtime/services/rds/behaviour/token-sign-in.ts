import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import type { Gate, Passed } from '../../../engines/databases/endpoint.ts';
import type { EngineName } from '../../../engines/databases/engine.ts';
import type { Gated, SignIn } from '../../../engines/databases/gate-contract.ts';
import { passGate as passMariadbGate } from '../../../engines/databases/mariadb/gate.ts';
import { passGate } from '../../../engines/databases/postgres/gate.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import type { AnyOwner } from './owners.ts';
import { ownerOf } from './owners.ts';
import { serverLogs } from './server-logs.ts';
import { sqlOf } from './sql.ts';
import { type Refusal, refusalOf } from './token.ts';

/** The gates before databases with IAM database authentication. */
export const tokenSignIn = defineEngine('rds.token-sign-in', (kernel) => new TokenSignIn(kernel));

/** What a gate must know of where it stands. */
export interface Standing {
  groupId: string;
  /** Of the server. */
  port: number;
  /** host:port by which clients come to the member. */
  addresses(member: string): readonly string[];
}

class TokenSignIn {
  readonly #kernel: Kernel;
  readonly #contexts = new WeakMap<DatabaseGroup, SecureContext>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Undefined where the databases have no IAM database authentication: clients sign in at the server. */
  gate({ groupId, port, addresses }: Standing): Gate | undefined {
    const group = this.#kernel.engine(databases).group(groupId);
    const member = group?.members.find((one) => group.port(one) === port);
    const found = this.#find(groupId);
    if (!group || member === undefined || !found?.owner.iamAuthentication) return undefined;
    const { scope } = found;
    return (socket) => {
      let refused: Refusal | undefined;
      return this.#pass(group, member)(socket, {
        clock: this.#kernel.clock,
        secureContext: this.#contextOf(group),
        port,
        byToken: (user) => sqlOf(group.engine).byToken(group, { member, user, password: this.#password() }),
        refusal: (user, token) => {
          const door = { scope, user, resourceId: groupId, addresses: addresses(member) };
          refused = refusalOf(this.#kernel, token, door);
          return refused?.message;
        },
        onSignIn: (about) => this.#note({ scope, engine: group.engine, member, about, refused }),
      });
    };
  }

  #pass(group: DatabaseGroup, member: string): (socket: Socket, gated: Gated) => Promise<Passed> {
    if (group.engine === 'mariadb')
      return (socket, gated) => passMariadbGate(socket, { ...gated, password: this.#password() });
    return (socket, gated) => passGate(socket, { ...gated, socketPath: group.socketPath(member) ?? '' });
  }

  /** By which the gate signs in at MariaDB; the same for all databases, for users go along with what is restored. */
  #password(): string {
    const file = join(this.#kernel.store.folder('databases'), 'token-sign-in');
    if (!existsSync(file)) writeFileSync(file, this.#kernel.ids.secret(40), { mode: 0o600 });
    return readFileSync(file, 'utf8');
  }

  #find(groupId: string): { scope: Scope; owner: AnyOwner } | undefined {
    for (const scope of this.#kernel.store.scopes('rds.instances')) {
      const owner = ownerOf({ kernel: this.#kernel, scope }, groupId);
      if (owner) return { scope, owner };
    }
    return undefined;
  }

  #contextOf(group: DatabaseGroup): SecureContext {
    const { certificatePem: cert, keyPem: key } = group.certificate;
    const context = this.#contexts.get(group) ?? createSecureContext({ cert, key });
    this.#contexts.set(group, context);
    return context;
  }

  /** In the server's log, where RDS's own lines about it are, and as metrics ("Troubleshooting for IAM DB authentication"). */
  #note({
    scope,
    engine,
    member,
    about,
    refused,
  }: {
    scope: Scope;
    engine: EngineName;
    member: string;
    about: SignIn;
    refused?: Refusal | undefined;
  }) {
    const DBInstanceIdentifier = member.replace(/-standby$/, '');
    const names = refused
      ? ['ConnectionRequests', 'ConnectionFailure', `ConnectionFailure${refused.kind}`]
      : ['ConnectionRequests', 'ConnectionSuccess'];
    const timeMs = this.#kernel.clock.now();
    for (const name of names)
      this.#kernel.events.emit('metric', {
        namespace: 'AWS/RDS',
        name: `IamDbAuth${name}`,
        dimensions: { DBInstanceIdentifier },
        value: 1,
        unit: 'Count',
        timeMs,
        ...scope,
      });
    if (!refused) return;
    const logs = this.#kernel.engine(serverLogs);
    for (const line of linesOf[engine](
      about,
      refused.message,
      new Date(timeMs).toISOString().slice(0, 19).replace('T', ' '),
    ))
      logs.take(scope, DBInstanceIdentifier, line);
  }
}

/** As the server itself would write them. */
const linesOf: Record<EngineName, (about: SignIn, why: string, stamp: string) => string[]> = {
  postgres: ({ user, database }, why, stamp) => [
    `${stamp} UTC::${user}@${database}:[0]:LOG:  pam_authenticate failed: Permission denied (${why})`,
    `${stamp} UTC::${user}@${database}:[0]:FATAL:  PAM authentication failed for user "${user}"`,
  ],
  mariadb: ({ user }, why, stamp) => [`${stamp} 0 [Warning] Access denied for user '${user}' by its token (${why})`],
};
