import { AwsError } from '../../../kernel/errors.ts';

/** What a call gives, or undefined when what it is about has gone already. */
export async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
