// Runs in the network namespace of a VPC's router. A socket belongs to the namespace it was opened in, wherever it goes
// afterwards: so this opens connections and listeners there and hands them to the runtime, which uses them as its own.
const dgram = require('node:dgram');
const net = require('node:net');

process.on('message', ({ id, connect, listen, receive }) => {
  if (connect) {
    const socket = net.connect({ host: connect.address, port: connect.port, localAddress: connect.from });
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
      connect.timeoutMs,
    );
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      process.send({ id }, socket, { keepOpen: false });
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      process.send({ id, error: { code: error.code, message: error.message } });
    });
  }
  if (listen) {
    const server = net.createServer({ pauseOnConnect: true });
    // Who comes in the moment between listening and handing over is handed over too.
    server.on('connection', (socket) => process.send({ id, accepted: true }, socket, { keepOpen: false }));
    server.once('error', (error) => process.send({ id, error: { code: error.code, message: error.message } }));
    server.listen({ host: listen.address, port: listen.port, backlog: 511 }, () => {
      process.send({ id, port: server.address().port }, server, () => server.close());
    });
  }
  if (receive) {
    const socket = dgram.createSocket('udp4');
    socket.once('error', (error) => process.send({ id, error: { code: error.code, message: error.message } }));
    // What comes before it is handed over waits in the kernel; it is closed here only once the runtime has it.
    socket.bind({ address: receive.address, port: receive.port, exclusive: true }, () => {
      process.send({ id, port: socket.address().port }, socket, () => socket.close());
    });
  }
});
// The runtime has ended, however it did: nothing here is of use any more.
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });
