import type { Fidelity } from '../../kernel/service.ts';

const directory = { refused: 'it is for directory buckets, which Orrery does not keep.' };
const payer = { refused: 'the owner pays; requester pays is not done.' };
const mfa = { refused: 'there are no MFA devices.' };

/** What operations keep without effect or refuse; everything else that `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = {
  'CreateBucket.CreateBucketConfiguration.Location': directory,
  'CreateBucket.CreateBucketConfiguration.Bucket': directory,
  'CreateMultipartUpload.RequestPayer': payer,
  'DeleteObject.MFA': mfa,
  'DeleteObjects.MFA': mfa,
  'DeleteObject.IfMatchLastModifiedTime': directory,
  'DeleteObject.IfMatchSize': directory,
  'GetObject.RequestPayer': payer,
  'HeadObject.RequestPayer': payer,
  'PutBucketVersioning.MFA': mfa,
  'PutObject.RequestPayer': payer,
  'PutObject.WriteOffsetBytes': directory,
};
