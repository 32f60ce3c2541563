import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrackedLink, withTrackedHtml } from './tracking-html.ts';

function linked(html: string): { html: string; links: TrackedLink[] } {
  const links: TrackedLink[] = [];
  const linkUrl = (link: TrackedLink): string => `T${links.push(link)}`;
  return { html: withTrackedHtml(html, { linkUrl }), links };
}

test('links of the web are led elsewhere, however they are written; the rest of their tag stays', () => {
  const { html, links } = linked(
    `<A class='x' HREF="https://a.example/?p=1&amp;q=2" title="a > b">A</A> <a href='http://b.example'>B</a> <a target=_blank href=http://c.example/c/>C</a>`,
  );
  assert.equal(html, `<A class='x' href="T1" title="a > b">A</A> <a href="T2">B</a> <a target=_blank href="T3">C</a>`);
  assert.deepEqual(
    links.map(({ url }) => url),
    ['https://a.example/?p=1&q=2', 'http://b.example', 'http://c.example/c/'],
  );
});

test('what is no link of the web, is not encoded, or only looks like a link stays as it is', () => {
  for (const html of [
    '<a href="mailto:desk@example.com">m</a>',
    '<a href="#top">t</a> <a name="top"></a>',
    '<a href="/relative">r</a>',
    '<a href="http://www.example.com/page?name=John Doe">space</a>',
    '<abbr href="http://a.example">no link</abbr>',
    '<!-- <a href="http://a.example">comment</a> -->',
    '<script>"<a href=http://a.example>"</script><style>a{}</style>',
    '<a href="http://a.example"',
  ])
    assert.equal(linked(html).html, html);
});

test('ses:no-track leaves a link, ses:tags tags it, and neither reaches the recipient', () => {
  const { html, links } = linked(
    '<a ses:no-track href="http://a.example">A</a><a ses:tags="product:book;genre:fiction; genre:noir;bad tag:x;" href="http://b.example">B</a>',
  );
  assert.equal(html, '<a  href="http://a.example">A</a><a  href="T1">B</a>');
  assert.deepEqual(links, [{ url: 'http://b.example', tags: { product: ['book'], genre: ['fiction', 'noir'] } }]);
});

test('the pixel stands at the end of the body, or where its placeholder is', () => {
  const pixel = (html: string) => withTrackedHtml(html, { pixelUrl: 'P' }).replace(/<img src="P"[^>]*>/g, 'PIXEL');
  assert.equal(pixel('<html><body><p>x</p></body></html>'), '<html><body><p>x</p>PIXEL</body></html>');
  assert.equal(pixel('<p>x</p>'), '<p>x</p>PIXEL');
  assert.equal(pixel('<p>{{ses:openTracker}}x{{ses:openTracker}}</p>'), '<p>PIXELx</p>');
});
