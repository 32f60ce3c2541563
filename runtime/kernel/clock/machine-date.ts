let second = 0;
let text = '';

/**
 * The machine's time as HTTP's Date header has it, which is what Node's own servers send: clients set their clocks by it, and
 * they know nothing of winds (decisions/0004).
 */
export function machineDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    text = new Date(now * 1000).toUTCString();
  }
  return text;
}
