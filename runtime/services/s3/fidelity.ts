import type { Fidelity } from '../../kernel/service.ts';

const directory = { refused: 'it is for directory buckets, which Orrery does not keep.' };
const mfa = { refused: 'there are no MFA devices.' };

/** What operations keep without effect or refuse; everything else that `operations` holds is executed. */
export const fidelity: Record<string, Fidelity> = {
  'CreateBucket.CreateBucketConfiguration.Location': directory,
  'CreateBucket.CreateBucketConfiguration.Bucket': directory,
  'DeleteObject.MFA': mfa,
  'DeleteObjects.MFA': mfa,
  'DeleteObject.IfMatchLastModifiedTime': directory,
  'DeleteObject.IfMatchSize': directory,
  'PutBucketVersioning.MFA': mfa,
  'PutObject.WriteOffsetBytes': directory,
};
