import { createSecureContext, type SecureContext } from 'node:tls';
import type { DatabaseGroup } from '../../../engines/databases/database-group.ts';
import { databases } from '../../../engines/databases/databases.ts';
import type { Gate } from '../../../engines/databases/endpoint.ts';
import { passGate, type SignIn } from '../../../engines/databases/postgres/gate.ts';
import { literal } from '../../../engines/databases/postgres/session.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import type { AnyOwner } from './owners.ts';
import { ownerOf } from './owners.ts';
import { serverLogs } from './server-logs.ts';
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
    if (group?.engine !== 'postgres' || member === undefined || !found?.owner.iamAuthentication) return undefined;
    const { scope } = found;
    return (socket) => {
      let refused: Refusal | undefined;
      return passGate(socket, {
        clock: this.#kernel.clock,
        secureContext: this.#contextOf(group),
        port,
        socketPath: group.socketPath(member) ?? '',
        byToken: (user) => byToken(group, member, user),
        refusal: (user, token) => {
          const door = { scope, user, resourceId: groupId, addresses: addresses(member) };
          refused = refusalOf(this.#kernel, token, door);
          return refused?.message;
        },
        onSignIn: (about) => this.#note({ scope, member, about, refused }),
      });
    };
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
    member,
    about,
    refused,
  }: {
    scope: Scope;
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
    const { user, database } = about;
    const stamp = new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ');
    const head = `${stamp} UTC::${user}@${database}:[0]:`;
    const logs = this.#kernel.engine(serverLogs);
    logs.take(
      scope,
      DBInstanceIdentifier,
      `${head}LOG:  pam_authenticate failed: Permission denied (${refused.message})`,
    );
    logs.take(scope, DBInstanceIdentifier, `${head}FATAL:  PAM authentication failed for user "${user}"`);
  }
}

/**
 * Members of rds_iam sign in by a token and in no other way. Who may merely grant the role, as the master may, or who made
 * a role that has it, is no such member: pg_hba.conf, which RDS does this by, would not tell them apart.
 */
async function byToken(group: DatabaseGroup, member: string, user: string): Promise<boolean> {
  const sql = `SELECT pg_has_role(oid, 'rds_iam', 'USAGE') OR pg_has_role(oid, 'rds_iam', 'SET') AS token
    FROM pg_roles WHERE rolname = ${literal(user)} AND NOT rolsuper AND to_regrole('rds_iam') IS NOT NULL`;
  const [row] = await group.query(sql, { member });
  return row?.token === 't';
}
