// Loaded before a Node program that runs with the address of one network interface, where namespaces cannot be made:
// its servers listen on that address alone, its connections come from it, and the VPC's private addresses lead to the
// loopback addresses that stand for them.
const { readFileSync, statSync } = require('node:fs');
const dns = require('node:dns');
const net = require('node:net');

const own = process.env.ORRERY_ADDRESS;
const file = process.env.ORRERY_ADDRESSES;
// Read now: a function's own environment takes the place of this one.
const nameServer = process.env.ORRERY_DNS;
const everywhere = new Set([undefined, '', '0.0.0.0', '::', 'localhost']);
let known = { mtimeMs: 0, map: {} };

function standsFor(host) {
  const { mtimeMs } = statSync(file);
  if (mtimeMs !== known.mtimeMs) known = { mtimeMs, map: JSON.parse(readFileSync(file, 'utf8')) };
  return known.map[host];
}

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenOnOwnAddress(...args) {
  const [first, second] = args;
  if (typeof first === 'object' && first !== null && first.path === undefined && first.port !== undefined) {
    if (everywhere.has(first.host)) args[0] = { ...first, host: own };
  } else if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    if (typeof second === 'string') args[1] = everywhere.has(second) ? own : second;
    else args.splice(1, 0, own);
  }
  return listen.apply(this, args);
};

/** Databases are behind names that only Orrery's DNS port knows; this machine's resolver does not ask it. */
const databaseNames = /\.rds\.amazonaws\.com\.?$/;

function lookUp(name, options, callback) {
  const resolver = new dns.promises.Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([nameServer]);
  resolver.resolve4(name).then(
    (found) => {
      const addresses = found.map((address) => standsFor(address) ?? address);
      if (options.all)
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      else callback(null, addresses[0], 4);
    },
    (error) => callback(error),
  );
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connectFromOwnAddress(...args) {
  // net.connect hands its arguments on as one array; a socket's own connect takes (port, host) too.
  if (!Array.isArray(args[0]) && typeof args[0] !== 'object' && typeof args[1] === 'string' && isOurs(args[1]))
    args.splice(0, 2, { port: Number(args[0]), host: args[1] });
  const given = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof given === 'object' && given !== null && typeof given.host === 'string') {
    const host = standsFor(given.host);
    if (host) Object.assign(given, { host, localAddress: own });
    else if (isOurs(given.host)) Object.assign(given, { localAddress: own, lookup: lookUp });
  }
  return connect.apply(this, args);
};

function isOurs(host) {
  return standsFor(host) !== undefined || (nameServer !== undefined && databaseNames.test(host));
}
