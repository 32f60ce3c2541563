import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderMarkdown } from './markdown.ts';
import { seeded } from './valid-orders.ts';

test('renders what the editor offers', () => {
  const source =
    '## The fire\nOak *and* **apple**.\n\n- one\n- two\n\n1. first\n\n> said\n\n[Book](/reserve.html) ![A boat](/media/a.png)';
  assert.equal(
    renderMarkdown(source).text,
    [
      '<h2>The fire</h2>',
      '<p>Oak <em>and</em> <strong>apple</strong>.</p>',
      '<ul><li>one</li><li>two</li></ul>',
      '<ol><li>first</li></ol>',
      '<blockquote><p>said</p></blockquote>',
      '<p><a href="/reserve.html">Book</a> <img src="/media/a.png" alt="A boat" loading="lazy"></p>',
    ].join('\n'),
  );
});

test('shows markup and dangerous addresses as the text they are', () => {
  assert.equal(renderMarkdown('<script>alert(1)</script>').text, '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>');
  for (const address of [
    'javascript:alert(1)',
    'JaVaScRiPt:x',
    '//evil.example',
    'data:text/html,x',
    '/\\evil.example',
  ]) {
    assert.doesNotMatch(renderMarkdown(`[here](${address})`).text, /<a/, address);
  }
  for (const address of ['https://evil.example/a.png', '/media/../../a']) {
    assert.doesNotMatch(renderMarkdown(`![x](${address})`).text, /<img/, address);
  }
  assert.doesNotMatch(renderMarkdown('[a" onclick="x](/b"onclick="x)').text, /"\s*onclick/);
});

test('no text makes a tag other than ours, or an attribute we did not write', () => {
  const pieces = [
    '<',
    '>',
    '"',
    "'",
    '[',
    ']',
    '(',
    ')',
    '!',
    '*',
    '## ',
    '- ',
    '\n\n',
    '/media/',
    'javascript:',
    'a',
    '&',
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 40 });
  const ours =
    /<\/?(?:p|h2|h3|ul|ol|li|blockquote|strong|em|a)>|<a href="[^"<>]*">|<img src="[^"<>]*" alt="[^"<>]*" loading="lazy">/g;
  fc.assert(
    fc.property(text, (parts) => {
      assert.doesNotMatch(renderMarkdown(parts.join('')).text.replace(ours, ''), /[<>"]/);
    }),
    seeded,
  );
});
