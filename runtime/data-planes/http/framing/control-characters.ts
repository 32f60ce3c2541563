/** Control characters but the tab, which may stand in a header's value (RFC 9110 §5.5). */
export function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (isControl(text.charCodeAt(at))) return true;
  return false;
}

export function withoutControls(text: string): string {
  return hasControls(text) ? [...text].filter((one) => !isControl(one.charCodeAt(0))).join('') : text;
}

/** Spaces, tabs and other control characters, percent-encoded. */
export function encodeControls(text: string): string {
  const encode = (one: string): string => `%${one.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`;
  return [...text]
    .map((one) => (one === ' ' || one === '\t' || isControl(one.charCodeAt(0)) ? encode(one) : one))
    .join('');
}

const isControl = (code: number): boolean => (code < 32 && code !== 9) || code === 127;
