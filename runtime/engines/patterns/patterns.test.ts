import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fitsWhole } from './bounded-expression.ts';
import { linearExpression } from './linear-expression.ts';
import { anyText, matcherOf, wildcard } from './wildcards.ts';

describe('wildcards', () => {
  const cases: [pattern: string, yes: string[], no: string[]][] = [
    ['', [''], ['a']],
    ['*', ['', 'a', 'a\nb'], []],
    ['a*', ['a', 'ab'], ['', 'ba']],
    ['*a', ['a', 'baa'], ['ab']],
    ['a?c', ['abc', 'a?c'], ['ac', 'abbc']],
    ['?', ['a', '\n'], ['', 'ab']],
    ['a*b*c', ['abc', 'axbxbxc'], ['acb', 'abcx']],
    ['*ab', ['aab', 'abab'], ['aba']],
    ['a.b', ['a.b'], ['axb']],
    ['a**?', ['ab'], ['a']],
    ['$^(a|b)*', ['$^(a|b)c'], ['a']],
  ];
  for (const [pattern, yes, no] of cases)
    test(`${pattern || 'nothing'} fits what it should`, () => {
      for (const text of yes) assert.equal(wildcard(pattern)(text), true, text);
      for (const text of no) assert.equal(wildcard(pattern)(text), false, text);
    });

  test('agree with what a regular expression says about short texts', () => {
    const words = (letters: string, length: number): string[] =>
      length === 0 ? [''] : words(letters, length - 1).flatMap((word) => [word, ...[...letters].map((l) => l + word)]);
    const texts = [...new Set(words('ab', 4))];
    for (const pattern of new Set(words('a*?', 4))) {
      const expression = new RegExp(
        `^${pattern
          .replaceAll('*', '.*')
          .replaceAll('?', '.')
          .replace(/(\.\*)+/g, '.*')}$`,
      );
      for (const text of texts) assert.equal(wildcard(pattern)(text), expression.test(text), `${pattern} on ${text}`);
    }
  });

  test('take a question mark or a backslash as text where they mean nothing', () => {
    assert.equal(wildcard('a?', { question: false })('ab'), false);
    assert.equal(wildcard('a\\*', { escapes: true })('a*'), true);
    assert.equal(wildcard('a\\*', { escapes: true })('ab'), false);
    assert.equal(wildcard('a\\*')('a\\b'), true);
    assert.equal(wildcard('a\\', { escapes: true })('a\\'), true);
    assert.equal(wildcard('A*Z', { ignoreCase: true })('abcz'), true);
    assert.equal(matcherOf(['a*', anyText, 'b'])('a*xb'), true);
    assert.equal(matcherOf(['a*', anyText, 'b'])('axxb'), false);
  });

  test('answer where a regular expression would backtrack for years', () => {
    const hostile = wildcard(`${'*a'.repeat(200)}b`);
    assert.equal(hostile('a'.repeat(20_000)), false);
    assert.equal(hostile(`${'a'.repeat(20_000)}b`), true);
  });
});

describe("users' regular expressions", () => {
  test('answer in linear time', () => {
    assert.equal(linearExpression('^(a+)+$')(`${'a'.repeat(5000)}!`), false);
    assert.throws(() => linearExpression('(a)\\1'));
  });

  test('that only Java could read, or that go on and on, are told apart from those that do not fit', () => {
    assert.equal(fitsWhole('[a-z]+(?=x)x', 'abcx'), true);
    assert.equal(fitsWhole('[a-z]+', 'abc1'), false);
    assert.equal(fitsWhole('a++b', 'aab'), 'unreadable');
    assert.equal(fitsWhole('(a+)+', `${'a'.repeat(200)}!`), 'too-long');
  });
});
