import { lookupTable } from '../../../kernel/lookup-table.ts';

/** "Key spec reference" (AWS KMS Developer Guide). */
export interface KeySpec {
  usages: string[];
  make: { kind: 'secret'; bytes: number } | { kind: 'rsa'; bits: number } | { kind: 'ec'; curve: string };
  EncryptionAlgorithms?: string[];
  SigningAlgorithms?: string[];
  MacAlgorithms?: string[];
  KeyAgreementAlgorithms?: string[];
}

const rsaSigning = ['RSASSA_PKCS1_V1_5', 'RSASSA_PSS'].flatMap((scheme) =>
  [256, 384, 512].map((size) => `${scheme}_SHA_${size}`),
);

function rsa(bits: number): KeySpec {
  return {
    usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
    make: { kind: 'rsa', bits },
    EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
    SigningAlgorithms: rsaSigning,
  };
}

function ec(curve: string, hash: number): KeySpec {
  return { usages: ['SIGN_VERIFY'], make: { kind: 'ec', curve }, SigningAlgorithms: [`ECDSA_SHA_${hash}`] };
}

/** NIST's curves also agree on secrets; Koblitz's does not. */
function nist(curve: string, hash: number): KeySpec {
  return { ...ec(curve, hash), usages: ['SIGN_VERIFY', 'KEY_AGREEMENT'], KeyAgreementAlgorithms: ['ECDH'] };
}

function hmac(bits: number): KeySpec {
  return {
    usages: ['GENERATE_VERIFY_MAC'],
    make: { kind: 'secret', bytes: bits / 8 },
    MacAlgorithms: [`HMAC_SHA_${bits}`],
  };
}

export const keySpecs: Readonly<Record<string, KeySpec>> = lookupTable({
  SYMMETRIC_DEFAULT: {
    usages: ['ENCRYPT_DECRYPT'],
    make: { kind: 'secret', bytes: 32 },
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
  },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: nist('prime256v1', 256),
  ECC_NIST_P384: nist('secp384r1', 384),
  ECC_NIST_P521: nist('secp521r1', 512),
  ECC_SECG_P256K1: ec('secp256k1', 256),
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
});

/** What the key's usage leaves of what its spec can do, as DescribeKey gives it. */
export function algorithmsOf({ KeySpec, KeyUsage }: { KeySpec: string; KeyUsage: string }) {
  const spec = keySpecs[KeySpec];
  return {
    ...(KeyUsage === 'ENCRYPT_DECRYPT' ? { EncryptionAlgorithms: spec?.EncryptionAlgorithms } : {}),
    ...(KeyUsage === 'SIGN_VERIFY' ? { SigningAlgorithms: spec?.SigningAlgorithms } : {}),
    ...(KeyUsage === 'GENERATE_VERIFY_MAC' ? { MacAlgorithms: spec?.MacAlgorithms } : {}),
    ...(KeyUsage === 'KEY_AGREEMENT' ? { KeyAgreementAlgorithms: spec?.KeyAgreementAlgorithms } : {}),
  };
}
