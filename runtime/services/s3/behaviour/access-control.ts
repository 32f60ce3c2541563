import { s3Error } from '../errors.ts';
import { type Bucket, publicAccessBlock } from '../state.ts';

export interface AclRequest {
  ACL?: string | undefined;
  GrantFullControl?: string | undefined;
  GrantRead?: string | undefined;
  GrantReadACP?: string | undefined;
  GrantWrite?: string | undefined;
  GrantWriteACP?: string | undefined;
  AccessControlPolicy?: object | undefined;
}

/**
 * Where the bucket owner enforces ownership, as by default since April 2023, ACLs are off and only those that say the
 * owner owns are taken ("Controlling ownership of objects and disabling ACLs"). Elsewhere only `private` runs: access of
 * others is granted by policies here.
 */
export function checkAcl(bucket: Bucket, input: AclRequest): void {
  const grants = [
    input.GrantFullControl,
    input.GrantRead,
    input.GrantReadACP,
    input.GrantWrite,
    input.GrantWriteACP,
    input.AccessControlPolicy,
  ];
  const granted = grants.some((grant) => grant !== undefined);
  if (input.ACL === undefined && !granted) return;
  if (input.ACL !== undefined && !cannedAcls.includes(input.ACL))
    throw s3Error('InvalidArgument', { ArgumentName: 'x-amz-acl', ArgumentValue: input.ACL }, 'Invalid canned ACL');
  if (ownershipOf(bucket) === 'BucketOwnerEnforced') {
    if (granted || !ownerAcls.includes(input.ACL ?? '')) throw s3Error('AccessControlListNotSupported');
    return;
  }
  if (!granted && ownerAcls.includes(input.ACL ?? '')) return;
  if (isPublicAcl(input.ACL) && publicAccessBlock(bucket).BlockPublicAcls) {
    throw s3Error(
      'AccessDenied',
      {},
      'Access Denied because public ACLs are prevented by the BlockPublicAcls setting in S3 Block Public Access.',
    );
  }
  throw s3Error(
    'NotImplemented',
    {},
    `The access control list "${input.ACL ?? 'of grants'}" is refused: grant access by a bucket policy, which Orrery evaluates.`,
  );
}

export function ownershipOf(bucket: Bucket): string {
  const rules = (bucket.configurations.ownership as { Rules?: { ObjectOwnership?: string }[] } | undefined)?.Rules;
  return rules?.[0]?.ObjectOwnership ?? 'ObjectWriter';
}

function isPublicAcl(acl: string | undefined): boolean {
  return acl === 'public-read' || acl === 'public-read-write' || acl === 'authenticated-read';
}

const ownerAcls = ['private', 'bucket-owner-full-control'];
const cannedAcls = [
  ...ownerAcls,
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'log-delivery-write',
];
