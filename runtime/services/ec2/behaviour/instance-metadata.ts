import type { IncomingMessage, ServerResponse } from 'node:http';
import { instanceIdentity } from '../../../engines/compute/instance-identity.ts';
import { authorization, hasExpired, type IssuedCredentials } from '../../../kernel/authorizer.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { rootOf, servicePrincipal } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Instance, instances } from '../instance-state.ts';
import { networkInterfaces, subnets } from '../network-state.ts';
import { instanceType } from './instance-types.ts';

/** "Instance metadata categories", "Use the Instance Metadata Service" (Amazon EC2 User Guide). */
const longestTokenSeconds = 21_600;
/** An hour, a role's own longest session by default; new ones are given well before these end, as AWS says. */
const credentialSeconds = 3600;
const renewBeforeMs = 15 * 60_000;

interface Remembered {
  tokens: Map<string, { instanceId: string; endMs: number }>;
  credentials: Map<string, { issued: IssuedCredentials; issuedMs: number }>;
}

const remembered = defineEngine<Remembered>('ec2.instance-metadata', () => ({
  tokens: new Map(),
  credentials: new Map(),
}));

/** Answers http://169.254.169.254 for the instance of the VPC that has this private address. */
export async function instanceMetadata(
  kernel: Kernel,
  { vpcId, address }: { vpcId: string; address: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = (status: number, body = '', headers = {}): void =>
    void response.writeHead(status, { server: 'EC2ws', 'content-type': 'text/plain', ...headers }).end(body);
  try {
    const found = instanceAt(kernel, vpcId, address);
    if (!found || found.instance.httpEndpoint === 'disabled') return answer(403);
    const path = new URL(request.url ?? '/', 'http://metadata').pathname;
    if (request.method === 'PUT' && path === '/latest/api/token') {
      const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
      // A request that came through a proxy is refused, so that an open one gives nobody credentials.
      if (request.headers['x-forwarded-for'] !== undefined) return answer(403);
      if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestTokenSeconds) return answer(400);
      return answer(200, token(kernel, found.instance, seconds), {
        'x-aws-ec2-metadata-token-ttl-seconds': String(seconds),
      });
    }
    if (request.method !== 'GET') return answer(405);
    if (!mayAsk(kernel, found.instance, request.headers['x-aws-ec2-metadata-token'])) return answer(401);
    const text = await valueAt(kernel, found, path);
    return text === undefined ? answer(404) : answer(200, text);
  } catch (error) {
    kernel.events.emit('problem', {
      timeMs: kernel.clock.now(),
      where: 'instance metadata',
      message: (error as Error).message,
    });
    answer(500);
  }
}

interface Found {
  scope: Scope;
  instance: Instance;
}

function instanceAt(kernel: Kernel, vpcId: string, address: string): Found | undefined {
  const plain = address.replace(/^::ffff:/, '');
  for (const scope of kernel.store.scopes('ec2.instances')) {
    const instance = instances
      .all({ store: kernel.store, ...scope })
      .find((each) => each.VpcId === vpcId && each.PrivateIpAddress === plain && each.state !== 'terminated');
    if (instance) return { scope, instance };
  }
  return undefined;
}

function token(kernel: Kernel, { InstanceId }: Instance, seconds: number): string {
  const { tokens } = kernel.engine(remembered);
  const now = kernel.clock.now();
  for (const [known, { endMs }] of tokens) if (endMs <= now) tokens.delete(known);
  const made = kernel.ids.secret(56);
  tokens.set(made, { instanceId: InstanceId, endMs: now + seconds * 1000 });
  return made;
}

function mayAsk(kernel: Kernel, { InstanceId, httpTokens }: Instance, given: string | string[] | undefined): boolean {
  if (given === undefined) return httpTokens === 'optional';
  const known = kernel.engine(remembered).tokens.get(String(given));
  return known !== undefined && known.instanceId === InstanceId && known.endMs > kernel.clock.now();
}

type Tree = { [name: string]: Tree | string };

async function valueAt(kernel: Kernel, found: Found, path: string): Promise<string | undefined> {
  const parts = path.split('/').filter(Boolean);
  if (parts.shift() === undefined) return 'latest';
  const { userData } = found.instance;
  let value: Tree | string | undefined = {
    ...(userData ? { 'user-data': Buffer.from(userData, 'base64').toString() } : {}),
    'meta-data': await metaData(kernel, found),
    dynamic: { 'instance-identity': identity(kernel, found) },
  };
  for (const part of parts) value = typeof value === 'object' ? value[part] : undefined;
  if (typeof value !== 'object') return value;
  return Object.entries(value)
    .map(([name, below]) => (typeof below === 'object' ? `${name}/` : name))
    .join('\n');
}

async function metaData(kernel: Kernel, { scope, instance }: Found): Promise<Tree> {
  const where = { store: kernel.store, ...scope };
  const face = networkInterfaces.find(where, instance.NetworkInterfaceId);
  const subnet = subnets.find(where, instance.SubnetId);
  const publicIp = face.Association?.PublicIp;
  const groups = face.Groups.map(({ GroupName = '' }) => GroupName).join('\n');
  const mac = {
    'interface-id': face.NetworkInterfaceId,
    'local-ipv4s': face.PrivateIpAddress,
    'security-groups': groups,
    'subnet-id': subnet.SubnetId,
    'subnet-ipv4-cidr-block': subnet.CidrBlock,
    'vpc-id': subnet.VpcId,
    ...(publicIp ? { 'public-ipv4s': publicIp } : {}),
  };
  return {
    'ami-id': instance.ImageId,
    'ami-launch-index': String(instance.AmiLaunchIndex),
    hostname: face.PrivateDnsName ?? '',
    'instance-id': instance.InstanceId,
    'instance-life-cycle': 'on-demand',
    'instance-type': instance.InstanceType,
    'local-hostname': face.PrivateDnsName ?? '',
    'local-ipv4': face.PrivateIpAddress,
    mac: face.MacAddress ?? '',
    network: { interfaces: { macs: { [face.MacAddress ?? '']: mac } } },
    placement: {
      'availability-zone': instance.AvailabilityZone,
      'availability-zone-id': subnet.AvailabilityZoneId ?? '',
      region: scope.region,
    },
    'reservation-id': instance.ReservationId,
    'security-groups': groups,
    services: { domain: 'amazonaws.com', partition: 'aws' },
    ...(publicIp ? { 'public-ipv4': publicIp, 'public-hostname': face.Association?.PublicDnsName ?? '' } : {}),
    ...(instance.metadataTags === 'enabled' ? { tags: { instance: tagTree(instance) } } : {}),
    ...(instance.profile ? { iam: await iam(kernel, scope, instance) } : {}),
  };
}

/** "View tags for your EC2 instances using instance metadata"; AWS's own tags are among them. */
function tagTree({ Tags }: Instance): Tree {
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

async function iam(kernel: Kernel, scope: Scope, { InstanceId, profile }: Instance): Promise<Tree> {
  if (!profile) return {};
  const ctx = kernel.context({ principal: rootOf(scope.account), region: scope.region });
  const { InstanceProfile } = await ctx.call<{
    InstanceProfile: { InstanceProfileId: string; Roles: { RoleName: string; Arn: string }[] };
  }>('iam', 'GetInstanceProfile', { InstanceProfileName: profile.Name });
  const [role] = InstanceProfile.Roles;
  const LastUpdated = iso(kernel.clock.now());
  const info = JSON.stringify({
    Code: 'Success',
    LastUpdated,
    InstanceProfileArn: profile.Arn,
    InstanceProfileId: InstanceProfile.InstanceProfileId,
  });
  if (!role) return { info };
  const { credentials } = kernel.engine(remembered);
  const key = `${InstanceId}|${role.Arn}`;
  let kept = credentials.get(key);
  if (!kept || hasExpired(kernel.clock, kept.issued, renewBeforeMs)) {
    const by = servicePrincipal('ec2.amazonaws.com', scope.account);
    const issued = kernel.engine(authorization).current?.assumeRole(ctx, {
      roleArn: role.Arn,
      sessionName: InstanceId,
      by,
      durationSeconds: credentialSeconds,
      lives: 'machine',
    });
    if (!issued) return { info };
    kept = { issued, issuedMs: kernel.clock.now() };
    credentials.set(key, kept);
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiresMs = 0 } = kept.issued;
  const document = {
    Code: 'Success',
    LastUpdated: iso(kept.issuedMs),
    Type: 'AWS-HMAC',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: iso(expiresMs),
  };
  return { info, 'security-credentials': { [role.RoleName]: JSON.stringify(document, undefined, 2) } };
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

function identity(kernel: Kernel, found: Found): Tree {
  const document = identityDocument(found);
  return { document, signature: kernel.engine(instanceIdentity).sign(document) };
}

function identityDocument({ scope, instance }: Found): string {
  const document = {
    accountId: scope.account,
    architecture: instanceType(instance.InstanceType)?.arm ? 'arm64' : 'x86_64',
    availabilityZone: instance.AvailabilityZone,
    imageId: instance.ImageId,
    instanceId: instance.InstanceId,
    instanceType: instance.InstanceType,
    pendingTime: iso(instance.launchedMs),
    privateIp: instance.PrivateIpAddress,
    region: scope.region,
    version: '2017-09-30',
  };
  return JSON.stringify(document, undefined, 2);
}
