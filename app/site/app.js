// The page's story: fetch the menu, keep the basket, show one of three views by the address's hash
// (#/ the menu, #/checkout, #/orders/{id}), so that a reload or a shared link shows the same again.
import { fetchMenu } from './api.js';
import { closeBasket, followBasket } from './basket-view.js';
import { connectCheckout } from './checkout-view.js';
import { byId } from './dom.js';
import { keep, recall } from './keep.js';
import { showMenu, showMenuError, showMenuLoading } from './menu-view.js';
import { followOrder } from './order-view.js';

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
addEventListener('hashchange', () => show({ moveFocus: true }));
show({ moveFocus: false });
loadMenu();

async function loadMenu() {
  showMenuLoading();
  try {
    const menu = await fetchMenu();
    showMenu(menu);
    basketKnowsMenu(menu);
    scrollToCategory();
  } catch (error) {
    showMenuError(error, loadMenu);
  }
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
