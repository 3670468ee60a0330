/**
 * The front of a local platform. In production Cloudflare says which address a request comes from, and nobody else
 * can; the development tooling believes whoever says so. This stands in front of it: what a client claims about
 * itself is dropped, and the address is that of its connection, so that address rules can be tried from 127.0.0.2.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';

/** Headers by which a client could say who or where it is, or speak to the tooling. */
const CLAIMS = /^(cf-|mf-|x-forwarded-|forwarded$|x-real-ip$|true-client-ip$)/;

/** A front that is open. */
export interface Front {
  /** The port at which it is open. */
  port: number;
  /** Takes no more requests, lets those under way end for a moment, and ends the rest and the live sockets. */
  close(): Promise<void>;
}

/** What is under way when a front closes has this long to end. */
const CLOSING_MS = 2_000;

/**
 * Opens a front on a port of loopback, or on one that is free for 0, to a platform on another one, which may change
 * while the front is open.
 */
export async function openFront(port: number, target: () => number): Promise<Front> {
  const server = createServer((incoming, answer) => {
    const outgoing = request(optionsOf(incoming, target()), (from) => {
      answer.writeHead(from.statusCode ?? 502, from.statusMessage, from.rawHeaders);
      // An answer that breaks off ends the client's connection, too: it is not to wait for the rest.
      pipeline(from, answer, () => {});
    });
    outgoing.once('error', () => {
      if (!answer.headersSent) answer.writeHead(502);
      answer.end();
    });
    // A client that has gone away waits for nothing.
    answer.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  // Live sockets and slow uploads are the platform's to end.
  server.requestTimeout = 0;
  const sockets = new Set<Duplex>();
  server.on('upgrade', (incoming, socket, head) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    upgrade(incoming, socket, head, target());
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, sockets),
  };
}

async function close(server: Server, sockets: Set<Duplex>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const force = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
  await closed;
  clearTimeout(force);
}

function optionsOf(incoming: IncomingMessage, target: number) {
  const { method, url, socket } = incoming;
  return {
    host: '127.0.0.1',
    port: target,
    method,
    path: url,
    headers: headersOf(incoming.headers, addressOf(socket)),
  };
}

/** The address of a connection, as Cloudflare would write it: IPv4 not in the clothes of IPv6. */
const addressOf = ({ remoteAddress = '' }: { remoteAddress?: string | undefined }): string =>
  remoteAddress.replace(/^::ffff:/, '');

function headersOf(headers: IncomingHttpHeaders, address: string): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !CLAIMS.test(name));
  return { ...Object.fromEntries(kept), 'cf-connecting-ip': address };
}

function upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, target: number): void {
  const outgoing = request(optionsOf(incoming, target));
  const end = (): void => {
    outgoing.destroy();
    socket.destroy();
  };
  outgoing.on('error', end);
  socket.on('error', end);
  outgoing.on('upgrade', (answer, inner, first) => {
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${rawHeaders(answer)}\r\n\r\n`);
    if (first.length > 0) socket.write(first);
    if (head.length > 0) inner.write(head);
    inner.on('error', end);
    socket.once('close', () => inner.destroy());
    inner.pipe(socket).pipe(inner);
  });
  // Not upgraded: an ordinary answer, which ends the connection.
  outgoing.on('response', (answer) => {
    socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${rawHeaders(answer)}\r\n\r\n`);
    answer.pipe(socket);
  });
  outgoing.end();
}

/** The lines of an answer's header; a body in chunks is not passed on in them. */
function rawHeaders({ rawHeaders: raw }: IncomingMessage): string {
  const lines: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (raw[i]!.toLowerCase() !== 'transfer-encoding') lines.push(`${raw[i]}: ${raw[i + 1]}`);
  }
  return lines.join('\r\n');
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
