/**
 * For every AWS client: an attempt that hangs is given up while the function still has time for another. Without
 * `throwOnRequestTimeout` the SDK would only log that the time had passed.
 */
export const clientOptions = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
