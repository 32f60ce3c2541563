import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render } from './render.ts';

test('fills in variables as they are, nested ones too', () => {
  assert.equal(
    render('Dear {{name}}, {{ address.city }} {{{b}}}', { name: 'A<b>', address: { city: 'Aldeburgh' }, b: 1 }),
    'Dear A<b>, Aldeburgh 1',
  );
  assert.equal(render('{{a.[1].x}}{{! not shown }}{{!-- {{nor}} --}}', { a: [0, { x: 'yes' }] }), 'yes');
});

test('has blocks: if with else if, unless, each over lists and objects, with', () => {
  const source = '{{#if gold}}gold{{else if silver}}silver{{else}}none{{/if}}{{#unless gold}}!{{/unless}}';
  assert.equal(render(source, { silver: true }), 'silver!');
  assert.equal(render(source, { gold: 1 }), 'gold');
  assert.equal(render(source, {}), 'none!');
  const dishes = [{ name: 'chips' }, { name: 'crab' }];
  assert.equal(
    render('{{#each dishes}}{{@index}} {{name}} of {{../house}}{{#unless @last}}, {{/unless}}{{/each}}', {
      dishes,
      house: 'SW',
    }),
    '0 chips of SW, 1 crab of SW',
  );
  assert.equal(render('{{#each sizes}}{{@key}}={{this}};{{else}}no{{/each}}', { sizes: { s: 1, m: 2 } }), 's=1;m=2;');
  assert.equal(render('{{#with a}}{{b}}{{/with}}', { a: { b: 'in' } }), 'in');
});

test('has inline partials', () => {
  assert.equal(
    render('{{#* inline "greet"}}Hi {{name}}{{/inline}}{{> greet}}! {{> greet other}}', {
      name: 'Ada',
      other: { name: 'Bob' },
    }),
    'Hi Ada! Hi Bob',
  );
});

test('a block tag alone on its line leaves no empty line', () => {
  assert.equal(render('a\n{{#each x}}\n- {{this}}\n{{/each}}\nb', { x: [1, 2] }), 'a\n- 1\n- 2\nb');
  assert.equal(render('a {{~#if x~}} b {{~/if~}} c', { x: 1 }), 'abc');
});

test('says what is missing, and what is wrong', () => {
  assert.throws(() => render('{{customer.name}}', { customer: {} }), {
    message: "Attribute 'customer.name' is not present in the rendering data.",
  });
  assert.throws(() => render('{{constructor}}', {}), /Attribute 'constructor'/);
  assert.throws(() => render('{{#if a}}', {}), /\{\{#if\}\} is not closed/);
  assert.throws(() => render('{{#shout a}}{{/shout}}', {}), /no helper shout/);
  assert.throws(() => render('{{#* inline "x"}}{{> x}}{{/inline}}{{> x}}', {}), /inside itself/);
  assert.throws(() => render('{{a b}}', {}), /\{\{a b\}\} is not a variable/);
});
