/**
 * ECDSA over a digest that somebody else made (Sign and Verify with MessageType DIGEST): Node signs messages only. Plain
 * arithmetic after SEC 1 version 2.0, sections 4.1.3 and 4.1.4; the nonces come from the kernel.
 */
export interface Curve {
  bytes: number;
  /** The field's prime, the base point's order, and the curve's a. */
  p: bigint;
  n: bigint;
  a: bigint;
  base: Point;
}

export interface Point {
  x: bigint;
  y: bigint;
}

/** Projective (Jacobian) coordinates: one inversion at the end instead of one a step. `z` is 0 at infinity. */
interface Projective extends Point {
  z: bigint;
}

export function signDigest(
  curve: Curve,
  { digest, secret, nonce }: { digest: Uint8Array; secret: bigint; nonce: bigint },
): { r: bigint; s: bigint } | undefined {
  const { n } = curve;
  const r = mod(affine(curve, multiply(curve, curve.base, nonce)).x, n);
  const s = mod(inverse(nonce, n) * (truncated(curve, digest) + r * secret), n);
  return r === 0n || s === 0n ? undefined : { r, s };
}

export function verifyDigest(
  curve: Curve,
  { digest, publicPoint, r, s }: { digest: Uint8Array; publicPoint: Point; r: bigint; s: bigint },
): boolean {
  const { n } = curve;
  if (r < 1n || r >= n || s < 1n || s >= n) return false;
  const w = inverse(s, n);
  const sum = add(
    curve,
    multiply(curve, curve.base, mod(truncated(curve, digest) * w, n)),
    multiply(curve, publicPoint, mod(r * w, n)),
  );
  return sum.z !== 0n && mod(affine(curve, sum).x, n) === r;
}

/** The digest's leftmost bits, as many as the order has. */
function truncated({ n }: Curve, digest: Uint8Array): bigint {
  const excess = digest.length * 8 - n.toString(2).length;
  const value = BigInt(`0x${Buffer.from(digest).toString('hex')}`);
  return excess > 0 ? value >> BigInt(excess) : value;
}

function multiply(curve: Curve, point: Point, factor: bigint): Projective {
  let sum: Projective = { x: 1n, y: 1n, z: 0n };
  const addend: Projective = { ...point, z: 1n };
  for (const bit of factor.toString(2)) {
    sum = double(curve, sum);
    if (bit === '1') sum = add(curve, sum, addend);
  }
  return sum;
}

function double({ p, a }: Curve, { x, y, z }: Projective): Projective {
  if (z === 0n || y === 0n) return { x: 1n, y: 1n, z: 0n };
  const yy = mod(y * y, p);
  const s = mod(4n * x * yy, p);
  const m = mod(3n * x * x + a * mod(z * z, p) ** 2n, p);
  const x3 = mod(m * m - 2n * s, p);
  return { x: x3, y: mod(m * (s - x3) - 8n * yy * yy, p), z: mod(2n * y * z, p) };
}

function add(curve: Curve, one: Projective, other: Projective): Projective {
  if (one.z === 0n) return other;
  if (other.z === 0n) return one;
  const { p } = curve;
  const zz1 = mod(one.z * one.z, p);
  const zz2 = mod(other.z * other.z, p);
  const u1 = mod(one.x * zz2, p);
  const s1 = mod(one.y * zz2 * other.z, p);
  const h = mod(other.x * zz1 - u1, p);
  const r = mod(other.y * zz1 * one.z - s1, p);
  if (h === 0n) return r === 0n ? double(curve, one) : { x: 1n, y: 1n, z: 0n };
  const hh = mod(h * h, p);
  const hhh = mod(h * hh, p);
  const v = mod(u1 * hh, p);
  const x = mod(r * r - hhh - 2n * v, p);
  return { x, y: mod(r * (v - x) - s1 * hhh, p), z: mod(h * one.z * other.z, p) };
}

function affine({ p }: Curve, { x, y, z }: Projective): Point {
  const zInverse = inverse(z, p);
  const zz = mod(zInverse * zInverse, p);
  return { x: mod(x * zz, p), y: mod(y * zz * zInverse, p) };
}

export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** Extended Euclid; both moduli are prime. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [mod(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b % a, a];
    [x, y] = [y - quotient * x, x];
    if (a === 0n) throw new Error('no inverse');
  }
  return mod(x, modulus);
}
