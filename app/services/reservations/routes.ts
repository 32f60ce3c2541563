import type { Database } from '../../shared/data/database.ts';
import type { Route } from '../../shared/http/answer.ts';
import { readAvailability } from './availability.ts';
import { cancelReservation } from './cancel.ts';
import { readHours } from './hours.ts';
import { reserve } from './reserve.ts';
import { readReservation } from './status.ts';

export type Reservations = { database: Database; timeZone: string; now?: () => Date };

export function reservationRoutes(reservations: Reservations): Route[] {
  return [
    { pattern: /^\/api\/reservations$/, methods: { POST: (request) => reserve(request, reservations) } },
    {
      pattern: /^\/api\/reservations\/availability$/,
      methods: { GET: (request) => readAvailability(request, reservations) },
    },
    { pattern: /^\/api\/reservations\/hours$/, methods: { GET: (request) => readHours(request, reservations) } },
    {
      pattern: /^\/api\/reservations\/([^/]+)$/,
      methods: { GET: (request) => readReservation(request, reservations) },
    },
    {
      pattern: /^\/api\/reservations\/([^/]+)\/cancel$/,
      methods: { POST: (request) => cancelReservation(request, reservations) },
    },
  ];
}
