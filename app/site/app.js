// The page's story: fetch the menu, keep the basket, show one of three views by the address's hash
// (#/ the menu, #/checkout, #/orders/{id}), so that a reload or a shared link shows the same again.
import { fetchMenu } from './api.js';
import { closeBasket, followBasket } from './basket-view.js';
import { connectCheckout } from './checkout-view.js';
import { byId } from './dom.js';
import { keep, recall } from './keep.js';
import { showMenu, showMenuError, showMenuLoading } from './menu-view.js';
import { followOrder } from './order-view.js';
import { showSiteNav } from './site-nav.js';

const views = {
  menu: { element: byId('menu-view'), title: 'Slack Water · a kitchen on the ferry slip' },
  checkout: { element: byId('checkout-view'), title: 'Checkout · Slack Water' },
  order: { element: byId('order-view'), title: 'Your order · Slack Water' },
};
const lastOrderShownMs = 6 * 60 * 60 * 1000;

let stopFollowing = () => {};
let currentHash;

const basketKnowsMenu = followBasket();
connectCheckout({ onPlaced: ({ orderId }) => location.assign(`#/orders/${orderId}`) });
connectLine();
byId('ask-menu').addEventListener('click', loadMenu);
addEventListener('hashchange', () => show({ moveFocus: true }));
show({ moveFocus: false });
loadMenu();
showSiteNav();

async function loadMenu() {
  showMenuLoading();
  try {
    const { menu, stale } = await fetchMenu();
    keep('localStorage', 'menu', { menu, at: Date.now() });
    useMenu(menu);
    showOldMenuNotice(stale ? 'The office cannot be reached just now. This is the menu as we last knew it.' : '');
  } catch (error) {
    const kept = recall('localStorage', 'menu');
    if (!kept?.menu?.items) return showMenuError(error, loadMenu);
    useMenu(kept.menu);
    const since = new Date(kept.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
    showOldMenuNotice(`The kitchen cannot be reached just now. This is the menu as you last saw it, on ${since}.`);
  }
}

function useMenu(menu) {
  showMenu(menu);
  basketKnowsMenu(menu);
  scrollToCategory();
}

function showOldMenuNotice(words) {
  const notice = byId('menu-notice');
  notice.hidden = words === '';
  notice.querySelector('p').textContent = words;
}

function show({ moveFocus }) {
  const { hash } = location;
  const wasMenu = viewNameOf(currentHash ?? hash) === 'menu';
  const name = viewNameOf(hash);
  const sameView = currentHash !== undefined && viewNameOf(currentHash) === name && name !== 'order';
  currentHash = hash;
  closeBasket();
  if (sameView && wasMenu && hash !== '' && hash !== '#/') return scrollToCategory();
  stopFollowing();
  stopFollowing = () => {};
  for (const [each, { element }] of Object.entries(views)) element.hidden = each !== name;
  document.title = views[name].title;
  if (name === 'order') stopFollowing = followOrder(orderIdIn(hash));
  if (name === 'menu') showLastOrder();
  if (!moveFocus) return;
  scrollTo(0, 0);
  views[name].element.querySelector('h1').focus({ preventScroll: true });
}

function viewNameOf(hash) {
  if (hash === '#/checkout') return 'checkout';
  return orderIdIn(hash) ? 'order' : 'menu';
}

function orderIdIn(hash) {
  return /^#\/orders\/([\w-]+)$/.exec(hash)?.[1];
}

/** The category sections exist only once the menu has arrived, so a link to one is followed then as well. */
function scrollToCategory() {
  const id = location.hash.slice(1);
  if (id === '' || id.startsWith('/')) return;
  const section = document.getElementById(id);
  section?.scrollIntoView();
  if (section?.hasAttribute('tabindex')) section.focus({ preventScroll: true });
}

function showLastOrder() {
  const last = recall('localStorage', 'lastOrder');
  const fresh = Boolean(last) && Date.now() - last.at < lastOrderShownMs;
  if (last && !fresh) keep('localStorage', 'lastOrder', undefined);
  const strip = byId('last-order');
  strip.hidden = !fresh;
  if (fresh) strip.querySelector('a').href = `#/orders/${last.orderId}`;
}

function connectLine() {
  const showLine = () => {
    byId('offline').hidden = navigator.onLine;
  };
  addEventListener('online', showLine);
  addEventListener('offline', showLine);
  showLine();
}
