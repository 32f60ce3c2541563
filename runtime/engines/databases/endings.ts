const mostEndings = 5;
const lately = 10 * 60_000;

/** How often servers ended by themselves: one that does so again and again is started no more. */
export class Endings {
  /** When, in milliseconds of the cloud's time, by member. */
  readonly #lately = new Map<string, number[]>();

  note(member: string, nowMs: number): { count: number; enough: boolean } {
    const endings = [...(this.#lately.get(member) ?? []).filter((ms) => ms > nowMs - lately), nowMs];
    this.#lately.set(member, endings);
    return { count: endings.length, enough: endings.length > mostEndings };
  }
}
