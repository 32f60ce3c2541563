const numbers = new Set([
  'Port',
  'Weight',
  'DurationSeconds',
  'Order',
  'Priority',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
]);
const flags = new Set(['Enabled', 'HealthCheckEnabled']);

/**
 * Numbers and truth values arrive as text from some templates, and texts (a status code, a redirect's port) as numbers: each
 * member in the type that the operations take.
 */
export function typed<T>(value: T, name = '', parent = ''): T {
  if (Array.isArray(value)) return value.map((one) => typed(one, name, parent)) as T;
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([member, inner]) => [member, typed(inner as unknown, member, name)]),
    ) as T;
  if (flags.has(name)) return (String(value) === 'true') as T;
  if (numbers.has(name) && parent !== 'RedirectConfig') return Number(value) as T;
  return (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value) as T;
}
