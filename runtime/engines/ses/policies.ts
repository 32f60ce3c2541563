import { compilePolicy } from '../iam/policy.ts';
import { badRequest } from './errors.ts';

/** "Sending authorization policies": JSON of at most 4 KB that names who may. */
export function checkPolicy(text: string): void {
  if (Buffer.byteLength(text) > 4096) throw badRequest('Invalid policy: it is longer than 4 KB.', 'InvalidPolicy');
  try {
    compilePolicy(text, 'resource');
  } catch (error) {
    throw badRequest(`Invalid policy: ${(error as Error).message}`, 'InvalidPolicy');
  }
}
