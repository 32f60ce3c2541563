import type { Exchange } from './exchange.ts';
import { authenticate } from './steps/authenticate.ts';
import { authorize } from './steps/authorize.ts';
import { decode } from './steps/decode.ts';
import { dispatch } from './steps/dispatch.ts';
import { encode, encodeFailure } from './steps/encode.ts';
import { injectFaults } from './steps/inject-faults.ts';
import { record } from './steps/record.ts';
import { route } from './steps/route.ts';
import { validate } from './steps/validate.ts';

/**
 * How an AWS request becomes an operation: the first file to read. A request from the wire takes every step; a call from
 * one service to another takes the inner ones, so that it is authorized, refused, counted and traced just the same.
 */
const wireSteps: readonly Step[] = [route, authenticate, decode, authorize, validate, injectFaults, dispatch, encode];
const innerSteps: readonly Step[] = [authorize, validate, injectFaults, dispatch];

export type Step = (exchange: Exchange) => void | Promise<void>;

/** Runs a wire request to its response. Never rejects: every failure is encoded as the protocol says. */
export async function answer(exchange: Exchange): Promise<void> {
  try {
    await run(wireSteps, exchange);
  } catch (error) {
    exchange.fail(error);
    encodeFailure(exchange);
  }
  record(exchange);
}

/** Runs an internal call to its output; rejects with AwsError. */
export async function perform(exchange: Exchange): Promise<object> {
  try {
    await run(innerSteps, exchange);
  } catch (error) {
    exchange.fail(error);
  }
  record(exchange);
  if (exchange.error) throw exchange.error;
  return exchange.output ?? {};
}

/** Awaits only what is a promise: most steps are synchronous, and a turn of the microtask queue each would add up. */
async function run(steps: readonly Step[], exchange: Exchange): Promise<void> {
  for (const step of steps) {
    const pending = step(exchange);
    if (pending) await pending;
  }
}
