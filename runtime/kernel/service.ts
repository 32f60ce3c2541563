import type { Clock } from './clock/clock.ts';
import type { EngineToken } from './engine.ts';
import type { AwsError } from './errors.ts';
import type { Events } from './events/events.ts';
import type { Hop } from './events/hop.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { Ids } from './ids.ts';
import type { Principal } from './principal.ts';
import type { ResourceType } from './resource.ts';
import type { Collection } from './store/collection.ts';
import type { Store } from './store/store.ts';
import type { UsageMeters } from './usage.ts';

/** What every part is handed. `engine` gives the runtime's one instance of a shared machine. */
export interface Kernel {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly store: Store;
  readonly events: Events;
  /** Ports and the like that are known once the runtime listens; read them late, never at load. */
  readonly addresses: Addresses;
  engine<T>(token: EngineToken<T>): T;
  /** Calls an operation outside any request, e.g. from a timer. See Context.call. */
  context(who: { principal: Principal; region: string; trace?: Hop }): Context;
}

export interface Addresses {
  /** The API port every SDK is pointed at: http://127.0.0.1:4566 */
  apiUrl: string;
  /** Port of user traffic over HTTP, 8080; names by Host. */
  httpPort: number;
  /** Port of user traffic over TLS, 8443. */
  httpsPort: number;
  /** Port of DNS over UDP and TCP, 5353. */
  dnsPort: number;
  /** Port that mail is handed in at, 2525. */
  smtpPort: number;
}

/** One operation under way: who asks, where, and what it may use. */
export interface Context extends Kernel {
  readonly account: string;
  readonly region: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly trace: Hop;
  /** Whether this very operation was asked for over the wire, or by another service. */
  readonly origin: 'wire' | 'internal';
  /** The service whose operation asked for this one (kms:ViaService); undefined over the wire and for background work. */
  readonly calledBy: string | undefined;
  /** Of the wire request that this operation, or the one that called it, came in; undefined for background work. */
  readonly http: HttpDetails | undefined;
  /** Aborted when the caller has gone, or the runtime stops. */
  readonly signal: AbortSignal;
  /** Records of this account and region; pass `{ region: '' }` for a global service. */
  collection<T extends object>(name: string, scope?: { account?: string; region?: string }): Collection<T>;
  /**
   * Calls another service's operation through the same authorization, validation, faults and metrics as a wire request;
   * as the same principal unless told. Rejects with AwsError. `Input` and `Output` are the SDK's own types.
   */
  call<Output = Record<string, unknown>>(
    service: string,
    operation: string,
    input: object,
    options?: CallOptions,
  ): Promise<Output>;
  /** The same context for somebody else or elsewhere. */
  as(change: CallOptions): Context;
}

export interface CallOptions {
  principal?: Principal;
  region?: string;
  account?: string;
  trace?: Hop;
  signal?: AbortSignal;
}

export interface HttpDetails {
  method: string;
  /** As sent, still encoded, with the query. */
  url: string;
  host: string;
  headers: Record<string, string>;
  clientIp: string;
  /** Over TLS; loopback HTTP to the API port counts as secure (aws:SecureTransport), see decisions/. */
  secure: boolean;
  /** The endpoint of a VPC that it came by. */
  through?: Through | undefined;
}

export interface Through {
  vpcId: string;
  vpcEndpointId: string;
  /** The asker's address in the VPC. */
  address: string;
  /** What the endpoint's policy lets pass. */
  policy: string;
}

/**
 * A service's identity card, the default export of services/<AWS CLI name>/service.ts. The folder is the registry.
 * `operations` holds a function for each operation done, named as AWS names it; an operation of the model that is not
 * there is refused by name.
 */
export interface ServiceDefinition {
  /** The AWS CLI's name, which is the folder and the model: sqs, logs, apigatewayv2. */
  name: string;
  /** Prefix of its IAM actions, where it is not the signing name. */
  actionPrefix: string;
  operations: Record<string, OperationHandler>;
  /** What an operation needs permission for. Unset: `prefix:Operation` on `*`. */
  authorization?: Authorization;
  /** Code and status of a refusal by IAM; default AccessDeniedException 400 (JSON) or AccessDenied 403 (XML). */
  accessDenied?: { code: string; status: number };
  /**
   * `own`: its operations say themselves what is missing inside of what they are given, in a way of their own (SQS answers
   * for each entry of a batch). Otherwise requests in JSON are refused with AWS's common ValidationException.
   */
  nestedMembers?: 'own';
  /** CloudFormation resource types it owns. */
  resources?: ResourceType[];
  /**
   * Operations, or parameters of an operation, that are kept without effect or refused by name; the rest of what
   * `operations` holds is executed. Keys `Operation` or `Operation.Parameter.Nested`. Printed by `orrery fidelity`; the
   * validate step refuses a parameter marked refused. Parameters in the model and neither here nor used are a bug.
   */
  fidelity?: Record<string, Fidelity>;
  /** Services whose `start` must have run before this one's. */
  dependencies?: string[];
  /** Resumes timers and subscriptions from the store. Everything started must end when `stop` is called. */
  start?(kernel: Kernel): Running | undefined | Promise<Running | undefined>;
  /**
   * Where an address carries parameters that are not in the model's path (S3's bucket, in host or path): the path to
   * route by and the labels. Undefined when the request is not for this service.
   */
  addressing?(request: {
    method: string;
    host: string;
    path: string;
    query: string;
    headers: Record<string, string>;
  }): Addressing | undefined;
  /** What it charges for; see also the event `usage`. */
  usage?: UsageMeters;
  /** Whether it answers requests without any signature (S3, STS AssumeRoleWithWebIdentity). Default: none. */
  anonymous?: 'allowed';
  /**
   * For a request that no operation of the model stands for (a browser's preflight, a form upload), or whose answer has
   * something put round it. Undefined: the pipeline alone answers. Asked of every request to the service, so be quick.
   */
  around?(kernel: Kernel, request: HttpRequest): Around | undefined;
  /** What its answers say beyond the model (S3's x-amz-id-2). Asked of every answer to the wire, so be quick. */
  beyondModel?(kernel: Kernel, answered: Answered): BeyondModel;
}

export interface Answered {
  operation: string;
  /** Labels that `addressing` gave. */
  labels: Record<string, string>;
  request: HttpRequest;
  /** Undefined when it succeeded. */
  error: AwsError | undefined;
}

export interface BeyondModel {
  headers: Record<string, string>;
  /** Of an error: elements of its document. */
  members?: Record<string, unknown>;
}

export interface Around {
  /** Whether the configuration lets a page of the request's Origin ask this; pages of this machine's own need no leave. */
  admitsOrigin: boolean;
  /** `next` is the pipeline; not to be called where an operation does not stand for the request. */
  answer(next: () => Promise<HttpResponse>): Promise<HttpResponse>;
}

export interface Addressing {
  path: string;
  labels: Record<string, string>;
}

export interface Running {
  stop(): void | Promise<void>;
}

/**
 * Input and output are the SDK's types for the operation; each handler narrows them. `$status` in the output is the HTTP
 * status where the model does not say it (206 for a range of an object).
 */
// biome-ignore lint/suspicious/noExplicitAny: handlers of one table have different inputs, which only the table's reader (the dispatch step) erases
export type OperationHandler = (ctx: Context, input: any) => object | void | Promise<object | void>;

export type Authorization = (operation: string, input: Record<string, unknown>, ctx: Context) => Access | Access[];

/** One permission asked for. All of an operation's must be granted. */
export interface Access {
  /** e.g. sqs:SendMessage */
  action: string;
  /** The resource's ARN, or `*` for actions that have none. */
  resource: string;
  /** The policy attached to the resource, if it has one. JSON text. */
  resourcePolicy?: string | undefined;
  /** Account that owns the resource, when not the context's. */
  resourceAccount?: string;
  /** Condition keys beyond the global ones (aws:SourceArn, aws:PrincipalArn, … are filled in by the authorizer). */
  conditions?: Record<string, string | string[]>;
}

export type Fidelity = 'executed' | 'stored' | { refused: string };

export function defineService(definition: ServiceDefinition): ServiceDefinition {
  return definition;
}
