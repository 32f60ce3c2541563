import { hosts } from '../../../data-planes/http/hosts.ts';
import { resourceOf } from '../../../data-planes/http/plane-resource.ts';
import type { FloodVector } from '../../../data-planes/shield/flood-guard.ts';
import { defaultAccount, parseArn } from '../../../kernel/arn.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type AttackRecord, attacks, protections, yearMs } from '../state.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Without anything shed for so long, an attack is over. */
const quietMs = 5 * minuteMs;
const mostSources = 20;
const mostKept = 1000;

interface Shed {
  timeMs: number;
  source: string;
  vector: FloodVector;
  shed: number;
  host: string | undefined;
}

/**
 * Makes attacks of what the edge's ports shed, and tells CloudWatch of those against protected resources: once a minute while one
 * lasts and once after it, else once a day ("Shield Advanced metrics"). On AWS a flood is told apart by the address it is for; here
 * all share a port, and a connection that was cut before it named a host counts for every protected resource of the account.
 */
export function watchAttacks(kernel: Kernel): () => void {
  const watch = new AttackWatch(kernel);
  const unsubscribe = kernel.events.on('flood.shed', (shed) => watch.take(shed));
  const daily = kernel.clock.every(dayMs, "Shield's daily metrics", () => watch.tellQuiet());
  return () => {
    unsubscribe();
    daily.cancel();
    watch.stop();
  };
}

class AttackWatch {
  readonly #kernel: Kernel;
  /** In this minute, by resource: what was shed in each second, by vector. */
  readonly #minute = new Map<string, Map<string, number>>();
  #timer: Timer | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    if (this.#lasting().length > 0) this.#schedule();
  }

  take(shed: Shed): void {
    for (const { account, arn } of this.#against(shed.host)) {
      this.#record(account, arn, shed);
      if (arn === undefined) continue;
      const known = this.#minute.get(arn) ?? new Map<string, number>();
      known.set(shed.vector, Math.max(known.get(shed.vector) ?? 0, shed.shed));
      this.#minute.set(arn, known);
    }
    this.#schedule();
  }

  /** No attack on what is protected, for the day. */
  tellQuiet(): void {
    for (const { account } of this.#kernel.store.scopes('shield.protections'))
      for (const { ResourceArn } of protections(this.#kernel, { account }).values())
        if (!this.#minute.has(ResourceArn)) this.#emit(ResourceArn, 'DDoSDetected', 0);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #against(host: string | undefined): { account: string; arn: string | undefined }[] {
    if (host !== undefined) {
      const arn = resourceOf(this.#kernel.engine(hosts).find(host));
      return [{ account: (arn && parseArn(arn)?.account) || defaultAccount, arn }];
    }
    const all = this.#kernel.store.scopes('shield.protections').flatMap(({ account }) =>
      protections(this.#kernel, { account })
        .values()
        .map(({ ResourceArn: arn }) => ({ account, arn })),
    );
    return all.length > 0 ? all : [{ account: defaultAccount, arn: undefined }];
  }

  #record(account: string, ResourceArn: string | undefined, { timeMs, source, vector, shed }: Shed): void {
    const all = attacks(this.#kernel, { account });
    const lasting = all.values().find((one) => one.endMs === undefined && one.ResourceArn === ResourceArn);
    const attack = lasting ?? begun(this.#kernel.ids.uuid(), ResourceArn, timeMs);
    const before = attack.vectors[vector] ?? { max: 0, sum: 0, n: 0 };
    const sources = { ...attack.sources, [source]: (attack.sources[source] ?? 0) + shed };
    all.put(attack.AttackId, {
      ...attack,
      lastMs: timeMs,
      vectors: {
        ...attack.vectors,
        [vector]: { max: Math.max(before.max, shed), sum: before.sum + shed, n: before.n + 1 },
      },
      sources: greatest(sources),
    });
    if (!lasting) this.#forgetOld(account);
  }

  /** "The last year." */
  #forgetOld(account: string): void {
    const all = attacks(this.#kernel, { account });
    const byAge = all.values().sort((a, b) => a.startMs - b.startMs);
    const oldest = this.#kernel.clock.now() - yearMs;
    for (const [index, { AttackId, startMs }] of byAge.entries())
      if (startMs < oldest || byAge.length - index > mostKept) all.delete(AttackId);
  }

  #schedule(): void {
    this.#timer ??= this.#kernel.clock.after(minuteMs, "Shield's metrics", () => this.#tell());
  }

  #tell(): void {
    this.#timer = undefined;
    const nowMs = this.#kernel.clock.now();
    for (const { account, attack } of this.#lasting()) {
      const over = nowMs - attack.lastMs >= quietMs;
      if (over) attacks(this.#kernel, { account }).put(attack.AttackId, { ...attack, endMs: attack.lastMs });
      const arn = attack.ResourceArn;
      if (arn === undefined || !this.#isProtected(account, arn)) continue;
      this.#emit(arn, 'DDoSDetected', over ? 0 : 1);
      // A refused connection was one packet at the least: the one that asked for it.
      for (const [vector, shed] of this.#minute.get(arn) ?? [])
        this.#emit(
          arn,
          vector === 'SYNFlood' ? 'DDoSAttackPacketsPerSecond' : 'DDoSAttackRequestsPerSecond',
          shed,
          vector,
        );
    }
    this.#minute.clear();
    if (this.#lasting().length > 0) this.#schedule();
  }

  #lasting(): { account: string; attack: AttackRecord }[] {
    return this.#kernel.store.scopes('shield.attacks').flatMap(({ account }) =>
      attacks(this.#kernel, { account })
        .values()
        .filter(({ endMs }) => endMs === undefined)
        .map((attack) => ({ account, attack })),
    );
  }

  #isProtected(account: string, arn: string): boolean {
    return protections(this.#kernel, { account })
      .values()
      .some(({ ResourceArn }) => ResourceArn === arn);
  }

  #emit(arn: string, name: string, value: number, vector?: string): void {
    const { region, account } = parseArn(arn) ?? { region: '', account: '' };
    this.#kernel.events.emit('metric', {
      namespace: 'AWS/DDoSProtection',
      name,
      dimensions: { ResourceArn: arn, ...(vector ? { AttackVector: vector } : {}) },
      value,
      unit: name === 'DDoSDetected' ? 'Count' : 'Count/Second',
      timeMs: this.#kernel.clock.now(),
      region: region || 'us-east-1',
      account: account || defaultAccount,
    });
  }
}

function begun(AttackId: string, ResourceArn: string | undefined, timeMs: number): AttackRecord {
  return { AttackId, ResourceArn, startMs: timeMs, lastMs: timeMs, endMs: undefined, vectors: {}, sources: {} };
}

function greatest(sources: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sources)
      .sort(([, a], [, b]) => b - a)
      .slice(0, mostSources),
  );
}
