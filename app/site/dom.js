/** Makes an element. `on…` properties are listeners, `class` and `aria-…`/`data-…` are attributes, text is always text. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The page has no #${id}`);
  return element;
}

/** Says something to people who hear the page. A repeated sentence is said again, so the region is emptied first. */
export function announce(sentence) {
  const region = byId('announcer');
  region.textContent = '';
  setTimeout(() => {
    region.textContent = sentence;
  }, 50);
}

/**
 * Replaces what is in `container` and keeps the focus on the control with the same `data-key`, or gives it to
 * `fallback` when that control is gone.
 */
export function redraw(container, children, fallback) {
  const key = container.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const hadFocus = container.contains(document.activeElement);
  container.replaceChildren(...children);
  if (!hadFocus) return;
  const same = [...container.querySelectorAll('[data-key]')].find((element) => element.dataset.key === key);
  (same ?? fallback)?.focus();
}
