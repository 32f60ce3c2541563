import { validationError } from '../errors.ts';

/** "CreateLoadBalancer" and "CreateTargetGroup", Name. */
export function checkName(what: string, name: string): void {
  if (name.length > 32) throw validationError(`${what} name '${name}' cannot be longer than '32' characters`);
  if (!/^[A-Za-z0-9-]+$/.test(name))
    throw validationError(
      `${what} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  if (/^-|-$/.test(name)) throw validationError(`${what} name '${name}' cannot begin or end with '-'`);
}
