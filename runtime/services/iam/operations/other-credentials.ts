import type {
  DeleteLoginProfileCommandInput,
  GetLoginProfileCommandInput,
  ListMFADevicesCommandInput,
  ListServiceSpecificCredentialsCommandInput,
  ListSigningCertificatesCommandInput,
  ListSSHPublicKeysCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { findUser } from '../behaviour/holders.ts';
import { noSuchEntity } from '../errors.ts';

/**
 * Passwords, MFA devices, certificates and SSH keys cannot be made here: what would create them is refused by name. So
 * there truly are none, and tools that look before they delete a user are told so.
 */
export function GetLoginProfile(ctx: Context, input: GetLoginProfileCommandInput): never {
  throw noLoginProfile(ctx, input.UserName);
}

export function DeleteLoginProfile(ctx: Context, input: DeleteLoginProfileCommandInput): never {
  throw noLoginProfile(ctx, input.UserName);
}

export function ListMFADevices(ctx: Context, input: ListMFADevicesCommandInput): object {
  if (input.UserName !== undefined) findUser(ctx, input.UserName);
  return { MFADevices: [], IsTruncated: false };
}

export function ListVirtualMFADevices(): object {
  return { VirtualMFADevices: [], IsTruncated: false };
}

export function ListSigningCertificates(ctx: Context, input: ListSigningCertificatesCommandInput): object {
  if (input.UserName !== undefined) findUser(ctx, input.UserName);
  return { Certificates: [], IsTruncated: false };
}

export function ListSSHPublicKeys(ctx: Context, input: ListSSHPublicKeysCommandInput): object {
  if (input.UserName !== undefined) findUser(ctx, input.UserName);
  return { SSHPublicKeys: [], IsTruncated: false };
}

export function ListServiceSpecificCredentials(
  ctx: Context,
  input: ListServiceSpecificCredentialsCommandInput,
): object {
  if (input.UserName !== undefined) findUser(ctx, input.UserName);
  return { ServiceSpecificCredentials: [], IsTruncated: false };
}

export function ListServerCertificates(): object {
  return { ServerCertificateMetadataList: [], IsTruncated: false };
}

export function ListSAMLProviders(): object {
  return { SAMLProviderList: [] };
}

export function GetAccountPasswordPolicy(ctx: Context): never {
  throw noSuchEntity(`The Password Policy with domain name ${ctx.account} cannot be found.`);
}

function noLoginProfile(ctx: Context, userName: string | undefined): Error {
  return noSuchEntity(`Login Profile for User ${findUser(ctx, userName).UserName} cannot be found.`);
}
