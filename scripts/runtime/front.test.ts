import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Front, openFront } from './front.ts';

let platform: Server;
let front: Front;
let port: number;
/** The end of what the platform reads of a live socket. */
let innerEnded: Promise<void>;

/** A platform that answers what it was told of a request. */
beforeEach(async () => {
  platform = createServer((incoming, answer) => {
    if (incoming.url === '/breaks-off') {
      answer.write('the first half', () => answer.destroy());
      return;
    }
    answer.setHeader('set-cookie', ['a=1', 'b=2']);
    let body = '';
    incoming.on('data', (chunk) => (body += chunk));
    incoming.on('end', () => answer.end(JSON.stringify({ url: incoming.url, headers: incoming.headers, body })));
  });
  platform.on('upgrade', (incoming, socket) => {
    innerEnded = new Promise((resolve) => socket.once('end', () => resolve()).once('error', () => resolve()));
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    socket.write(`from ${String(incoming.headers['cf-connecting-ip'])}`);
    socket.on('data', (chunk) => socket.end(`heard ${chunk}`));
  });
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  const inner = (platform.address() as AddressInfo).port;
  front = await openFront(0, () => inner);
  port = front.port;
});
afterEach(async () => {
  await front.close();
  platform.close();
});

const ask = (headers: Record<string, string>, localAddress: string, body = '') =>
  new Promise<{ headers: Record<string, string>; body: string; cookies: string[] }>((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/x?y=1', method: 'POST', headers, localAddress },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += chunk));
        answer.on('end', () => resolve({ ...JSON.parse(text), cookies: answer.headers['set-cookie'] }));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

it('says where a connection comes from, and drops what the client claims', async () => {
  const claims = {
    'cf-connecting-ip': '9.9.9.9',
    'CF-Ray': 'x',
    'x-forwarded-for': '9.9.9.9',
    'x-forwarded-proto': 'https',
    'x-real-ip': '9.9.9.9',
    'mf-original-url': 'https://elsewhere.example/',
    authorization: 'Bearer x',
  };
  const told = await ask(claims, '127.0.0.2', 'body');
  expect(told).toMatchObject({ url: '/x?y=1', body: 'body', cookies: ['a=1', 'b=2'] });
  expect(told.headers).toMatchObject({ 'cf-connecting-ip': '127.0.0.2', authorization: 'Bearer x' });
  const names = Object.keys(told.headers).join(' ');
  expect(names).not.toMatch(/forwarded|real-ip|cf-ray|mf-/);
  expect((await ask({}, '127.0.0.1')).headers['cf-connecting-ip']).toBe('127.0.0.1');
});

it('passes upgraded connections through, both ways', async () => {
  const heard = await new Promise<string>((resolve, reject) => {
    const headers = { upgrade: 'websocket', connection: 'upgrade', 'cf-connecting-ip': '9.9.9.9' };
    const asked = request({ host: '127.0.0.1', port, path: '/live', headers, localAddress: '127.0.0.3' });
    asked.on('error', reject);
    asked.on('upgrade', (_answer, socket, head) => {
      let text = String(head);
      socket.on('data', (chunk) => (text += chunk));
      socket.on('end', () => resolve(text));
      socket.write('hello');
    });
    asked.end();
  });
  expect(heard).toBe('from 127.0.0.3heard hello');
});

it('answers 502 when the platform is away', async () => {
  platform.close();
  platform.closeAllConnections();
  const status = await fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.status);
  expect(status).toBe(502);
});

it('ends an answer that breaks off, instead of keeping its client waiting for the rest', async () => {
  const broken = new Promise<string>((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/breaks-off' }, (answer) => {
      answer.resume();
      answer.once('error', (error) => resolve(error.message));
      answer.once('end', () => resolve('whole'));
    });
    asked.end();
  });
  expect(await broken).toBe('aborted');
});

it('ends the inner side of a live socket whose client has gone away', async () => {
  const headers = { upgrade: 'websocket', connection: 'upgrade' };
  const asked = request({ host: '127.0.0.1', port, path: '/live', headers });
  await new Promise<void>((resolve) => {
    asked.once('upgrade', (_answer, socket) => {
      socket.on('error', () => {});
      socket.resetAndDestroy();
      resolve();
    });
    asked.end();
  });
  await innerEnded;
});
