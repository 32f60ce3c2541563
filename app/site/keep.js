/** Reads JSON from a storage. Storage may be full, blocked or hold another version's leavings: then there is nothing. */
export function recall(storage, name) {
  try {
    return JSON.parse(globalThis[storage].getItem(`slack-water.${name}`) ?? 'null');
  } catch {
    return null;
  }
}

/** Keeps JSON in a storage as well as it can; `undefined` forgets it. */
export function keep(storage, name, value) {
  try {
    if (value === undefined) globalThis[storage].removeItem(`slack-water.${name}`);
    else globalThis[storage].setItem(`slack-water.${name}`, JSON.stringify(value));
  } catch {
    // A private window without storage still takes orders; they only do not survive a reload.
  }
}
