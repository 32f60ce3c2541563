// The reservations service: everything under /api/reservations.
import { runProcess } from '../../shared/http/process.ts';
import { reservationRoutes } from './routes.ts';

void runProcess('reservations', (database) => ({
  routes: reservationRoutes({ database, timeZone: process.env.RESTAURANT_TIME_ZONE ?? 'Europe/London' }),
}));
