import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadModel, type Shape } from '../runtime/control-plane/protocols/model.ts';
import { loadServices } from '../runtime/control-plane/service-folders.ts';
import type { ServiceDefinition } from '../runtime/kernel/service.ts';
import { refusedWhereCompiled, rightlyUnread } from './unread-parameters.ts';

const root = join(import.meta.dirname, '..');
/** Statements of WAF and expressions nest without end; what is below this is above it, too. */
const deepest = 3;

/**
 * A parameter that no code can reach by its name has no effect, and then `fidelity` must say so. Reach is wider than
 * truth: by the names an operation's function mentions, those of what it mentions, and so on.
 */
test('what an operation takes is read somewhere, or declared stored or refused', async () => {
  const shared = declarations('runtime/{engines,data-planes,kernel}/**/*.ts');
  const unread = new Set<string>();
  const needed = new Set<string>();
  for (const service of await loadServices()) {
    const own = declarations(`runtime/services/${service.name}/**/*.ts`);
    const mentioned = mentions(own, shared);
    for (const operation of loadModel(service.name).operations.values()) {
      const made = service.operations[operation.name]?.name;
      if (made === undefined) continue;
      // Operations that are made by a function for many kinds have no text of their own: the whole service is theirs.
      const start = own.texts.has(operation.name) ? [operation.name, made] : [...own.texts.keys()];
      const reached = reach([...start, 'authorize'], mentioned);
      const read = (word: string) =>
        [own, shared].some(({ places }) => places.get(word)?.some((at) => reached.has(at)));
      for (const path of unreadMembers(operation.input, read)) {
        if (declared(service, operation.name, path)) continue;
        const rightly = [path.join('.'), path.at(-1)].map((end) => `${service.name} ${end}`);
        const entry = rightly.find((key) => key in rightlyUnread);
        if (entry === undefined) unread.add(`${service.name} ${operation.name}.${path.join('.')}`);
        else needed.add(entry);
      }
    }
  }
  assert.deepEqual([...unread], []);
  assert.deepEqual(
    Object.keys(rightlyUnread).filter((entry) => !needed.has(entry)),
    [],
    'read after all, or gone from the model',
  );
});

interface Declarations {
  /** Names of the declarations that each one mentions. */
  texts: Map<string, Set<string>>;
  /** Names of the declarations that a word is in. */
  places: Map<string, string[]>;
}

function declarations(files: string): Declarations {
  const texts = new Map<string, Set<string>>();
  for (const file of globSync(files, { cwd: root })) {
    if (/\.(test|fixture)\.ts$/.test(file)) continue;
    const text = readFileSync(join(root, file), 'utf8')
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace(/'[A-Z]\w+(?:\.[\w.]+)+'/g, '');
    for (const part of text.split(beginnings)) {
      const name = beginning.exec(part)?.[1];
      if (name !== undefined)
        texts.set(name, new Set([...(texts.get(name) ?? []), ...(part.match(/[A-Za-z_]\w*/g) ?? [])]));
    }
  }
  const places = new Map<string, string[]>();
  for (const [name, words] of texts) {
    for (const word of words) {
      const at = places.get(word);
      if (at) at.push(name);
      else places.set(word, [name]);
    }
  }
  return { texts, places };
}

const beginning = /^(?:export )?(?:async |abstract )?(?:function\*?|const|let|class|interface|type) (\w+)/;
const beginnings = new RegExp(`^(?=${beginning.source.slice(1)})`, 'm');

/** What each declaration mentions that is declared itself. */
function mentions(...all: Declarations[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { texts } of all) {
    for (const [name, words] of texts) {
      const declared = [...words].filter((word) => all.some((one) => one.texts.has(word)));
      found.set(name, [...(found.get(name) ?? []), ...declared]);
    }
  }
  return found;
}

function reach(start: string[], mentioned: Map<string, string[]>): Set<string> {
  const reached = new Set(start);
  // A set hands out what is added to it on the way.
  for (const name of reached) for (const next of mentioned.get(name) ?? []) reached.add(next);
  return reached;
}

/** Paths of members that are not read, without what is below them. */
function unreadMembers(shape: Shape, isRead: (word: string) => boolean | undefined, path: string[] = []): string[][] {
  if (path.length > deepest) return [];
  if (shape.member) return unreadMembers(shape.member.shape, isRead, path);
  return shape.members.flatMap(({ name, shape: below }) => {
    const here = [...path, name];
    const read = isRead(name) || isRead(`${name.charAt(0).toLowerCase()}${name.slice(1)}`);
    return read ? unreadMembers(below, isRead, here) : [here];
  });
}

function declared({ name, fidelity = {} }: ServiceDefinition, operation: string, path: string[]): boolean {
  const above = path.map((_, index) => `${operation}.${path.slice(0, index + 1).join('.')}`);
  return (
    [operation, ...above].some((key) => key in fidelity) ||
    refusedWhereCompiled[name]?.test(`.${path.join('.')}`) === true
  );
}
