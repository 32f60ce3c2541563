import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addNumbers, compareNumbers, encodeNumber, normalizeNumber } from './numbers.ts';

/** Exact value of a number as a fraction over 10^200, an independent way to compare. */
function exact(text: string): bigint {
  const [, sign = '', whole = '', fraction = '', power = '0'] = /^(-?)(\d*)\.?(\d*)(?:E([+-]?\d+))?$/.exec(text) ?? [];
  const value = BigInt(whole + fraction || '0') * 10n ** BigInt(200 + Number(power) - fraction.length);
  return sign ? -value : value;
}

const numberText = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), fc.integer({ min: -120, max: 80 }))
  .map(([negative, digits, power]) => `${negative ? '-' : ''}${digits}E${power}`);

describe('numbers of up to 38 digits', () => {
  test('sort by their encoded bytes as they do by value', () => {
    fc.assert(
      fc.property(numberText, numberText, (a, b) => {
        const [x, y] = [exact(a), exact(b)];
        assert.equal(Math.sign(Buffer.compare(encodeNumber(a), encodeNumber(b))), x < y ? -1 : x > y ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  test('have one normal form, without an exponent, that keeps their value', () => {
    fc.assert(
      fc.property(numberText, (a) => {
        const normal = normalizeNumber(a);
        assert.match(normal, /^(?:0|-?(?:[1-9]\d*|0)(?:\.\d*[1-9])?)$/);
        assert.equal(exact(normal), exact(a));
        assert.equal(normalizeNumber(normal), normal);
      }),
    );
  });

  test('add and subtract exactly', () => {
    const small = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(small, small, fc.integer({ min: -5, max: 5 }), (a, b, power) => {
        assert.equal(exact(addNumbers(`${a}E${power}`, `${b}E${power}`)), exact(`${a + b}E${power}`));
        assert.equal(exact(addNumbers(`${a}E${power}`, `${b}E${power}`, -1)), exact(`${a - b}E${power}`));
      }),
    );
    assert.equal(addNumbers('0.1', '0.2'), '0.3');
    assert.equal(compareNumbers('1.0', '1'), 0);
  });

  test('are refused beyond their range', () => {
    assert.throws(() => normalizeNumber('1E126'), {
      message: 'Number overflow. Attempting to store a number with magnitude larger than supported range',
    });
    assert.throws(() => normalizeNumber('1E-131'), {
      message: 'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    });
    assert.throws(() => normalizeNumber('12x'), {
      message: 'The parameter cannot be converted to a numeric value: 12x',
    });
    assert.equal(normalizeNumber('9.9999999999999999999999999999999999999E+125').length, 126);
    assert.match(normalizeNumber('1E-130'), /^0\.0{129}1$/);
  });
});
