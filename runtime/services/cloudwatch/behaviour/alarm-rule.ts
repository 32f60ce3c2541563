import { validationError } from '../errors.ts';
import type { StateValue } from '../state.ts';

/** A composite alarm's rule, read ("Create a composite alarm", User Guide): ALARM("a") AND NOT (OK(b) OR TRUE), AT_LEAST(2, ALARM, (a, b, c)). */
export type AlarmRule =
  | { kind: 'constant'; value: boolean }
  | { kind: 'state'; state: StateValue; alarm: string }
  | { kind: 'not'; of: AlarmRule }
  | { kind: 'and' | 'or'; of: AlarmRule[] }
  | { kind: 'atLeast'; count: number; percent: boolean; state: StateValue; not: boolean; alarms: string[] };

export function parseAlarmRule(text: string): AlarmRule {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[(),]|[^\s(),"]+/g) ?? [];
  const reader = new RuleReader(tokens);
  return reader.whole();
}

/** Names or ARNs the rule looks at. */
export function alarmsOf(rule: AlarmRule): string[] {
  if (rule.kind === 'state') return [rule.alarm];
  if (rule.kind === 'atLeast') return rule.alarms;
  if (rule.kind === 'not') return alarmsOf(rule.of);
  return rule.kind === 'constant' ? [] : rule.of.flatMap(alarmsOf);
}

export function holds(rule: AlarmRule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !holds(rule.of, stateOf);
    case 'and':
      return rule.of.every((part) => holds(part, stateOf));
    case 'or':
      return rule.of.some((part) => holds(part, stateOf));
    case 'atLeast': {
      const count = rule.alarms.filter((alarm) => (stateOf(alarm) === rule.state) !== rule.not).length;
      return count >= (rule.percent ? (rule.count / 100) * rule.alarms.length : rule.count);
    }
  }
}

class RuleReader {
  readonly #tokens: string[];
  #at = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  whole(): AlarmRule {
    const rule = this.#or();
    if (this.#at < this.#tokens.length) throw this.#failure();
    return rule;
  }

  #or(): AlarmRule {
    const of = [this.#and()];
    while (this.#accept('OR')) of.push(this.#and());
    return of.length === 1 && of[0] ? of[0] : { kind: 'or', of };
  }

  #and(): AlarmRule {
    const of = [this.#not()];
    while (this.#accept('AND')) of.push(this.#not());
    return of.length === 1 && of[0] ? of[0] : { kind: 'and', of };
  }

  #not(): AlarmRule {
    if (this.#accept('NOT')) return { kind: 'not', of: this.#not() };
    if (this.#accept('TRUE')) return { kind: 'constant', value: true };
    if (this.#accept('FALSE')) return { kind: 'constant', value: false };
    if (this.#accept('AT_LEAST')) return this.#atLeast();
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const state = this.#state();
    this.#expect('(');
    const alarm = this.#name();
    this.#expect(')');
    return { kind: 'state', state, alarm };
  }

  #atLeast(): AlarmRule {
    this.#expect('(');
    const count = /^(\d+)(%?)$/.exec(this.#take());
    if (!count) throw this.#failure();
    this.#expect(',');
    const not = this.#accept('NOT');
    const state = this.#state();
    this.#expect(',');
    this.#expect('(');
    const alarms = [this.#name()];
    while (this.#accept(',')) alarms.push(this.#name());
    this.#expect(')');
    this.#expect(')');
    return { kind: 'atLeast', count: Number(count[1]), percent: count[2] === '%', state, not, alarms };
  }

  #state(): StateValue {
    const state = this.#take();
    if (state !== 'ALARM' && state !== 'OK' && state !== 'INSUFFICIENT_DATA') throw this.#failure();
    return state;
  }

  #name(): string {
    const token = this.#take();
    if (/^[(),]?$/.test(token)) throw this.#failure();
    return token.startsWith('"') ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;
  }

  #take(): string {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token ?? '';
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at]?.toUpperCase() !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw this.#failure();
  }

  #failure(): Error {
    const near = this.#tokens.slice(Math.max(0, this.#at - 1), this.#at + 1).join(' ');
    return validationError(`AlarmRule must be a valid expression: unexpected input near "${near}".`);
  }
}
