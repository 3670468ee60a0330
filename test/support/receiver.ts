/** A receiver of webhooks on loopback whose answers the test chooses. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook as it was taken. */
export interface Received {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** Takes requests on loopback; `received` has those that it has answered 2xx. */
export class Receiver {
  readonly received: Received[] = [];
  /** What it answers; `none` takes the request and never does. */
  answer: { status: number; headers?: Record<string, string> } | 'none' = { status: 204 };
  readonly #server: Server;
  #onReceived: () => void = () => {};

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        if (this.answer === 'none') return;
        const { type, data } = JSON.parse(body) as Omit<Received, 'id'>;
        if (this.answer.status < 300) this.received.push({ id: String(request.headers['webhook-id']), type, data });
        this.#onReceived();
        response.writeHead(this.answer.status, this.answer.headers).end();
      });
    });
  }

  /** Begins to listen; answers its address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Resolves when so many webhooks have been taken. */
  async has(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => {
        this.#onReceived = resolve;
      });
    }
  }

  /** Ends it, with what hangs on it. */
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
