import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Curve } from './elliptic.ts';

/** Parameters of KMS's curves: FIPS 186-5 with SP 800-186, and SEC 2 for secp256k1; the base points by their coordinates. */
function curve(bytes: number, p: bigint, rest: { n: string; a: bigint; x: string; y: string }): Curve {
  return {
    bytes,
    p,
    n: BigInt(`0x${rest.n}`),
    a: rest.a,
    base: { x: BigInt(`0x${rest.x}`), y: BigInt(`0x${rest.y}`) },
  };
}

export const curves: Readonly<Record<string, Curve>> = lookupTable({
  ECC_NIST_P256: curve(32, 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n, {
    n: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
    a: -3n,
    x: '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
    y: '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  }),
  ECC_NIST_P384: curve(48, 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n, {
    n: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    a: -3n,
    x: 'aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7',
    y: '3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f',
  }),
  ECC_NIST_P521: curve(66, 2n ** 521n - 1n, {
    n: '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
    a: -3n,
    x: '00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
    y: '011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
  }),
  ECC_SECG_P256K1: curve(32, 2n ** 256n - 2n ** 32n - 977n, {
    n: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
    a: 0n,
    x: '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    y: '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8',
  }),
});
