/**
 * Ports below 1024 are root's on most machines: at addresses that stand for a VPC's they are 64,512 higher, where no client's
 * own port lies (own-address.cjs and own_address.py count the same way).
 */
export function standIn(port: number): number {
  return port > 0 && port < lowest ? port + shift : port;
}

/** The port a VPC knows it by. */
export function standsFor(port: number): number {
  return port >= shift ? port - shift : port;
}

const lowest = 1024;
const shift = 65_536 - lowest;
