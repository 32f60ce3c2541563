import { registry } from '../kernel/resource-registry.ts';
import type { Fidelity, Kernel } from '../kernel/service.ts';
import { loadModel, modelIndex } from './protocols/model.ts';

export interface ServiceFidelity {
  service: string;
  /** Operations that run. */
  executed: string[];
  /** Operations AWS has and Orrery refuses by name. */
  refused: string[];
  /** Parameters kept without effect, and parameters refused. */
  parameters: Record<string, Fidelity>;
  resourceTypes: string[];
}

/** What every service does of its API, from the tables beside its code. */
export function serviceFidelity(kernel: Kernel): { services: ServiceFidelity[]; notRun: string[] } {
  const { services } = kernel.engine(registry);
  const described = [...services.values()].map((service): ServiceFidelity => {
    const all = [...loadModel(service.name).operations.keys()].sort();
    return {
      service: service.name,
      executed: all.filter((operation) => service.operations[operation]),
      refused: all.filter((operation) => !service.operations[operation]),
      parameters: service.fidelity ?? {},
      resourceTypes: (service.resources ?? []).map((type) => type.type).sort(),
    };
  });
  return { services: described, notRun: [...modelIndex().keys()].filter((name) => !services.has(name)) };
}
