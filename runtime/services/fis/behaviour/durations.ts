import { validation } from '../errors.ts';

/** Milliseconds of an ISO 8601 duration such as PT5M, PT1H30M or P1D. */
export function durationMs(text: string, what: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  if (!parts || ms === 0) throw validation(`${what} is "${text}", which is not a duration in ISO 8601 such as PT5M.`);
  return ms;
}
