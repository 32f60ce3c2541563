/**
 * Whether a value asks for nothing: absent, false, an empty text, list or structure, or one that holds only such values.
 * What is refused is refused when it is asked for. Terraform sends many a parameter so at its default (`CaptchaConfig: {}`,
 * `AmazonProvidedIpv6CidrBlock: false`), and AWS does then what it does without.
 */
export function asksForNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  if (Array.isArray(value)) return value.every(asksForNothing);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(asksForNothing);
}
