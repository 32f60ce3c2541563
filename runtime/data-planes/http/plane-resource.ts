import type { DataPlane } from './exchange.ts';

/** Whose traffic a data plane serves: what Shield tells an attack about. */
const resources = new WeakMap<DataPlane, string>();

export function servingFor(arn: string, plane: DataPlane): DataPlane {
  resources.set(plane, arn);
  return plane;
}

/** An ARN; undefined where nobody said. */
export function resourceOf(plane: DataPlane | undefined): string | undefined {
  return plane && resources.get(plane);
}
