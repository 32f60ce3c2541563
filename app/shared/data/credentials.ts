import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

export type Engine = 'postgres' | 'mysql';

export type Credentials = {
  engine: Engine;
  host: string;
  port: number;
  username: string;
  password: string;
  dbname: string;
};

export type SecretReader = Pick<SecretsManagerClient, 'send'>;

/**
 * Where the database is and who we are to it. With `DATABASE_SECRET_ID` it is the secret in the shape Secrets Manager's
 * rotation functions keep (page "JSON structure of AWS Secrets Manager database credential secrets"), read anew at each
 * call; without, the variables `DATABASE_HOST`, `_PORT`, `_USER`, `_PASSWORD` and `_NAME`.
 */
export function credentialsFrom(
  environment: NodeJS.ProcessEnv,
  secrets: () => SecretReader,
): () => Promise<Credentials> {
  const secretId = environment.DATABASE_SECRET_ID;
  if (!secretId) return async () => readCredentials(fromVariables(environment), environment);
  const client = secrets();
  return async () => {
    const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return readCredentials(JSON.parse(SecretString), environment);
  };
}

function fromVariables(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  return {
    host: environment.DATABASE_HOST,
    port: environment.DATABASE_PORT,
    username: environment.DATABASE_USER,
    password: environment.DATABASE_PASSWORD,
    dbname: environment.DATABASE_NAME,
  };
}

function readCredentials(found: Record<string, unknown>, environment: NodeJS.ProcessEnv): Credentials {
  // The cluster's endpoint may be given apart: a secret that rotation made need not know it.
  const host = environment.DATABASE_HOST ?? found.host;
  const dbname = environment.DATABASE_NAME ?? found.dbname;
  const engine = engineOf(environment.DATABASE_ENGINE ?? found.engine ?? 'postgres');
  const port = Number(found.port ?? (engine === 'mysql' ? 3306 : 5432));
  const { username, password } = found;
  const missing = Object.entries({ host, dbname, username, password }).filter(([, value]) => typeof value !== 'string');
  if (missing.length > 0) {
    throw new Error(
      `The database's credentials lack ${missing.map(([name]) => name).join(', ')}. ` +
        'Set DATABASE_SECRET_ID, or DATABASE_HOST, DATABASE_USER, DATABASE_PASSWORD and DATABASE_NAME.',
    );
  }
  return {
    engine,
    host: String(host),
    port,
    username: String(username),
    password: String(password),
    dbname: String(dbname),
  };
}

/** RDS calls them `postgres`, `aurora-postgresql`, `mysql`, `aurora-mysql` and `mariadb`. */
function engineOf(name: unknown): Engine {
  if (/postgres/.test(String(name))) return 'postgres';
  if (/mysql|mariadb/.test(String(name))) return 'mysql';
  throw new Error(`The database engine ${JSON.stringify(name)} is neither PostgreSQL nor MySQL.`);
}
