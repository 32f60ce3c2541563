import { html } from '../../shared/html.ts';
import { formatMoney } from '../../shared/money.ts';
import type { OrderPlaced } from '../../shared/order-placed.ts';

export type Mail = { subject: string; text: string; html: string };

/** The mail about one order. Everything a customer wrote is text: in the HTML escaped, in the subject one line. */
export function orderMail(order: OrderPlaced, timeZone: string): Mail {
  const { customer, lines, note, currency } = order;
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'full', timeStyle: 'short' });
  const at = time.format(new Date(order.receivedAt));
  const total = formatMoney(order.total, currency);
  const dishes = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  const subject = `New order: ${dishes} ${dishes === 1 ? 'dish' : 'dishes'} for ${oneLine(customer.name)}, ${total}`;
  const text = [
    `A new order came in on ${at}.`,
    '',
    ...lines.map((line) => `${line.quantity} x ${line.name}: ${formatMoney(line.linePrice, currency)}`),
    `Total: ${total}`,
    '',
    `${customer.name}, ${customer.phone}, ${customer.email}`,
    ...(note ? ['', 'A word for the kitchen:', note] : []),
    '',
    `Order ${order.orderId}`,
  ].join('\n');
  // Mail programs know tables and inline styles, and little else.
  const cell = 'padding:6px 0;border-bottom:1px dashed #b9cac9';
  const column = 'max-width:560px;margin:0 auto;padding:20px';
  const rows = lines.map(
    (line) => html`<tr><td style="${cell}">${line.quantity} × ${line.name}</td>
      <td align="right" style="${cell}">${formatMoney(line.linePrice, currency)}</td></tr>`,
  );
  const page = html`<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
<body style="margin:0;background:#f3f7f4;color:#0b2a3a;font:16px/1.5 'Segoe UI','Noto Sans',sans-serif">
<div style="background:#f4c63d"><div style="${column}"><strong style="font-size:22px">A new order</strong><br>${at}</div></div>
<div style="${column}">
<table width="100%" cellpadding="0" cellspacing="0">${rows}
<tr><td style="padding-top:10px"><strong>Total</strong></td><td align="right" style="padding-top:10px"><strong>${total}</strong></td></tr></table>
<p><strong>${customer.name}</strong><br>${customer.phone}<br>${customer.email}</p>
${note && html`<p style="padding:12px;background:#ffffff;white-space:pre-wrap">${note}</p>`}
<p style="color:#46606c;font-size:13px">Order ${order.orderId}</p>
</div></body></html>`;
  return { subject, text, html: page.text };
}

/** A subject is a header: whatever would end its line becomes a space. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 100);
}
