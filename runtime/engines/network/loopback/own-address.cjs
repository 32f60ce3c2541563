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
/** Of instances alone: where they find metadata, and AWS's names by port. Functions have other means. */
const metadataAt = process.env.ORRERY_METADATA;
const awsPorts = new Map((process.env.ORRERY_AWS_PORTS ?? '').split(',').map((pair) => pair.split('=').map(Number)));
const everywhere = new Set([undefined, '', '0.0.0.0', '::', 'localhost', ...(metadataAt ? ['127.0.0.1', '::1'] : [])]);
let known = { mtimeMs: 0, map: {} };

function standsFor(host) {
  const { mtimeMs } = statSync(file);
  if (mtimeMs !== known.mtimeMs) known = { mtimeMs, map: JSON.parse(readFileSync(file, 'utf8')) };
  return known.map[host];
}

/** Ports below 1024 are 64,512 higher at these addresses (ports.ts). */
const shift = 64_512;
const standIn = (port) => (Number(port) > 0 && Number(port) < 1024 ? Number(port) + shift : port);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenOnOwnAddress(...args) {
  const [first, second] = args;
  if (typeof first === 'object' && first !== null && first.path === undefined && first.port !== undefined) {
    if (everywhere.has(first.host)) args[0] = { ...first, host: own, port: standIn(first.port) };
  } else if (typeof first === 'number' || /^\d+$/.test(String(first))) {
    const isHost = typeof second === 'string';
    if (!isHost) args.splice(1, 0, own);
    if (!isHost || everywhere.has(second)) args.splice(0, 2, standIn(first), own);
  }
  return listen.apply(this, args);
};

const address = net.Server.prototype.address;
net.Server.prototype.address = function addressAsTheVpcKnowsIt() {
  const told = address.call(this);
  return told?.port >= shift ? { ...told, port: told.port - shift } : told;
};

/** Databases are behind names that only Orrery's DNS port knows; this machine's resolver does not ask it. */
const databaseNames = /\.[a-z]{2}(-[a-z]+)+-\d\.rds\.amazonaws\.com\.?$/;
const awsNames = /(^|\.)(amazonaws\.com|on\.aws|cloudfront\.net|api\.aws)\.?$/;
/** S3's name of endpoint-variables.ts, with this machine's own port: not every resolver knows names under .localhost. */
const awsHere = /\.amazonaws\.com\.localhost$/;

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
  // net.connect hands its arguments on as one array; a socket's own connect takes (port, host, …) and (options, …) too.
  const isList = Array.isArray(args[0]);
  const list = isList ? args[0] : args;
  const isPort = typeof list[0] !== 'object' && /^\d+$/.test(String(list[0]));
  const given = isPort ? { port: Number(list[0]), host: typeof list[1] === 'string' ? list[1] : 'localhost' } : list[0];
  const led = typeof given === 'object' && given !== null && given.port !== undefined ? leadOf(given) : undefined;
  if (!led) return connect.apply(this, args);
  const rest = list.slice(isPort && typeof list[1] === 'string' ? 2 : 1);
  if (!isList) return connect.call(this, { ...given, ...led }, ...rest);
  // The list carries a mark of Node's own beside its members: changed in place, it keeps it.
  list.splice(0, list.length, { ...given, ...led }, ...rest);
  return connect.apply(this, args);
};

/** What of a connection's options is to be other than the program said; undefined leaves it alone. */
function leadOf({ host = 'localhost', port }) {
  const address = standsFor(host);
  if (address) return { host: address, port: standIn(port), localAddress: own };
  if (metadataAt && host === '169.254.169.254') return at(metadataAt);
  if (metadataAt && everywhere.has(host)) return { host: own, port: standIn(port), localAddress: own };
  if (nameServer !== undefined && databaseNames.test(host)) return { localAddress: own, lookup: lookUp };
  if (metadataAt && awsHere.test(host)) return { host: '127.0.0.1', port };
  if (awsNames.test(host) && awsPorts.has(Number(port))) return { host: '127.0.0.1', port: awsPorts.get(Number(port)) };
  return undefined;
}

function at(place) {
  const [host, port] = place.split(':');
  return { host, port: Number(port) };
}
