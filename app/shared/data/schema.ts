// What the tables hold, as Kysely sees them. Every column exists in PostgreSQL and in MySQL: flags are 0 or 1, lists are
// JSON text, days are `YYYY-MM-DD` and times of day minutes after midnight, both on the restaurant's own clock.
export type Tables = {
  menu_items: {
    sku: string;
    position: number;
    name: string;
    description: string;
    price: number;
    category: string;
    marks: string;
    allergens: string;
    image: string;
    available: number;
  };
  orders: {
    id: string;
    status: OrderStatus;
    request_hash: string;
    received_at: Date;
    confirmed_at: Date;
    customer_name: string;
    customer_email: string;
    customer_phone: string;
    note: string | null;
    total: number;
    currency: string;
  };
  order_lines: {
    order_id: string;
    position: number;
    sku: string;
    name: string;
    quantity: number;
    unit_price: number;
    line_price: number;
  };
  outbox: { id: string; detail_type: string; detail: string; created_at: Date; sent_at: Date | null };
  dining_tables: { id: number; name: string; seats: number };
  opening_hours: { weekday: number; opens: number; closes: number };
  closures: { day: string; reason: string };
  reservations: {
    id: string;
    status: ReservationStatus;
    request_hash: string;
    created_at: Date;
    day: string;
    starts: number;
    party: number;
    table_id: number;
    guest_name: string;
    guest_email: string;
    guest_phone: string;
    note: string | null;
  };
  /** One row for each quarter of an hour a table is taken: its primary key is what forbids booking a table twice. */
  reservation_slots: { table_id: number; day: string; slot: number; reservation_id: string };
  pages: {
    slug: string;
    title: string;
    draft: string;
    published: string | null;
    published_title: string | null;
    updated_at: Date;
    published_at: Date | null;
  };
  images: { object_key: string; alt: string; created_at: Date };
  admins: { email: string; password_hash: string };
  sessions: { token_hash: string; email: string; csrf_token: string; expires_at: Date };
  sign_in_failures: { id: string; subject: string; failed_at: Date };
};

export const orderStatuses = ['confirmed', 'cooking', 'ready', 'collected', 'cancelled'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

export const reservationStatuses = ['booked', 'seated', 'finished', 'no-show', 'cancelled'] as const;
export type ReservationStatus = (typeof reservationStatuses)[number];
