import type { TlsSettings } from '../../../engines/certificates/certificates.ts';
import type { DataPlane } from '../exchange.ts';

/** How an endpoint meets clients over TLS. */
export interface TlsTerms {
  /** ARNs, the default one first. */
  certificates: readonly string[];
  settings: TlsSettings;
  http2: boolean;
}

const known = new WeakMap<DataPlane, TlsTerms>();

/** Says how clients of this data plane's names are met on the HTTPS port. */
export function onTerms(plane: DataPlane, terms: TlsTerms): DataPlane {
  known.set(plane, terms);
  return plane;
}

/** Undefined: as any name without terms of its own. */
export function termsOf(plane: DataPlane | undefined): TlsTerms | undefined {
  return plane && known.get(plane);
}

export const alpnOf = ({ http2 }: { http2: boolean }): readonly string[] => (http2 ? ['h2', 'http/1.1'] : ['http/1.1']);
