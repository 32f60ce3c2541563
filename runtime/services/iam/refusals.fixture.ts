import assert from 'node:assert/strict';

/** For assert.rejects: the SDK's error has this name, HTTP status and message. */
export function refusal(name: string, status: number, message: string): (error: unknown) => true {
  return (error) => {
    const { name: was, message: said, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    assert.deepEqual([was, $metadata?.httpStatusCode, said], [name, status, message]);
    return true;
  };
}
