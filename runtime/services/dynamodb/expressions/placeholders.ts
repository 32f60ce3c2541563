import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../kernel/errors.ts';
import { checkValue } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import { reservedWords } from './reserved-words.ts';

/** ExpressionAttributeNames and -Values of one request, and which of them its expressions have used. */
export class Placeholders {
  readonly #names: Record<string, string>;
  readonly #values: Record<string, AttributeValue>;
  #usedNames: Set<string> | undefined;
  #usedValues: Set<string> | undefined;

  constructor(names?: Record<string, string> | undefined, values?: Record<string, AttributeValue> | undefined) {
    this.#names = names ? checkNames(names) : {};
    this.#values = values ? checkValues(values) : {};
  }

  /** The attribute a word or placeholder stands for; reserved words are refused. */
  name(text: string, what: string): string {
    if (!text.startsWith('#')) {
      if (reservedWords.has(text.toUpperCase())) {
        throw validation(`Invalid ${what}: Attribute name is a reserved keyword; reserved keyword: ${text}`);
      }
      return text;
    }
    const name = this.#names[text];
    if (name === undefined) {
      throw validation(
        `Invalid ${what}: An expression attribute name used in the document path is not defined; attribute name: ${text}`,
      );
    }
    this.#usedNames ??= new Set();
    this.#usedNames.add(text);
    return name;
  }

  value(text: string, what: string): AttributeValue {
    const value = this.#values[text];
    if (value === undefined) {
      throw validation(
        `Invalid ${what}: An expression attribute value used in expression is not defined; attribute value: ${text}`,
      );
    }
    this.#usedValues ??= new Set();
    this.#usedValues.add(text);
    return value;
  }

  /** Once all expressions are parsed: what was given must have been used. */
  checkUsed(): void {
    const names = Object.keys(this.#names).filter((name) => !this.#usedNames?.has(name));
    if (names.length > 0) {
      throw validation(`Value provided in ExpressionAttributeNames unused in expressions: keys: {${names.join(', ')}}`);
    }
    const values = Object.keys(this.#values).filter((name) => !this.#usedValues?.has(name));
    if (values.length > 0) {
      throw validation(
        `Value provided in ExpressionAttributeValues unused in expressions: keys: {${values.join(', ')}}`,
      );
    }
  }
}

function checkNames(names: Record<string, string>): Record<string, string> {
  if (Object.keys(names).length === 0) throw validation('ExpressionAttributeNames must not be empty');
  for (const name of Object.keys(names)) {
    if (!/^#[A-Za-z0-9_]+$/.test(name)) {
      throw validation(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${name}"`);
    }
  }
  return names;
}

function checkValues(values: Record<string, AttributeValue>): Record<string, AttributeValue> {
  const checked: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!/^:[A-Za-z0-9_]+$/.test(name)) {
      throw validation(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${name}"`);
    }
    try {
      checked[name] = checkValue(value);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw validation(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${name}`);
    }
  }
  if (Object.keys(checked).length === 0) throw validation('ExpressionAttributeValues must not be empty');
  return checked;
}
