import { fetchPages } from './api.js';
import { byId, h } from './dom.js';
import { keep, recall } from './keep.js';

/**
 * Shows the ways to the other pages where the restaurant has them: its API lists them, or listed them last time. A
 * kitchen that only takes orders has no such list, and the page stays without.
 */
export async function showSiteNav() {
  draw(recall('localStorage', 'pages'));
  try {
    const pages = await fetchPages();
    keep('localStorage', 'pages', pages);
    draw(pages);
  } catch (error) {
    if (error.status !== 404) return;
    keep('localStorage', 'pages', undefined);
    draw(null);
  }
}

function draw(pages) {
  const nav = byId('site-nav');
  nav.hidden = !Array.isArray(pages);
  if (nav.hidden) return;
  const links = pages.map(({ slug, title }) => h('a', { href: `/pages/${encodeURIComponent(slug)}` }, title));
  const here = location.pathname === '/reserve.html';
  nav.replaceChildren(
    h('a', { href: '/', 'aria-current': here ? undefined : 'page' }, 'Menu'),
    h('a', { href: '/reserve.html', 'aria-current': here ? 'page' : undefined }, 'Book a table'),
    ...links,
  );
}
