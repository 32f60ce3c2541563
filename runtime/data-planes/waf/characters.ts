/** AWS's bytes as the characters that a pattern is written in. */
export function asCharacters(binary: string): string {
  return /[\x80-\xff]/.test(binary) ? Buffer.from(binary, 'latin1').toString('utf8') : binary;
}
