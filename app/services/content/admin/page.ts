import { type Html, html } from '../../../shared/html.ts';
import type { Answer } from '../../../shared/http/answer.ts';
import type { Session } from './sessions.ts';

export type AdminPageOptions = {
  title: string;
  main: Html;
  session?: Session;
  /** The section the page is in, for the navigation. */
  section?: string;
  status?: number;
  /** Where the picture form posts to, which the page's policy must allow. */
  uploadOrigin?: string;
};

const sections = [
  ['orders', 'Orders'],
  ['reservations', 'Reservations'],
  ['menu', 'Menu'],
  ['pages', 'Pages'],
  ['images', 'Pictures'],
] as const;

export function adminPage({ title, main, session, section, status = 200, uploadOrigin }: AdminPageOptions): Answer {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
    // The bucket answers the upload with a redirect back, which the policy checks as well.
    `form-action 'self'${uploadOrigin ? ` ${uploadOrigin}` : ''}`;
  const body = html`<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title} · the desk · Slack Water</title>
    <link rel="icon" href="/images/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/app.css">
    <link rel="stylesheet" href="/ordering.css">
    <link rel="stylesheet" href="/pages.css">
    <link rel="stylesheet" href="/desk.css">
  </head>
  <body class="desk">
    <a class="skip" href="#main">Skip to the content</a>
    <header class="masthead">
      <a class="brand" href="/admin/orders">
        <picture>
          <source srcset="/images/logo-night.svg" media="(prefers-color-scheme: dark)">
          <img src="/images/logo.svg" width="358" height="53" alt="Slack Water, the desk">
        </picture>
      </a>
      ${session && html`<form method="post" action="/admin/sign-out">${csrf(session)}<button class="quiet" type="submit">Sign out</button></form>`}
    </header>
    ${session && navigation(section)}
    <main class="view" id="main">${main}</main>
  </body>
</html>
`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy,
    },
    body: body.text,
  };
}

function navigation(current: string | undefined): Html {
  const links = sections.map(
    ([name, words]) => html`<a href="/admin/${name}"${name === current && html` aria-current="page"`}>${words}</a>`,
  );
  return html`<nav class="site-nav" aria-label="The desk">${links}</nav>`;
}

/** Every form that changes something carries the session's token. */
export function csrf({ csrfToken }: Session): Html {
  return html`<input type="hidden" name="csrf" value="${csrfToken}">`;
}

/** A form that sets the status of one order or reservation. */
export function statusForm(
  session: Session,
  { action, name, statuses, current }: { action: string; name: string; statuses: readonly string[]; current: string },
): Html {
  const options = statuses.map(
    (status) => html`<option value="${status}"${status === current && html` selected`}>${status}</option>`,
  );
  return html`<form class="status-form" method="post" action="${action}">${csrf(session)}
    <select name="status" aria-label="Status of ${name}">${options}</select>
    <button class="button small" type="submit">Set<span class="visually-hidden"> status of ${name}</span></button></form>`;
}

/** 303: the browser follows with GET, so that a reload sends nothing again. */
export function redirectTo(location: string, headers: Record<string, string> = {}): Answer {
  return { status: 303, headers: { location, 'cache-control': 'no-store', ...headers } };
}
