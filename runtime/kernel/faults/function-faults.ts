import { defineEngine } from '../engine.ts';

/** What can be made to go wrong with invocations of a function, after FIS's aws:lambda:invocation-… actions. */
export interface FunctionFault {
  id: string;
  /** Without a version: all of them. */
  functionArn: string;
  /** 1 to 100. */
  percentage: number;
  effect:
    | { kind: 'delay'; delayMs: number }
    /** `runs`: whether the function does its work before its answer is put aside. */
    | { kind: 'error'; runs: boolean }
    | { kind: 'response'; runs: boolean; statusCode: number; contentTypeHeader: string };
}

export interface FunctionFaults {
  start(fault: FunctionFault): void;
  heal(id: string): boolean;
  active(): FunctionFault[];
  /** What strikes this invocation. */
  strike(functionArn: string): FunctionFault['effect'] | undefined;
}

export const functionFaults = defineEngine<FunctionFaults>('function-faults', (kernel) => {
  const faults = new Map<string, FunctionFault>();
  return {
    start: (fault) => void faults.set(fault.id, fault),
    heal: (id) => faults.delete(id),
    active: () => [...faults.values()],
    strike(functionArn) {
      if (faults.size === 0) return undefined;
      for (const fault of faults.values())
        if (fault.functionArn === functionArn && kernel.ids.random() * 100 < fault.percentage) return fault.effect;
      return undefined;
    },
  };
});
