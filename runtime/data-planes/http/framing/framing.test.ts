import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classifyHead } from './classify.ts';
import { plainHead } from './plain-head.ts';
import { readRawHead } from './raw-head.ts';

const headOf = (first: string, ...headers: string[]) =>
  readRawHead([first, 'Host: shop.example.com', ...headers].join('\r\n')) ?? assert.fail(first);
const finding = (first: string, ...headers: string[]): string => {
  const { class: severity, reason } = classifyHead(headOf(first, ...headers));
  return `${severity} ${reason}`;
};
const plain = (first: string, ...headers: string[]): string[] =>
  plainHead(headOf(first, ...headers), { last: false })
    .trimEnd()
    .split('\r\n')
    .filter((line) => !line.startsWith('Host:'));

const post = 'POST /orders HTTP/1.1';

/** "Classification reasons", User Guide for Application Load Balancers. */
describe('a request head', () => {
  it('complies where it can be read one way only', () => {
    for (const headers of [
      [],
      ['Transfer-Encoding: chunked'],
      ['Transfer-Encoding: gzip , \tdeflate\t, chunked;parameter'],
      ['Content-Length: 12'],
      ['My_Own.Header: \tvalue \x85'],
    ])
      assert.equal(finding(post, ...headers), 'Compliant -', headers.join());
    assert.equal(finding('GET /a%20b%0D?c=[d]|e HTTP/1.0'), 'Compliant -');
  });

  it('is acceptable where nobody reads it as another request', () => {
    assert.equal(finding('GET /a b HTTP/1.1'), 'Acceptable SpaceInUri');
    assert.equal(finding('GET / HTTP/1.2'), 'Acceptable NonCompliantVersion');
    assert.equal(finding('GET /'), 'Acceptable NonCompliantVersion');
    assert.equal(finding('GET / HTTP/1.1 '), 'Acceptable NonCompliantVersion');
    assert.equal(finding('HEAD / HTTP/1.1', 'Content-Length: 0'), 'Acceptable GetHeadZeroContentLength');
    assert.equal(finding(post, 'X-Own : 1', 'Content-Length: 12'), 'Acceptable NonCompliantHeader');
    assert.equal(finding(post, 'X-Own: a\x01b'), 'Acceptable NonCompliantHeader');
  });

  it('is ambiguous where servers differ about its body', () => {
    assert.equal(finding(post, 'Transfer-Encoding: chunked', 'Content-Length: 4'), 'Ambiguous BothTeClPresent');
    assert.equal(finding(post, 'Content-Length: 4', 'Content-Length: 4'), 'Ambiguous DuplicateContentLength');
    assert.equal(finding('GET / HTTP/1.1', 'Content-Length: 4'), 'Ambiguous UndefinedContentLengthSemantics');
    assert.equal(
      finding('GET / HTTP/1.1', 'Transfer-Encoding: chunked'),
      'Ambiguous UndefinedTransferEncodingSemantics',
    );
    assert.equal(
      finding('POST / HTTP/1.0', 'Transfer-Encoding: chunked'),
      'Ambiguous UndefinedTransferEncodingSemantics',
    );
    assert.equal(finding('GET /a\tHTTP/1.1 HTTP/1.1'), 'Ambiguous AmbiguousUri');
    assert.equal(finding(post, ': chunked'), 'Ambiguous EmptyHeader');
    for (const name of [
      'Transfer-Encoding ',
      'Transfer_Encoding',
      'Transfer- Encoding',
      'transfer-encoding XY',
      '\x01Content-Length',
      Buffer.from('Tran\u017ffer-Encoding').toString('latin1'),
    ])
      assert.equal(
        finding(post, `${name}: ${name.includes('Length') ? 4 : 'chunked'}`),
        'Ambiguous SuspiciousHeader',
        JSON.stringify(name),
      );
  });

  it('is severe where it is an attack or no HTTP', () => {
    assert.equal(finding(post, 'Content-Length: 4', 'Content-Length: 5'), 'Severe MultipleContentLength');
    assert.equal(finding(post, 'Content-Length: 4', 'Content-Length : 5'), 'Severe MultipleContentLength');
    assert.equal(finding(post, 'Content-Length: 4,4'), 'Severe BadContentLength');
    assert.equal(finding(post, 'Content-Length: +4'), 'Severe BadContentLength');
    assert.equal(finding(post, 'Content-Length: 18446744073709551616'), 'Severe BadContentLength');
    assert.equal(finding(post, 'Transfer-Encoding: xchunked'), 'Severe BadTransferEncoding');
    assert.equal(finding(post, 'Transfer-Encoding: chunked, chunked'), 'Severe MultipleTransferEncodingChunked');
    assert.equal(finding(post, 'Transfer-Encoding : chunked', 'Content-Length: 4'), 'Severe SuspiciousTeClPresent');
    assert.equal(finding(post, 'X-Own: one', ' Transfer-Encoding: chunked'), 'Severe BadHeader');
    assert.equal(finding(post, 'X-Own: one\nTransfer-Encoding: chunked'), 'Severe BadHeader');
    assert.equal(finding(post, 'X-Own: a\0b'), 'Severe BadHeader');
    assert.equal(finding('GET /a\nb HTTP/1.1'), 'Severe BadUri');
    assert.equal(finding('G@T / HTTP/1.1'), 'Severe BadMethod');
    assert.equal(finding('GET / HTTP/one'), 'Severe BadVersion');
  });

  it('is no request at all without a target, or with a line that is no header', () => {
    assert.equal(readRawHead('GET'), undefined);
    assert.equal(readRawHead('GET / HTTP/1.1\r\nHost'), undefined);
  });

  it('is made plain with one length, each header on one line, and nothing that no header may hold', () => {
    assert.deepEqual(plain(post, 'Transfer-Encoding: chunked', 'Content-Length: 4'), [
      post,
      'Transfer-Encoding: chunked',
    ]);
    assert.deepEqual(plain(post, 'Content-Length: 4', 'Content-Length: 9'), [post, 'Content-Length: 4']);
    assert.deepEqual(plain(post, 'Transfer-Encoding : chunked', 'Content-Length: 4'), [post, 'Content-Length: 4']);
    assert.deepEqual(plain(post, 'Transfer-Encoding: xchunked'), [post]);
    assert.deepEqual(plain('GET /a b\tc HTTP/1.1', 'X-Own: one', ' two\0'), [
      'GET /a%20b%09c HTTP/1.1',
      'X-Own: one two',
    ]);
    assert.deepEqual(plain('GET / HTTP/1.0', 'X Y: z'), ['GET / HTTP/1.0']);
  });
});
