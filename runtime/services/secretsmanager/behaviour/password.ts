import type { GetRandomPasswordRequest } from '@aws-sdk/client-secrets-manager';
import type { Ids } from '../../../kernel/ids.ts';
import { invalidParameter } from '../errors.ts';

const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const numbers = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** "GetRandomPassword", Secrets Manager API Reference. */
export function randomPassword(ids: Ids, options: GetRandomPasswordRequest): string {
  const length = Number(options.PasswordLength ?? 32);
  if (!Number.isInteger(length) || length < 1 || length > 4096)
    throw invalidParameter('The password length must be between 1 and 4096 characters.');
  const excluded = new Set(options.ExcludeCharacters ?? '');
  const types = includedTypes(options)
    .map((type) => [...type].filter((character) => !excluded.has(character)))
    .filter((type) => type.length > 0);
  if (types.length === 0) throw invalidParameter('The password cannot be generated: every character type is excluded.');
  const each = options.RequireEachIncludedType ?? true;
  if (each && types.length > length)
    throw invalidParameter(`Password length ${length} is too short based on the required types.`);
  const all = types.flat();
  const picked = each ? types.map((type) => pick(ids, type)) : [];
  while (picked.length < length) picked.push(pick(ids, all));
  return shuffled(ids, picked).join('');
}

function includedTypes(options: GetRandomPasswordRequest): string[] {
  return [
    options.ExcludeLowercase ? '' : lowercase,
    options.ExcludeUppercase ? '' : lowercase.toUpperCase(),
    options.ExcludeNumbers ? '' : numbers,
    options.ExcludePunctuation ? '' : punctuation,
    options.IncludeSpace ? ' ' : '',
  ];
}

function pick(ids: Ids, from: string[]): string {
  return from[Math.floor(ids.random() * from.length)] ?? '';
}

function shuffled(ids: Ids, characters: string[]): string[] {
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = Math.floor(ids.random() * (last + 1));
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters;
}
