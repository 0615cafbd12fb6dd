import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Faults {
  /** Answered 503 and never passed on. */
  refused: number;
  /** Passed on and carried out, but the answer was dropped. */
  dropped: number;
  /** The server behind it was away. */
  away: number;
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts);
}

/** Stands before a server and makes the network a bad one: a share of requests is refused, a share loses its answer. */
export class FaultyProxy {
  readonly faults: Faults = { refused: 0, dropped: 0, away: 0 };
  readonly #share: number;
  readonly #behind: () => number;
  readonly #server: Server;

  constructor(behind: () => number, share: number) {
    this.#behind = behind;
    this.#share = share;
    this.#server = createServer((incoming, answer) => {
      this.#pass(incoming, answer).catch(() => answer.destroy());
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const luck = Math.random();
    if (luck < this.#share) {
      this.faults.refused += 1;
      answer.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '0' });
      answer.end(
        JSON.stringify({ status: 503, code: 'busy', title: 'Busy; try again', detail: 'Try again.' }),
      );
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port: this.#behind(), method, path, headers });
    onward.on('error', () => {
      this.faults.away += 1;
      answer.destroy();
    });
    onward.on('response', (response) => {
      bodyOf(response).then(
        (content) => {
          if (luck < 2 * this.#share) {
            this.faults.dropped += 1;
            answer.destroy();
            return;
          }
          answer.writeHead(response.statusCode ?? 500, response.headers);
          answer.end(content);
        },
        () => answer.destroy(),
      );
    });
    onward.end(body);
  }
}
