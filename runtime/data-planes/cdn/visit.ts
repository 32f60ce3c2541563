import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { CachedObject, ObjectCache } from './cache/object-cache.ts';
import type { Behaviour, EdgeDistribution } from './configuration.ts';
import type { FunctionRunner } from './functions/function-runner.ts';
import type { LoopbackClient } from './origin/loopback-client.ts';
import { normalisedPath, pathPattern } from './path-pattern.ts';
import type { RequestIds } from './request-ids.ts';
import type { ViewerRequest } from './viewer/viewer-request.ts';

/** What one edge location works with; one a runtime. */
export interface Edge {
  kernel: Kernel;
  cache: ObjectCache;
  /** Requests under way to an origin, by cache key: later ones for the same object wait ("Request collapsing"). */
  inFlight: Map<string, Promise<CachedObject | undefined>>;
  functions: FunctionRunner;
  loopback: LoopbackClient;
  requestIds: RequestIds;
  /** Of the Via header. */
  via: string;
  pop: string;
}

/** A distribution with its path patterns compiled. */
export interface Site extends EdgeDistribution {
  patterns: { matches: (path: string) => boolean; behaviour: Behaviour }[];
}

/** One viewer's request on its way through the edge. */
export interface Visit {
  site: Site;
  behaviour: Behaviour;
  viewer: ViewerRequest;
  hop: Hop;
  requestId: string;
  /** Set while a custom error page is fetched, so that its own errors are told as they are. */
  forErrorPage: boolean;
}

/** How the answer came about, as X-Cache and the access log tell it. */
export type Outcome =
  | 'Hit'
  | 'Miss'
  | 'RefreshHit'
  | 'Error'
  | 'Redirect'
  | 'FunctionGeneratedResponse'
  | 'FunctionExecutionError'
  | 'LambdaGeneratedResponse'
  | 'LambdaExecutionError'
  | 'LambdaValidationError';

export function siteOf(distribution: EdgeDistribution): Site {
  const patterns = distribution.behaviours.map((behaviour) => ({
    matches: pathPattern(behaviour.pathPattern),
    behaviour,
  }));
  return { ...distribution, patterns };
}

/** The first behaviour whose pattern matches; the default one matches everything. */
export function behaviourFor(site: Site, path: string): Behaviour {
  const normal = normalisedPath(path);
  for (const { matches, behaviour } of site.patterns) if (matches(normal)) return behaviour;
  throw new Error(`distribution ${site.id} has no default behaviour`);
}
