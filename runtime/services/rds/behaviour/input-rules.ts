import { databases } from '../../../engines/databases/databases.ts';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter } from '../errors.ts';

/** "Must contain from 1 to 63 letters, numbers, or hyphens …" (CreateDBInstance); kept in lower case. */
export function identifierOf(value: string | undefined, parameter: string): string {
  if (value === undefined || !/^[A-Za-z](-?[A-Za-z0-9]){0,62}$/.test(value)) {
    throw invalidParameter(
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  }
  return value.toLowerCase();
}

export const engineVersion = '17.10';

/** PostgreSQL 17 runs; every other engine is refused by its name. */
export function checkEngine(ctx: Context, Engine: string | undefined, version: string | undefined): void {
  if (Engine !== 'aurora-postgresql' && Engine !== 'postgres') {
    const mysql = Engine === 'mysql' || Engine === 'mariadb' || Engine === 'aurora-mysql';
    throw refused(
      `rds engine ${Engine}`,
      mysql ? 'only PostgreSQL runs; MariaDB is not done yet.' : 'only PostgreSQL runs.',
    );
  }
  if (version !== undefined && version.split('.')[0] !== '17')
    throw refused(`rds ${Engine} ${version}`, 'PostgreSQL 17 is what runs here.');
  const lacking = ctx.engine(databases).lacking('postgres');
  if (lacking !== undefined) throw refused(`rds ${Engine}`, lacking);
}

/** Whether members of rds_iam sign in by tokens. */
export function iamAuthentication(Engine: string | undefined, wanted: boolean | undefined, before = false): boolean {
  if (wanted && !/postgres/.test(String(Engine)))
    throw refused(`rds EnableIAMDatabaseAuthentication of ${Engine}`, 'tokens are for PostgreSQL only.');
  return wanted ?? before;
}

export function checkStorageType(type: string, allowed: readonly string[]): string {
  if (!allowed.includes(type)) {
    if (/^io[12]$/.test(type)) throw refused(`rds StorageType ${type}`, 'provisioned IOPS have no effect here.');
    throw invalidParameter(`Invalid storage type: ${type}`);
  }
  return type;
}

/** "Can't be a reserved word"; 8 to 128 printable characters except /, ', ", @ ("CreateDBInstance"). */
export function checkMaster(name: string | undefined, password: string | undefined): string {
  if (name === undefined) throw invalidParameter('The parameter MasterUsername must be provided.');
  if (!/^[A-Za-z]\w{0,62}$/.test(name) || /^(rds.*|pg_.*)$/i.test(name))
    throw invalidParameter(`MasterUsername ${name} cannot be used as it is a reserved word used by the engine`);
  if (password !== undefined) checkPassword(password);
  return name;
}

export function checkPassword(password: string): void {
  if (password.length < 8)
    throw invalidParameter(
      'The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.',
    );
  if (!/^[!-~]{8,128}$/.test(password) || /[/"@]/.test(password))
    throw invalidParameter(
      "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.",
    );
}
