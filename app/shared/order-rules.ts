import { menuItem } from './menu.ts';
import type { OrderItem, OrderRequest } from './order.ts';

/** The bounds of an order. The site's checkout form states the same numbers; a test holds the two together. */
export const orderLimits = {
  name: 100,
  email: 254,
  phone: 30,
  phoneDigits: 5,
  note: 500,
  lines: 50,
  quantity: 20,
  errors: 20,
} as const;

/** `field` is a path into the request body, as in `customer.email` or `items[2].quantity`; the empty path is the body itself. */
export type FieldError = { field: string; detail: string };

export type Validated<Value> = { ok: true; value: Value } | { ok: false; errors: FieldError[] };

/**
 * Reads an order out of anything at all. Either every rule holds and the order comes back trimmed and free of unknown
 * members, or each broken rule is named with its field (at most `orderLimits.errors` of them).
 */
export function validateOrder(
  body: unknown,
  onMenu: OnMenu = (sku) => menuItem(sku) !== undefined,
): Validated<OrderRequest> {
  const errors: FieldError[] = [];
  const report: Report = (field, detail) => {
    errors.push({ field, detail });
  };
  if (!isRecord(body)) return { ok: false, errors: [{ field: '', detail: 'An order is a JSON object.' }] };
  refuseUnknown(body, ['customer', 'items', 'note'], '', report);
  const customer = readCustomer(body.customer, report);
  const items = readItems(body.items, { onMenu, report });
  const note = readNote(body.note, report);
  if (errors.length > 0) return { ok: false, errors: errors.slice(0, orderLimits.errors) };
  return { ok: true, value: { customer, items, ...(note === '' ? {} : { note }) } };
}

/** Whether a dish can be ordered. */
export type OnMenu = (sku: string) => boolean;

export type Report = (field: string, detail: string) => void;

/** Who an order or a reservation is for. */
export function readCustomer(customer: unknown, report: Report): OrderRequest['customer'] {
  const empty = { name: '', email: '', phone: '' };
  if (!isRecord(customer)) {
    report('customer', 'Tell us who it is for: an object with name, email and phone.');
    return empty;
  }
  refuseUnknown(customer, ['name', 'email', 'phone'], 'customer.', report);
  const name = readLine(customer.name, { field: 'customer.name', what: 'a name', limit: orderLimits.name, report });
  const email = readLine(customer.email, {
    field: 'customer.email',
    what: 'an e-mail address',
    limit: orderLimits.email,
    report,
  });
  const phone = readLine(customer.phone, {
    field: 'customer.phone',
    what: 'a phone number',
    limit: orderLimits.phone,
    report,
  });
  if (email !== '' && !isEmail(email)) report('customer.email', 'This does not look like an e-mail address.');
  if (phone !== '' && !isPhone(phone)) report('customer.phone', 'This does not look like a phone number.');
  return { name, email, phone };
}

function readLine(value: unknown, rule: { field: string; what: string; limit: number; report: Report }): string {
  if (value === undefined || value === null || value === '') {
    rule.report(rule.field, `We need ${rule.what}.`);
    return '';
  }
  if (typeof value !== 'string') {
    rule.report(rule.field, 'This must be text.');
    return '';
  }
  const text = value.trim();
  if (text === '') rule.report(rule.field, `We need ${rule.what}.`);
  else if (text.length > rule.limit) rule.report(rule.field, `This may be at most ${rule.limit} characters long.`);
  else if (/\p{Cc}/u.test(text)) rule.report(rule.field, 'This may not contain line breaks or control characters.');
  else return text;
  return '';
}

type ItemRules = { onMenu: OnMenu; report: Report };

function readItems(items: unknown, rules: ItemRules): OrderItem[] {
  const { report } = rules;
  if (!Array.isArray(items)) {
    report('items', 'An order has a list of items.');
    return [];
  }
  if (items.length === 0) report('items', 'Choose at least one dish.');
  if (items.length > orderLimits.lines) {
    report('items', `An order may have at most ${orderLimits.lines} lines.`);
    return [];
  }
  return items.map((item, index) => readItem(item, `items[${index}]`, rules));
}

function readItem(item: unknown, field: string, { onMenu, report }: ItemRules): OrderItem {
  if (!isRecord(item)) {
    report(field, 'An item is an object with sku and quantity.');
    return { sku: '', quantity: 0 };
  }
  refuseUnknown(item, ['sku', 'quantity'], `${field}.`, report);
  const { sku, quantity } = item;
  if (typeof sku !== 'string' || !onMenu(sku)) report(`${field}.sku`, 'This dish is not on the menu.');
  if (typeof quantity !== 'number' || !Number.isInteger(quantity) || quantity < 1 || quantity > orderLimits.quantity) {
    report(`${field}.quantity`, `The quantity is a whole number from 1 to ${orderLimits.quantity}.`);
  }
  return { sku: String(sku), quantity: Number(quantity) };
}

export function readNote(note: unknown, report: Report): string {
  if (note === undefined || note === null) return '';
  if (typeof note !== 'string') {
    report('note', 'This must be text.');
    return '';
  }
  const text = note.trim();
  if (text.length > orderLimits.note) report('note', `This may be at most ${orderLimits.note} characters long.`);
  return text;
}

/** A misspelt member (`qty`, `notes`) would otherwise be an order that silently lacks something. */
export function refuseUnknown(record: Record<string, unknown>, known: string[], path: string, report: Report): void {
  for (const name of Object.keys(record)) {
    if (!known.includes(name)) report(`${path}${name.slice(0, 60)}`, 'There is no such field.');
  }
}

/** Deliberately loose: only a message that arrives proves an address. One `@`, a dot in the domain, no spaces. */
function isEmail(text: string): boolean {
  return /^[^\s@]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/.test(text);
}

function isPhone(text: string): boolean {
  return /^\+?[\d\s().\-/]+$/.test(text) && text.replace(/\D/g, '').length >= orderLimits.phoneDigits;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
