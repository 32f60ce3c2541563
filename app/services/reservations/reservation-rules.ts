import { createHash } from 'node:crypto';
import { orderIdFor } from '../../shared/order-identity.ts';
import {
  type FieldError,
  isRecord,
  readCustomer,
  readNote,
  refuseUnknown,
  type Validated,
} from '../../shared/order-rules.ts';
import { isDay, parseTime } from '../../shared/restaurant-clock.ts';
import { reservationLimits } from './sittings.ts';

export type ReservationRequest = {
  day: string;
  start: number;
  party: number;
  guest: { name: string; email: string; phone: string };
  note?: string;
};

/** Reads a reservation out of anything at all; or names each broken rule with its field. */
export function validateReservation(body: unknown): Validated<ReservationRequest> {
  const errors: FieldError[] = [];
  const report = (field: string, detail: string): void => {
    errors.push({ field, detail });
  };
  if (!isRecord(body)) return { ok: false, errors: [{ field: '', detail: 'A reservation is a JSON object.' }] };
  refuseUnknown(body, ['day', 'time', 'party', 'guest', 'note'], '', report);
  const { day, time, party } = body;
  const start = parseTime(time);
  if (!isDay(day)) report('day', 'Choose a day, written like 2026-12-01.');
  if (start === undefined) report('time', 'Choose a time, written like 18:30.');
  if (typeof party !== 'number' || !Number.isInteger(party) || party < 1 || party > reservationLimits.party) {
    report('party', `A party is 1 to ${reservationLimits.party} people; for more, ring the hatch.`);
  }
  // The same rules as for an order's customer, told under this body's own name for them.
  const guest = readCustomer(body.guest, (field, detail) => report(field.replace(/^customer/, 'guest'), detail));
  const note = readNote(body.note, report);
  if (errors.length > 0 || !isDay(day) || start === undefined) return { ok: false, errors };
  return { ok: true, value: { day, start, party: Number(party), guest, ...(note === '' ? {} : { note }) } };
}

/** As for orders: a retry with the same key names the same reservation. */
export function reservationIdFor(idempotencyKey: string): string {
  return orderIdFor(`reservation:${idempotencyKey}`).replace(/^ord_/, 'res_');
}

export function isReservationId(text: string): boolean {
  return /^res_[0-9a-hjkmnp-tv-z]{26}$/.test(text);
}

export function reservationHashOf({ day, start, party, guest, note }: ReservationRequest): string {
  const canonical = [day, start, party, guest.name, guest.email, guest.phone, note ?? null];
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}
