/** Formats minor units, as in 1450 pence: £14.50. */
export function formatMoney(minorUnits, currency = 'GBP') {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency });
  return format.format(minorUnits / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** Joins words the way a sentence does. */
export function list(words) {
  return new Intl.ListFormat('en-GB').format(words);
}
