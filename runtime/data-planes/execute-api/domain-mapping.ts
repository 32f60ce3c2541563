/** One API mapping of a custom domain name. */
export interface DomainMapping {
  /** Without slashes at its ends; empty for everything else. */
  key: string;
  apiId: string;
  stage: string;
}

/** Which stage a mapping has fixed, and the part of the path that named it. */
export interface MappedStage {
  stage: string;
  /** `/orders/v1`, or empty. */
  basePath: string;
}

/** "Map API stages to a custom domain name for HTTP APIs": the mapping with the longest path that the request begins with. */
export function findMapping(mappings: DomainMapping[], path: string): DomainMapping | undefined {
  let best: DomainMapping | undefined;
  for (const mapping of mappings) {
    const prefix = mapping.key === '' ? '' : `/${mapping.key}`;
    if (path !== prefix && !path.startsWith(`${prefix}/`)) continue;
    if (!best || mapping.key.length > best.key.length) best = mapping;
  }
  return best;
}
