import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's "Password Storage Cheat Sheet": scrypt with N = 2^17, r = 8, p = 1, which takes 128 MB for a moment. */
const cost = { N: 2 ** 17, r: 8, p: 1 };
const keyLength = 32;

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, { salt, ...cost });
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether the password makes this hash. Without a hash it takes as long and says no: names cannot be told by time. */
export async function passwordFits(password: string, hash: string | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = (hash ?? nobody).split('$');
  const made = await derive(password, {
    salt: Buffer.from(salt, 'base64url'),
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  const known = Buffer.from(key, 'base64url');
  return known.length === made.length && timingSafeEqual(known, made) && hash !== undefined;
}

const nobody = `scrypt$${cost.N}$${cost.r}$${cost.p}$AAAAAAAAAAAAAAAAAAAAAA$${'A'.repeat(43)}`;

type Derivation = { salt: Buffer; N: number; r: number; p: number };

function derive(password: string, { salt, ...options }: Derivation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const maxmem = 256 * options.N * options.r;
    scrypt(password.normalize('NFKC'), salt, keyLength, { ...options, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
