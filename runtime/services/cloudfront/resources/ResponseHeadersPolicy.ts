import { versionedResource } from './versioned-resource.ts';

/** In templates the lists within CorsConfig are `{ Items }`; the custom, removed and CORS lists all get their Quantity here. */
export const ResponseHeadersPolicy = versionedResource({
  noun: 'ResponseHeadersPolicy',
  complete(_ctx, config) {
    const {
      CorsConfig: cors,
      CustomHeadersConfig: custom,
      RemoveHeadersConfig: removed,
    } = config as Record<string, Record<string, unknown> | undefined>;
    return {
      ...config,
      ...(cors
        ? { CorsConfig: Object.fromEntries(Object.entries(cors).map(([name, value]) => [name, counted(value)])) }
        : {}),
      ...(custom ? { CustomHeadersConfig: counted(custom) } : {}),
      ...(removed ? { RemoveHeadersConfig: counted(removed) } : {}),
    };
  },
});

function counted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('Items' in value)) return value;
  const { Items } = value as { Items?: unknown[] };
  return { Quantity: Items?.length ?? 0, Items };
}
