import { AwsError } from '../../../kernel/errors.ts';

/** Deleting what is already gone has succeeded. */
export async function ignoreNotFound(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'NotFoundException') throw error;
  }
}
