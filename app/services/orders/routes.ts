import type { Database } from '../../shared/data/database.ts';
import type { Route } from '../../shared/http/answer.ts';
import { placeOrder } from './place-order.ts';
import { readOrder } from './read-order.ts';

export type Orders = {
  database: Database;
  /** Called when an order has been committed, so that its event leaves at once and not with the next round. */
  announce: () => void;
  now?: () => Date;
};

export function orderRoutes(orders: Orders): Route[] {
  return [
    { pattern: /^\/api\/orders$/, methods: { POST: (request) => placeOrder(request, orders) } },
    { pattern: /^\/api\/orders\/([^/]+)$/, methods: { GET: (request) => readOrder(request, orders) } },
  ];
}
