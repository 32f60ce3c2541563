import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotWellFormed, readXml } from './xml-reader.ts';

test('reads elements, attributes, text, CDATA and every entity, and passes over comments and instructions', () => {
  const root = readXml(
    '\ufeff<?xml version="1.0"?>\n<!-- > --><p:a x="1 > &lt;" xsi:type=\'t\'>A&amp;&#13;&#x1F600;<b/><![CDATA[<c>]]></p:a >\n',
  );
  assert.deepEqual(root, {
    name: 'a',
    text: 'A&\r😀<c>',
    attributes: { x: '1 > <', 'xsi:type': 't' },
    children: [{ name: 'b', text: '', attributes: undefined, children: [] }],
  });
});

test('refuses what is not well-formed', () => {
  const broken = [
    '',
    ' ',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a><b></a></b>',
    '<a/><b/>',
    '<a/>text',
    'text<a/>',
    '<a b=c/>',
    '<a b/>',
    '<a b="<"/>',
    '< a/>',
  ];
  const entities = ['<a>&b;</a>', '<a>&</a>', '<a>&amp</a>', '<a>&#0;</a>', '<a>&#x110000;</a>'];
  const others = [
    '<a><!-- </a>',
    '<a><![CDATA[ </a>',
    '<a b="></a>',
    '<!DOCTYPE a><a/>',
    '<![CDATA[x]]>',
    '<a',
    '<x>'.repeat(200),
  ];
  for (const source of [...broken, ...entities, ...others]) assert.throws(() => readXml(source), NotWellFormed, source);
});

test('a document of many elements and entities is read whole', () => {
  const root = readXml(`<a>${'<k>&lt;</k>'.repeat(5000)}</a>`);
  assert.equal(root.children.length, 5000);
  assert.equal(root.children[4999]?.text, '<');
});
