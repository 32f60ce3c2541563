'use strict';
// S3's endpoint has a name under .localhost, so that what is presigned here works on the machine outside (decisions/0016). curl, and
// programs of musl, take all such names for the machine they run on and ask no resolver (RFC 6761, 6.3). So what they say to the
// instance itself at the endpoint's port is led on to where the VPC's resolver says that S3 is, by the instance's own routes.
const { connect, createServer } = require('node:net');
const { oneUser } = require('./root.cjs');

const mostConnections = 256;

exports.leadLocalhost = () => {
  const { hostname: host, port } = new URL(process.env.AWS_ENDPOINT_URL_S3 ?? 'http://none');
  // At the level loopback the instance's loopback is this machine's, where S3 is already.
  if (oneUser || !host.endsWith('.localhost') || port === '') return;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const inner = connect({ host, port: Number(port), family: 4, allowHalfOpen: true });
    client.pipe(inner).pipe(client);
    // As where nobody answers: the client asked S3, not this machine.
    inner.once('error', () => client.resetAndDestroy()).once('close', () => client.destroySoon());
    client.once('error', () => inner.destroy()).once('close', () => inner.destroySoon());
  });
  server.maxConnections = mostConnections;
  server.on('error', (error) => console.log(`orrery: names under .localhost lead nowhere: ${error.message}`));
  server.listen({ host: '127.0.0.1', port: Number(port) });
};
