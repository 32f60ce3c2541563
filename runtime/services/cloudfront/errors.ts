import { AwsError } from '../../kernel/errors.ts';

/** Amazon CloudFront API Reference, each action's "Errors". */
function error(code: string, status: number, message: string): AwsError {
  return new AwsError(code, message, { status });
}

export const invalidArgument = (message: string) => error('InvalidArgument', 400, message);
export const inconsistentQuantities = () =>
  error('InconsistentQuantities', 400, "The value of Quantity and the size of Items don't match.");
export const missingBody = (what: string) =>
  error('MissingBody', 400, `This operation requires a body. Ensure that ${what} is present.`);
export const invalidIfMatchVersion = () =>
  error('InvalidIfMatchVersion', 400, 'The If-Match version is missing or not valid for the resource.');
export const preconditionFailed = () =>
  error(
    'PreconditionFailed',
    412,
    "The request failed because it didn't meet the preconditions in one or more request-header fields.",
  );
export const illegalUpdate = () =>
  error('IllegalUpdate', 400, 'The update contains modifications that are not allowed.');
export const illegalDelete = () => error('IllegalDelete', 400, 'You cannot delete a managed policy.');

export const noSuchDistribution = () => error('NoSuchDistribution', 404, 'The specified distribution does not exist.');
export const distributionAlreadyExists = () =>
  error(
    'DistributionAlreadyExists',
    409,
    'The caller reference you attempted to create the distribution with is associated with another distribution.',
  );
export const distributionNotDisabled = () =>
  error(
    'DistributionNotDisabled',
    409,
    'The specified CloudFront distribution is not disabled. You must disable the distribution before you can delete it.',
  );
export const cnameAlreadyExists = () =>
  error(
    'CNAMEAlreadyExists',
    409,
    'One or more of the CNAMEs you provided are already associated with a different resource.',
  );
export const noSuchOrigin = () =>
  error('NoSuchOrigin', 404, 'One or more of your origins or origin groups do not exist.');
export const invalidOrigin = (message = 'The specified origin server does not exist or is not valid.') =>
  error('InvalidOrigin', 400, message);
export const invalidOriginAccessControl = () =>
  error('InvalidOriginAccessControl', 400, 'The origin access control is not valid.');
export const invalidOriginAccessIdentity = () =>
  error('InvalidOriginAccessIdentity', 400, "The origin access identity is not valid or doesn't exist.");
export const invalidDefaultRootObject = () =>
  error(
    'InvalidDefaultRootObject',
    400,
    'The default root object file name is too big or contains an invalid character.',
  );
export const invalidErrorCode = () => error('InvalidErrorCode', 400, 'An invalid error code was specified.');
export const invalidResponseCode = () => error('InvalidResponseCode', 400, 'A response code is not valid.');
export const invalidTtlOrder = () => error('InvalidTTLOrder', 400, 'The TTL order specified is not valid.');
export const invalidViewerCertificate = (message: string) => error('InvalidViewerCertificate', 400, message);
export const invalidMinimumProtocolVersion = (version: string) =>
  error('InvalidMinimumProtocolVersion', 400, `The minimum protocol version specified is not valid: ${version}`);
export const invalidFunctionAssociation = (message: string) => error('InvalidFunctionAssociation', 400, message);
export const invalidLambdaFunctionAssociation = (message: string) =>
  error('InvalidLambdaFunctionAssociation', 400, message);
export const invalidWebAclId = () =>
  error(
    'InvalidWebACLId',
    400,
    'A web ACL ID specified is not valid. To specify a web ACL created using the latest version of AWS WAF, use the ACL ARN, for example arn:aws:wafv2:us-east-1:123456789012:global/webacl/ExampleWebACL/473e64fd-f30b-4765-81a0-62ad96dd167a. To specify a web ACL created using AWS WAF Classic, use the ACL ID, for example 473e64fd-f30b-4765-81a0-62ad96dd167a.',
  );
export const invalidTagging = (message: string) => error('InvalidTagging', 400, message);
export const trustedKeyGroupDoesNotExist = () =>
  error('TrustedKeyGroupDoesNotExist', 400, 'The specified key group does not exist.');
export const noSuchResource = () => error('NoSuchResource', 404, 'A resource that was specified is not valid.');
export const noSuchInvalidation = () => error('NoSuchInvalidation', 404, 'The specified invalidation does not exist.');

export function tooMany(what: keyof typeof limits): AwsError {
  return error(`TooMany${what}`, 400, limits[what]);
}

const limits = {
  Origins: 'You cannot create more origins for the distribution.',
  CacheBehaviors: 'You cannot create more cache behaviors for the distribution.',
  DistributionCNAMEs: 'Your request contains more CNAMEs than are allowed per distribution.',
} as const;

export const noSuchFunction = () => error('NoSuchFunctionExists', 404, 'The function does not exist.');
export const functionAlreadyExists = () =>
  error(
    'FunctionAlreadyExists',
    409,
    'A function with the same name already exists in this Amazon Web Services account. To create a function, you must provide a unique name. To update an existing function, use UpdateFunction.',
  );
export const functionInUse = () =>
  error('FunctionInUse', 409, 'Cannot delete the function because it’s attached to one or more cache behaviors.');
export const functionSizeLimitExceeded = () =>
  error(
    'FunctionSizeLimitExceeded',
    413,
    'The function is too large. For more information, see Quotas (formerly known as limits) in the Amazon CloudFront Developer Guide.',
  );

/** The errors that every versioned thing has, in the words of its own noun. */
export interface KindErrors {
  noSuch: () => AwsError;
  alreadyExists: () => AwsError;
  inUse: () => AwsError;
}

export const errorsOf = {
  CachePolicy: policy('CachePolicy', 'cache policy'),
  OriginRequestPolicy: policy('OriginRequestPolicy', 'origin request policy'),
  ResponseHeadersPolicy: policy('ResponseHeadersPolicy', 'response headers policy'),
  OriginAccessControl: {
    noSuch: () => error('NoSuchOriginAccessControl', 404, 'The origin access control does not exist.'),
    alreadyExists: () =>
      error(
        'OriginAccessControlAlreadyExists',
        409,
        'An origin access control with the specified parameters already exists.',
      ),
    inUse: () =>
      error(
        'OriginAccessControlInUse',
        409,
        "Cannot delete the origin access control because it's in use by one or more distributions.",
      ),
  },
  OriginAccessIdentity: {
    noSuch: () =>
      error('NoSuchCloudFrontOriginAccessIdentity', 404, 'The specified origin access identity does not exist.'),
    alreadyExists: () =>
      error(
        'CloudFrontOriginAccessIdentityAlreadyExists',
        409,
        'If the CallerReference is a value you already sent in a previous request to create an identity but the content of the CloudFrontOriginAccessIdentityConfig is different from the original request, CloudFront returns a CloudFrontOriginAccessIdentityAlreadyExists error.',
      ),
    inUse: () =>
      error('CloudFrontOriginAccessIdentityInUse', 409, 'The Origin Access Identity specified is already in use.'),
  },
  PublicKey: {
    noSuch: () => error('NoSuchPublicKey', 404, 'The specified public key does not exist.'),
    alreadyExists: () => error('PublicKeyAlreadyExists', 409, 'The specified public key already exists.'),
    inUse: () => error('PublicKeyInUse', 409, 'The specified public key is in use.'),
  },
  KeyGroup: {
    noSuch: () => error('NoSuchResource', 404, 'The specified key group does not exist.'),
    alreadyExists: () =>
      error(
        'KeyGroupAlreadyExists',
        409,
        'A key group with this name already exists. You must provide a unique name. To modify an existing key group, use UpdateKeyGroup.',
      ),
    inUse: () => error('ResourceInUse', 409, 'Cannot delete this resource because it is in use.'),
  },
} satisfies Record<string, KindErrors>;

function policy(code: string, noun: string): KindErrors {
  return {
    noSuch: () => error(`NoSuch${code}`, 404, `The ${noun} does not exist.`),
    alreadyExists: () =>
      error(
        `${code}AlreadyExists`,
        409,
        `A ${noun} with this name already exists. You must provide a unique name. To modify an existing ${noun}, use Update${code}.`,
      ),
    inUse: () =>
      error(
        `${code}InUse`,
        409,
        `Cannot delete the ${noun} because it is attached to one or more cache behaviors in a distribution.`,
      ),
  };
}
