// Amazon SES is one service with two APIs (ses, sesv2) and an SMTP port; this is what they share.
import type {
  AccountDetails,
  DeliveryOptions,
  EmailTemplateContent,
  EventDestination,
  SuppressedDestination,
  SuppressionListReason,
  SuppressionOptions,
  Tag,
  TrackingOptions,
} from '@aws-sdk/client-sesv2';
import { formatArn } from '../../kernel/arn.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';

export type FeedbackType = 'Bounce' | 'Complaint' | 'Delivery';

export interface Identity {
  EmailIdentity: string;
  IdentityType: 'EMAIL_ADDRESS' | 'DOMAIN';
  VerificationStatus: 'PENDING' | 'SUCCESS' | 'FAILED';
  createdMs: number;
  verifiedMs?: number;
  /** Of an address: the secret of the link that was mailed to it. */
  linkToken?: string;
  /** When the link was mailed, or the records were asked for: from then on it may be late. */
  askedMs: number;
  /** Of a domain: what the TXT record _amazonses.DOMAIN holds in the first API. */
  domainToken?: string;
  dkim: Dkim;
  MailFromDomain?: string;
  BehaviorOnMxFailure?: 'USE_DEFAULT_VALUE' | 'REJECT_MESSAGE';
  FeedbackForwardingStatus: boolean;
  ConfigurationSetName?: string;
  /** Sending authorization policies by name. */
  policies: Record<string, string>;
  /** SetIdentityNotificationTopic of the first API. */
  topics: Partial<Record<FeedbackType, string>>;
  headersIn: Partial<Record<FeedbackType, boolean>>;
  Tags: Tag[];
}

export interface Dkim {
  SigningEnabled: boolean;
  Tokens: string[];
  NextSigningKeyLength: 'RSA_1024_BIT' | 'RSA_2048_BIT';
  generatedMs: number;
  verified: boolean;
}

export interface ConfigurationSet {
  ConfigurationSetName: string;
  createdMs: number;
  sendingEnabled: boolean;
  reputationMetricsEnabled: boolean;
  freshStartMs?: number;
  delivery: DeliveryOptions;
  suppression?: SuppressionOptions;
  tracking?: Tracking;
  destinations: EventDestination[];
  Tags: Tag[];
}

/** What stands for AWS's own domain in what is tracked. */
export type Tracking = Partial<TrackingOptions>;

export interface Template {
  TemplateName: string;
  content: EmailTemplateContent;
  createdMs: number;
  Tags: Tag[];
}

export interface Suppressed extends Omit<SuppressedDestination, 'LastUpdateTime'> {
  updatedMs: number;
}

export interface SendingAccount {
  ProductionAccessEnabled: boolean;
  SendingEnabled: boolean;
  SuppressedReasons: SuppressionListReason[];
  Details?: AccountDetails;
}

/** Accounts made since November 2019 suppress both ("Using the Amazon SES account-level suppression list"). */
const newAccount: SendingAccount = {
  ProductionAccessEnabled: false,
  SendingEnabled: true,
  SuppressedReasons: ['BOUNCE', 'COMPLAINT'],
};

export const identities = records<Identity>('ses.identities');
export const configurationSets = records<ConfigurationSet>('ses.configurationSets');
export const templates = records<Template>('ses.templates');
export const suppressed = records<Suppressed>('ses.suppressed');
const accounts = records<SendingAccount>('ses.account');

function records<T extends object>(name: string): (kernel: Kernel, scope: Scope) => Collection<T> {
  return (kernel, { account, region }) => kernel.store.collection<T>(name, { account, region });
}

export function sendingAccount(kernel: Kernel, scope: Scope): SendingAccount {
  return accounts(kernel, scope).get('account') ?? newAccount;
}

export function putSendingAccount(kernel: Kernel, scope: Scope, change: Partial<SendingAccount>): void {
  accounts(kernel, scope).put('account', { ...sendingAccount(kernel, scope), ...change });
}

export function identityArn({ account, region }: Scope, identity: string): string {
  return formatArn('ses', region, account, `identity/${identity}`);
}

export function configurationSetArn({ account, region }: Scope, name: string): string {
  return formatArn('ses', region, account, `configuration-set/${name}`);
}

export function templateArn({ account, region }: Scope, name: string): string {
  return formatArn('ses', region, account, `template/${name}`);
}
