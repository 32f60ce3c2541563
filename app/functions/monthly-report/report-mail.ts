import { html } from '../../shared/html.ts';
import { formatMoney } from '../../shared/money.ts';
import type { MonthSales } from './month-sales.ts';

const bestSellersShown = 10;

export function reportMail(sales: MonthSales): { subject: string; text: string; html: string; csv: string } {
  const money = (minorUnits: number): string => formatMoney(minorUnits, sales.currency);
  const name = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${sales.month}-01`),
  );
  const subject = `Sales in ${name}: ${money(sales.total)}`;
  const average = sales.orders === 0 ? 0 : Math.round(sales.total / sales.orders);
  const facts: [string, string][] = [
    ['Sales', money(sales.total)],
    ['Orders', counted(sales.orders)],
    ['Average order', money(average)],
    ['Cancelled orders', counted(sales.cancelled)],
    ['Parties seated', `${counted(sales.parties)} (${counted(sales.guests)} guests)`],
  ];
  const best = sales.dishes.slice(0, bestSellersShown);
  const text = [
    subject,
    '',
    ...facts.map(([label, value]) => `${label}: ${value}`),
    '',
    'Best sellers',
    ...best.map((dish, index) => `${index + 1}. ${dish.name}: ${dish.quantity}, ${money(dish.total)}`),
    ...(best.length === 0 ? ['Nothing was sold.'] : []),
  ].join('\n');
  const page = html`<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
<body style="margin:0;background:#f3f7f4;color:#0b2a3a;font:16px/1.5 'Segoe UI','Noto Sans',sans-serif">
<div style="background:#f4c63d"><div style="${column}"><strong style="font-size:22px">${name}</strong><br>The month at Slack Water</div></div>
<div style="${column}">
<table width="100%" cellpadding="0" cellspacing="0">${facts.map(
    ([label, value]) =>
      html`<tr><td style="${cell}">${label}</td><td align="right" style="${number}"><strong>${value}</strong></td></tr>`,
  )}</table>
${sales.total === 0 ? html`<p>Nothing was sold.</p>` : sold(sales, best, money)}
<p style="color:#46606c;font-size:13px">Every dish and day is in the attached table.</p>
</div></body></html>`;
  return { subject, text, html: page.text, csv: csvOf(sales) };
}

const column = 'max-width:600px;margin:0 auto;padding:20px';
const cell = 'padding:6px 0;border-bottom:1px solid #b9cac9;vertical-align:top';
const number = `${cell};padding-left:16px;white-space:nowrap`;
const small = 'color:#46606c;font-size:13px';

/** The picture has no words in it, so its ends and its highest bar are named beside it. */
function sold(sales: MonthSales, best: MonthSales['dishes'], money: (minorUnits: number) => string) {
  const { day, total } = bestDay(sales);
  const last = `${sales.days.length}${sales.days.length === 31 ? 'st' : 'th'}`;
  const heading = (words: string, align = 'right') =>
    html`<th align="${align}" style="${align === 'right' ? number : cell};${small};font-weight:normal">${words}</th>`;
  return html`<h2 style="font-size:18px;margin:24px 0 8px">Sales by day</h2>
<img src="cid:chart@slack-water" width="600" height="180" style="display:block;width:100%;height:auto" alt="${chartWords(sales, money)}">
<table width="100%" cellpadding="0" cellspacing="0" style="${small}"><tr><td width="32">1st</td><td align="center">Best: ${dayName(day)}, ${money(total)}</td><td width="32" align="right">${last}</td></tr></table>
<h2 style="font-size:18px;margin:24px 0 8px">Best sellers</h2>
<table width="100%" cellpadding="0" cellspacing="0"><tr>${heading('Dish', 'left')}${heading('Sold')}${heading('Sales')}</tr>${best.map(
    (
      dish,
    ) => html`<tr><td style="${cell}">${dish.name}</td><td align="right" style="${number}">${counted(dish.quantity)}</td>
      <td align="right" style="${number}">${money(dish.total)}</td></tr>`,
  )}</table>`;
}

function counted(count: number): string {
  return count.toLocaleString('en-GB');
}

function dayName(day: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'long', timeZone: 'UTC' });
  return format.format(new Date(day)).replace(',', '');
}

function bestDay({ days }: MonthSales): MonthSales['days'][number] {
  return days.reduce((one, other) => (other.total > one.total ? other : one));
}

function chartWords(sales: MonthSales, money: (minorUnits: number) => string): string {
  const { day, total } = bestDay(sales);
  return `Bars, one a day; the highest is ${dayName(day)} with ${money(total)}`;
}

/** Two tables in one: days, then dishes. Money as decimals, which spreadsheets read. */
function csvOf({ days, dishes }: MonthSales): string {
  const decimal = (minorUnits: number): string => (minorUnits / 100).toFixed(2);
  const rows = [
    ['kind', 'name', 'quantity', 'total'],
    ...days.map(({ day, orders, total }) => ['day', day, String(orders), decimal(total)]),
    ...dishes.map(({ name, quantity, total }) => ['dish', name, String(quantity), decimal(total)]),
  ];
  return `${rows.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`;
}

/** RFC 4180; and a text that a spreadsheet would take for a formula starts with an apostrophe. */
function csvField(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
