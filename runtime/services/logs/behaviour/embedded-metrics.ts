import type { Context } from '../../../kernel/service.ts';
import type { Ingested } from './ingested.ts';

/** Of "Specification: Embedded metric format" (CloudWatch User Guide), what says which members of the event are metrics. */
interface Directive {
  Namespace?: unknown;
  Dimensions?: unknown;
  Metrics?: unknown;
}

/** Events in the embedded metric format bring their metrics with them; what does not follow the specification is a plain event. */
export function emitEmbeddedMetrics(ctx: Context, { group, events }: Ingested): void {
  for (const { message } of events) {
    if (!message.includes('"CloudWatchMetrics"')) continue;
    const event = parse(message);
    const about = event?._aws as { Timestamp?: unknown; CloudWatchMetrics?: unknown } | undefined;
    if (!event || typeof about?.Timestamp !== 'number' || !Array.isArray(about.CloudWatchMetrics)) continue;
    for (const directive of about.CloudWatchMetrics as Directive[]) {
      for (const one of valuesOf(event, directive)) {
        ctx.events.emit('metric', { ...one, timeMs: about.Timestamp, region: group.region, account: group.account });
      }
    }
  }
}

function parse(message: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(message);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

interface EmbeddedValue {
  namespace: string;
  name: string;
  unit: string;
  value: number;
  dimensions: Record<string, string>;
  highResolution: boolean;
}

function* valuesOf(
  event: Record<string, unknown>,
  { Namespace, Dimensions, Metrics }: Directive,
): Generator<EmbeddedValue> {
  if (typeof Namespace !== 'string' || !Array.isArray(Metrics)) return;
  const sets = Array.isArray(Dimensions) && Dimensions.length > 0 ? (Dimensions as unknown[]) : [[]];
  for (const set of sets) {
    const dimensions = dimensionsOf(event, set);
    if (!dimensions) continue;
    for (const metric of Metrics as { Name?: unknown; Unit?: unknown; StorageResolution?: unknown }[]) {
      const given = typeof metric.Name === 'string' ? event[metric.Name] : undefined;
      for (const value of Array.isArray(given) ? given.slice(0, 100) : [given]) {
        if (typeof value !== 'number' || !Number.isFinite(value)) continue;
        yield {
          namespace: Namespace,
          name: String(metric.Name),
          unit: typeof metric.Unit === 'string' ? metric.Unit : 'None',
          value,
          dimensions,
          highResolution: metric.StorageResolution === 1,
        };
      }
    }
  }
}

function dimensionsOf(event: Record<string, unknown>, set: unknown): Record<string, string> | undefined {
  if (!Array.isArray(set) || set.length > 30) return undefined;
  const dimensions: Record<string, string> = {};
  for (const name of set as unknown[]) {
    const value = typeof name === 'string' ? event[name] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    dimensions[String(name)] = String(value);
  }
  return dimensions;
}
