export interface IndexProperties {
  IndexName?: string;
  KeySchema?: unknown;
  Projection?: unknown;
  ProvisionedThroughput?: unknown;
  OnDemandThroughput?: unknown;
  WarmThroughput?: unknown;
}

/** One change for each UpdateTable: an index of another shape is deleted and made anew, its throughput alone is updated. */
export function indexChanges(now: IndexProperties[] = [], before: IndexProperties[] = []): object[] {
  const gone: object[] = [];
  const updated: object[] = [];
  for (const old of before) {
    const next = now.find((index) => index.IndexName === old.IndexName);
    if (!next || shapeOf(next) !== shapeOf(old)) gone.push({ Delete: { IndexName: old.IndexName } });
    else if (JSON.stringify(next) !== JSON.stringify(old)) updated.push({ Update: throughputOf(next) });
  }
  const made = now.filter(
    (index) => !before.some((old) => old.IndexName === index.IndexName && shapeOf(old) === shapeOf(index)),
  );
  return [...gone, ...made.map((index) => ({ Create: index })), ...updated];
}

function shapeOf({ KeySchema, Projection }: IndexProperties): string {
  return JSON.stringify([KeySchema, Projection]);
}

function throughputOf({
  IndexName,
  ProvisionedThroughput,
  OnDemandThroughput,
  WarmThroughput,
}: IndexProperties): object {
  return { IndexName, ProvisionedThroughput, OnDemandThroughput, WarmThroughput };
}
