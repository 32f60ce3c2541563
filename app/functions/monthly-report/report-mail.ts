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
    ['Orders', String(sales.orders)],
    ['Average order', money(average)],
    ['Cancelled orders', String(sales.cancelled)],
    ['Parties seated', `${sales.parties} (${sales.guests} guests)`],
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
  const cell = 'padding:6px 0;border-bottom:1px solid #b9cac9';
  const page = html`<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>${subject}</title></head>
<body style="margin:0;background:#f3f7f4;color:#0b2a3a;font:16px/1.5 'Segoe UI','Noto Sans',sans-serif">
<div style="background:#f4c63d;padding:20px"><strong style="font-size:22px">${name}</strong><br>The month at Slack Water</div>
<div style="max-width:640px;padding:20px">
<table width="100%" cellpadding="0" cellspacing="0">${facts.map(
    ([label, value]) =>
      html`<tr><td style="${cell}">${label}</td><td align="right" style="${cell}"><strong>${value}</strong></td></tr>`,
  )}</table>
<h2 style="font-size:18px">Sales by day</h2>
<img src="cid:chart@slack-water" width="600" height="180" style="width:100%;height:auto" alt="${chartWords(sales, money)}">
<table width="100%" style="color:#46606c;font-size:13px"><tr><td>1st</td><td align="right">${sales.days.length}${sales.days.length === 31 ? 'st' : 'th'}</td></tr></table>
<h2 style="font-size:18px">Best sellers</h2>
<table width="100%" cellpadding="0" cellspacing="0">${best.map(
    (dish) => html`<tr><td style="${cell}">${dish.name}</td><td align="right" style="${cell}">${dish.quantity}</td>
      <td align="right" style="${cell}">${money(dish.total)}</td></tr>`,
  )}</table>
${best.length === 0 && html`<p>Nothing was sold.</p>`}
<p style="color:#46606c;font-size:13px">Every dish and day is in the attached table.</p>
</div></body></html>`;
  return { subject, text, html: page.text, csv: csvOf(sales) };
}

function chartWords({ days }: MonthSales, money: (minorUnits: number) => string): string {
  const best = days.reduce((one, other) => (other.total > one.total ? other : one));
  return best.total === 0
    ? 'A chart without bars: nothing was sold'
    : `Bars, one a day; the highest is ${best.day} with ${money(best.total)}`;
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
