/** The two receivers of the crash test's webhooks: one that takes everything, one that never answers. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A webhook as it came in. */
export interface Received {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/** A receiver of webhooks; `answers: false` takes the request and never answers. */
export class Receiver {
  readonly received: Received[] = [];
  readonly #server: Server;

  constructor({ answers }: { answers: boolean }) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        if (!answers) return;
        const { type, data } = JSON.parse(body) as Omit<Received, 'id'>;
        this.received.push({ id: String(request.headers['webhook-id']), type, data });
        response.writeHead(204).end();
      });
    });
  }

  /** Begins to listen on loopback; answers its address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Ends it, with what hangs on it. */
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
