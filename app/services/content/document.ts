import { type Html, html } from '../../shared/html.ts';

export type DocumentOptions = {
  title: string;
  pages: { slug: string; title: string }[];
  main: Html;
  /** The slug of the page that is shown. */
  current?: string;
};

/** A whole page of the site, in the site's own clothes. */
export function document({ title, pages, main, current }: DocumentOptions): string {
  const links = pages.map(
    (page) =>
      html`<a href="/pages/${page.slug}"${page.slug === current && html` aria-current="page"`}>${page.title}</a>`,
  );
  return html`<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Slack Water</title>
    <link rel="icon" href="/images/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/app.css">
    <link rel="stylesheet" href="/ordering.css">
    <link rel="stylesheet" href="/pages.css">
  </head>
  <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header class="masthead">
      <a class="brand" href="/">
        <picture>
          <source srcset="/images/logo-night.svg" media="(prefers-color-scheme: dark)">
          <img src="/images/logo.svg" width="358" height="53" alt="Slack Water, home">
        </picture>
      </a>
    </header>
    <nav class="site-nav" aria-label="The house"><a href="/">Menu</a><a href="/reserve.html">Book a table</a>${links}</nav>
    ${main}
    <footer class="footer">
      <img src="/images/mark.svg" width="56" height="56" alt="">
      <p><strong>Slack Water</strong><br>The Old Ferry Slip, at the end of Lamp Lane</p>
      <p>Kitchen fires at five.<br>Last orders when the tide says so, or ten.</p>
    </footer>
  </body>
</html>
`.text;
}
