import { refused } from '../../../kernel/errors.ts';
import { invalidParameter } from '../errors.ts';
import { offerOf } from './engines.ts';

/** "Must contain from 1 to 63 letters, numbers, or hyphens …" (CreateDBInstance); kept in lower case. */
export function identifierOf(value: string | undefined, parameter: string): string {
  if (value === undefined || !/^[A-Za-z](-?[A-Za-z0-9]){0,62}$/.test(value)) {
    throw invalidParameter(
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  }
  return value.toLowerCase();
}

export function checkStorageType(type: string, allowed: readonly string[]): string {
  if (!allowed.includes(type)) {
    if (/^io[12]$/.test(type)) throw refused(`rds StorageType ${type}`, 'provisioned IOPS have no effect here.');
    throw invalidParameter(`Invalid storage type: ${type}`);
  }
  return type;
}

/** "Can't be a reserved word"; of MySQL and MariaDB at most 16 or 32 characters ("Constraints" of MasterUsername). */
export function checkMaster(Engine: string, name: string | undefined): string {
  if (name === undefined) throw invalidParameter('The parameter MasterUsername must be provided.');
  const longest = offerOf(Engine).runs === 'mariadb' ? 16 : 63;
  if (!/^[A-Za-z]\w*$/.test(name) || name.length > longest || /^(rds.*|pg_.*|mariadb\.sys|public)$/i.test(name))
    throw invalidParameter(`MasterUsername ${name} cannot be used as it is a reserved word used by the engine`);
  return name;
}

/** MySQL and MariaDB take up to 41 characters, PostgreSQL up to 128 ("Constraints" of MasterUserPassword). */
export function checkPassword(Engine: string, password: string): void {
  if (password.length < 8)
    throw invalidParameter(
      'The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.',
    );
  const longest = offerOf(Engine).runs === 'mariadb' ? 41 : 128;
  if (password.length > longest)
    throw invalidParameter(
      `The parameter MasterUserPassword is not a valid password because it is longer than ${longest} characters.`,
    );
  if (!/^[!-~]+$/.test(password) || /[/"@]/.test(password))
    throw invalidParameter(
      "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.",
    );
}
