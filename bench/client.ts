/** The client of the benchmarks: one that costs little, since every side of a ratio runs beside it. */
import { Agent, request } from 'node:http';

/** An answer, its body as text. */
export interface Answered {
  status: number;
  body: string;
  retryAfter: number;
}

/** Sends requests over connections that stay open. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #origin: URL;

  constructor(origin: string) {
    this.#origin = new URL(origin);
  }

  /** Sends one request. */
  ask(method: string, path: string, headers: Record<string, string> = {}, body?: string | Buffer): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.#origin.port,
          agent: this.#agent,
          method,
          path,
          headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode!,
              body: Buffer.concat(chunks).toString(),
              retryAfter: Number(answer.headers['retry-after'] ?? 0),
            }),
          );
          answer.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
