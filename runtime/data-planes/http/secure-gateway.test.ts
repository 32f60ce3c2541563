import assert from 'node:assert/strict';
import { get } from 'node:http';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { certificates } from '../../engines/certificates/certificates.ts';
import { type HttpResponse, readBody } from './exchange.ts';
import { hosts } from './hosts.ts';

const host = 'site.example.com.localhost';

describe('the gateway over TLS', () => {
  let orrery: Orrery;

  before(async () => {
    orrery = await startOrrery({ services: ['iam', 'sts'], plainHttp: true });
    orrery.kernel.engine(hosts).set('site.example.com', async (request): Promise<HttpResponse> => {
      const body = (await readBody(request.body, 1024 * 1024)).toString();
      const { method, url, client, headers } = request;
      if (!client.secure)
        return { status: 301, headers: { location: `https://site.example.com${url}` }, body: undefined };
      const seen = { method, url, host: request.host, body, version: client.httpVersion, cookie: headers.cookie };
      // Connection headers are what an origin over HTTP/1.1 may have sent.
      return {
        status: 200,
        headers: { connection: 'keep-alive', 'set-cookie': ['a=1', 'b=2'], 'content-type': 'application/json' },
        body: Readable.from([JSON.stringify(seen)]),
      };
    });
  });
  after(() => orrery.stop());

  test('an HTTP/2 request arrives whole: method, path, host, cookies and body', async () => {
    const ca = (await orrery.kernel.engine(certificates).authority()).certificatePem;
    const session = connect(`https://127.0.0.1:${orrery.httpsPort}`, { ca, servername: host });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/orders?x=1',
      ':authority': `${host}:8443`,
      cookie: 'k=v',
      // Who is asked is said by the authority alone.
      host: 'another.example.com',
    });
    const answered = new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve));
    stream.end('an order');
    const body = JSON.parse(await text(stream)) as object;
    const headers = await answered;
    session.close();
    assert.deepEqual(body, {
      method: 'POST',
      url: '/orders?x=1',
      host,
      body: 'an order',
      version: '2.0',
      cookie: 'k=v',
    });
    assert.deepEqual([headers[':status'], headers['set-cookie'], headers.connection], [200, ['a=1', 'b=2'], undefined]);
  });

  test('a plain HTTP port that does not count as TLS leads to the HTTPS port', async () => {
    const location = await new Promise((resolve) =>
      get(`${orrery.httpUrl}/menu`, { headers: { host: `${host}:8080` } }, (response) => {
        response.resume();
        resolve(response.headers.location);
      }),
    );
    assert.equal(location, `https://${host}:${orrery.httpsPort}/menu`);
  });

  test('who speaks no TLS to it is cut off, and others are served on', async () => {
    await new Promise<void>((resolve) => {
      const socket = connectTcp(orrery.httpsPort, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('error', () => undefined).on('close', () => resolve());
      socket.resume();
    });
    const ca = (await orrery.kernel.engine(certificates).authority()).certificatePem;
    const session = connect(`https://127.0.0.1:${orrery.httpsPort}`, { ca, servername: host });
    assert.match(await text(session.request({ ':path': '/', ':authority': host })), /"method":"GET"/);
    session.close();
  });
});
