import type { Context } from '../../../../kernel/service.ts';

/** A kind of fault, as "AWS FIS actions reference" describes it. */
export interface ActionType {
  /** aws:ec2:stop-instances */
  id: string;
  description: string;
  /** What it acts on: the name an action gives it, and the type a target must have. */
  target?: { name: string; resourceType: string };
  parameters: Record<string, { description: string; required?: boolean }>;
  /** Beyond what `parameters` says; throws ValidationException. */
  check?(parameters: Record<string, string>): void;
  /** How long it goes on until `end`; undefined where it is over once it has begun. Milliseconds. */
  lastsMs?(parameters: Record<string, string>): number | undefined;
  /** Does it, and keeps before each step what `end` needs to take it back, so that a killed runtime leaves nothing behind. */
  begin(run: ActionRun): Promise<void>;
  /** Takes it back: when its time is over, or the experiment is stopped. */
  end?(run: ActionRun, undo: Record<string, unknown>): Promise<void>;
  /** Puts back what only memory held, in a runtime that was started again in the midst of it. */
  resume?(run: ActionRun, undo: Record<string, unknown>): void;
}

export interface ActionRun {
  /** As the experiment's role. */
  ctx: Context;
  /** Unique among all that runs: experiment and action. */
  id: string;
  /** ARNs. */
  targets: string[];
  parameters: Record<string, string>;
  /** What `end` is given, even in a runtime that was started again; the last one counts. */
  keep(undo: Record<string, unknown>): void;
}

export const duration = {
  duration: { description: 'How long the fault goes on, in ISO 8601: one minute to twelve hours.', required: true },
};
