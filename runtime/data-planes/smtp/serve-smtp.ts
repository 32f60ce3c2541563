// SES's SMTP interface (email-smtp.REGION.amazonaws.com): a mail that comes in is sent by SES's API as its user.
import { createServer, type Server, type Socket } from 'node:net';
import type { SMTPServer, SMTPServerDataStream, SMTPServerSession } from 'smtp-server';
import { certificates } from '../../engines/certificates/certificates.ts';
import { AwsError } from '../../kernel/errors.ts';
import { startTrace } from '../../kernel/events/hop.ts';
import { regions } from '../../kernel/regions.ts';
import type { Kernel } from '../../kernel/service.ts';
import { type SmtpUser, smtpUser } from './credentials.ts';

/** "Amazon SES quotas": 40 MB a message. What so many clients send at once has room in memory. */
const limits = { bytes: 40 * 1024 * 1024, clients: 20 };

/** The SMTP server, and TLS with it, is loaded when the first client comes, for most starts see none. */
export function smtpPort(kernel: Kernel): { server: Server; close(): void } {
  let smtp: Promise<SMTPServer> | undefined;
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    smtp ??= makeServer(kernel);
    smtp.then(
      (ready) => ready.server.emit('connection', socket.resume()),
      () => socket.destroy(),
    );
  });
  return {
    server,
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function makeServer(kernel: Kernel): Promise<SMTPServer> {
  const { SMTPServer } = await import('smtp-server');
  const names = ['localhost', ...regions.map((region) => `email-smtp.${region}.amazonaws.com`)];
  const issued = await kernel.engine(certificates).issue(names, { keyAlgorithm: 'EC_prime256v1', validDays: 397 });
  const users = new WeakMap<SMTPServerSession, SmtpUser>();
  const server = new SMTPServer({
    key: issued.privateKeyPem,
    cert: issued.certificatePem,
    minVersion: 'TLSv1.2',
    name: 'email-smtp.amazonaws.com',
    banner: 'Orrery',
    size: limits.bytes,
    maxClients: limits.clients,
    logger: false,
    disableReverseLookup: true,
    authMethods: ['PLAIN', 'LOGIN'],
    // Loopback counts as TLS (decisions/0002): clients that do not know the local authority may do without STARTTLS.
    allowInsecureAuth: true,
    onAuth({ username, password }, session, done) {
      const user = smtpUser(kernel, { name: username ?? '', password: password ?? '' });
      if (!user) return done(reply(535, 'Authentication Credentials Invalid'));
      users.set(session, user);
      done(null, { user: username ?? '' });
    },
    onData(stream, session, done) {
      const user = users.get(session);
      if (!user) return done(reply(530, 'Authentication required'));
      receive(kernel, { stream, session, user }).then(
        (messageId) => done(null, `Ok ${messageId}`),
        (error: unknown) => done(replyTo(kernel, error)),
      );
    },
  });
  // A client that hangs up in the midst of something, or does not trust the certificate.
  server.on('error', () => undefined);
  return server;
}

interface Incoming {
  stream: SMTPServerDataStream;
  session: SMTPServerSession;
  user: SmtpUser;
}

async function receive(kernel: Kernel, { stream, session, user }: Incoming): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk);
  if (stream.sizeExceeded) throw reply(552, `Message is too large: at most ${limits.bytes} bytes`);
  const from = (session.envelope.mailFrom || undefined)?.address ?? '';
  const trace = startTrace(kernel, 'ses', `SMTP mail of ${from}`);
  try {
    const ctx = kernel.context({ ...user, trace });
    const { MessageId = '' } = await ctx.call<{ MessageId?: string }>('sesv2', 'SendEmail', {
      FromEmailAddress: from,
      Destination: { ToAddresses: session.envelope.rcptTo.map(({ address }) => address) },
      Content: { Raw: { Data: Buffer.concat(chunks) } },
    });
    await kernel.store.durable();
    trace.end({ status: 250 });
    return MessageId;
  } catch (error) {
    trace.end({ error: error instanceof AwsError ? error.code : 'error' });
    throw error;
  }
}

/** "SMTP response codes returned by Amazon SES". */
function replyTo(kernel: Kernel, error: unknown): Error {
  if (!(error instanceof AwsError)) {
    if (error instanceof Error && 'responseCode' in error) return error;
    const message = error instanceof Error ? error.message : String(error);
    kernel.events.emit('problem', { timeMs: kernel.clock.now(), where: 'SMTP port', message });
    return reply(451, 'Temporary service failure');
  }
  if (error.code === 'TooManyRequestsException') return reply(454, `Throttling failure: ${error.message}`);
  if (error.code === 'AccessDeniedException') return reply(554, `Access denied: ${error.message}`);
  if (error.code === 'MessageRejected') return reply(554, `Message rejected: ${error.message}`);
  return reply(error.status >= 500 ? 451 : 554, `Transaction failed: ${error.message}`);
}

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message.replace(/\s+/g, ' ')), { responseCode });
}
