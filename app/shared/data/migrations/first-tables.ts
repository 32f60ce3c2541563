import type { RawBuilder } from 'kysely';
import { type ColumnDataType, type Kysely, sql } from 'kysely';
import type { Engine } from '../credentials.ts';
import type { Tables } from '../schema.ts';

export async function firstTables(db: Kysely<Tables>, engine: Engine): Promise<void> {
  const instant = engine === 'mysql' ? sql`datetime(3)` : sql`timestamptz(3)`;
  await orderTables(db, instant);
  await reservationTables(db, instant);
  await contentTables(db, instant);
  await adminTables(db, instant);
}

type Instant = RawBuilder<unknown>;
const varchar = (length: number): ColumnDataType => `varchar(${length})`;

async function orderTables({ schema }: Kysely<Tables>, instant: Instant): Promise<void> {
  await schema
    .createTable('orders')
    .addColumn('id', varchar(40), (column) => column.primaryKey())
    .addColumn('status', varchar(20), (column) => column.notNull())
    .addColumn('request_hash', varchar(64), (column) => column.notNull())
    .addColumn('received_at', instant, (column) => column.notNull())
    .addColumn('confirmed_at', instant, (column) => column.notNull())
    .addColumn('customer_name', varchar(100), (column) => column.notNull())
    .addColumn('customer_email', varchar(254), (column) => column.notNull())
    .addColumn('customer_phone', varchar(30), (column) => column.notNull())
    .addColumn('note', varchar(500))
    .addColumn('total', 'integer', (column) => column.notNull())
    .addColumn('currency', varchar(3), (column) => column.notNull())
    .execute();
  await schema.createIndex('orders_by_time').on('orders').column('received_at').execute();
  await schema
    .createTable('order_lines')
    .addColumn('order_id', varchar(40), (column) => column.notNull().references('orders.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('sku', varchar(60), (column) => column.notNull())
    .addColumn('name', varchar(100), (column) => column.notNull())
    .addColumn('quantity', 'integer', (column) => column.notNull())
    .addColumn('unit_price', 'integer', (column) => column.notNull())
    .addColumn('line_price', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('order_lines_key', ['order_id', 'position'])
    .execute();
  await schema
    .createTable('outbox')
    .addColumn('id', varchar(60), (column) => column.primaryKey())
    .addColumn('detail_type', varchar(60), (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('created_at', instant, (column) => column.notNull())
    .addColumn('sent_at', instant)
    .execute();
  await schema.createIndex('outbox_by_sent').on('outbox').columns(['sent_at', 'created_at']).execute();
}

async function reservationTables({ schema }: Kysely<Tables>, instant: Instant): Promise<void> {
  await schema
    .createTable('dining_tables')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', varchar(60), (column) => column.notNull())
    .addColumn('seats', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('opening_hours')
    .addColumn('weekday', 'integer', (column) => column.notNull())
    .addColumn('opens', 'integer', (column) => column.notNull())
    .addColumn('closes', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('opening_hours_key', ['weekday', 'opens'])
    .execute();
  await schema
    .createTable('closures')
    .addColumn('day', varchar(10), (column) => column.primaryKey())
    .addColumn('reason', varchar(200), (column) => column.notNull())
    .execute();
  await schema
    .createTable('reservations')
    .addColumn('id', varchar(40), (column) => column.primaryKey())
    .addColumn('status', varchar(20), (column) => column.notNull())
    .addColumn('request_hash', varchar(64), (column) => column.notNull())
    .addColumn('created_at', instant, (column) => column.notNull())
    .addColumn('day', varchar(10), (column) => column.notNull())
    .addColumn('starts', 'integer', (column) => column.notNull())
    .addColumn('party', 'integer', (column) => column.notNull())
    .addColumn('table_id', 'integer', (column) => column.notNull().references('dining_tables.id'))
    .addColumn('guest_name', varchar(100), (column) => column.notNull())
    .addColumn('guest_email', varchar(254), (column) => column.notNull())
    .addColumn('guest_phone', varchar(30), (column) => column.notNull())
    .addColumn('note', varchar(500))
    .execute();
  await schema.createIndex('reservations_by_day').on('reservations').columns(['day', 'starts']).execute();
  await schema
    .createTable('reservation_slots')
    .addColumn('table_id', 'integer', (column) => column.notNull().references('dining_tables.id'))
    .addColumn('day', varchar(10), (column) => column.notNull())
    .addColumn('slot', 'integer', (column) => column.notNull())
    .addColumn('reservation_id', varchar(40), (column) => column.notNull().references('reservations.id'))
    .addPrimaryKeyConstraint('reservation_slots_key', ['table_id', 'day', 'slot'])
    .execute();
}

async function contentTables({ schema }: Kysely<Tables>, instant: Instant): Promise<void> {
  await schema
    .createTable('menu_items')
    .addColumn('sku', varchar(60), (column) => column.primaryKey())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('name', varchar(100), (column) => column.notNull())
    .addColumn('description', varchar(300), (column) => column.notNull())
    .addColumn('price', 'integer', (column) => column.notNull())
    .addColumn('category', varchar(40), (column) => column.notNull())
    .addColumn('marks', varchar(200), (column) => column.notNull())
    .addColumn('allergens', varchar(300), (column) => column.notNull())
    .addColumn('image', varchar(200), (column) => column.notNull())
    .addColumn('available', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createTable('pages')
    .addColumn('slug', varchar(60), (column) => column.primaryKey())
    .addColumn('title', varchar(120), (column) => column.notNull())
    .addColumn('draft', 'text', (column) => column.notNull())
    .addColumn('published', 'text')
    .addColumn('published_title', varchar(120))
    .addColumn('updated_at', instant, (column) => column.notNull())
    .addColumn('published_at', instant)
    .execute();
  await schema
    .createTable('images')
    .addColumn('object_key', varchar(120), (column) => column.primaryKey())
    .addColumn('alt', varchar(200), (column) => column.notNull())
    .addColumn('created_at', instant, (column) => column.notNull())
    .execute();
}

async function adminTables({ schema }: Kysely<Tables>, instant: Instant): Promise<void> {
  await schema
    .createTable('admins')
    .addColumn('email', varchar(254), (column) => column.primaryKey())
    .addColumn('password_hash', varchar(300), (column) => column.notNull())
    .execute();
  await schema
    .createTable('sessions')
    .addColumn('token_hash', varchar(64), (column) => column.primaryKey())
    .addColumn('email', varchar(254), (column) => column.notNull().references('admins.email').onDelete('cascade'))
    .addColumn('csrf_token', varchar(64), (column) => column.notNull())
    .addColumn('expires_at', instant, (column) => column.notNull())
    .execute();
  await schema
    .createTable('sign_in_failures')
    .addColumn('id', varchar(40), (column) => column.primaryKey())
    .addColumn('subject', varchar(300), (column) => column.notNull())
    .addColumn('failed_at', instant, (column) => column.notNull())
    .execute();
  await schema
    .createIndex('sign_in_failures_by_subject')
    .on('sign_in_failures')
    .columns(['subject', 'failed_at'])
    .execute();
}
