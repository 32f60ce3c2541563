import type { Duplex } from 'node:stream';
import { defineEngine } from '../../kernel/engine.ts';

/** How a Network Load Balancer reaches an Application Load Balancer that is its target: no network lies between them here. */
export interface WayIn {
  /** Takes a flow to the listener of that port; false where there is none. */
  take(flow: Duplex, to: { port: number; zone: string }): boolean;
  /** The status that a health check gets; undefined where no listener is at the port. */
  check(port: number, path: string): Promise<number | undefined>;
}

/** By the Application Load Balancer's ARN. */
export const waysIn = defineEngine('alb-ways-in', () => new Map<string, WayIn>());
