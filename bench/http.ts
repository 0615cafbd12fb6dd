// A client as thin as can be: what is measured is the server. node:http with one kept connection a lane.
import { Agent, request } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly body: string;
}

export class Http {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  raw(method: string, path: string, body?: string): Promise<Answered> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}/v1${path}`, { method, headers, agent: this.#agent }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
        );
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Parsed JSON of an answer that must be a success. */
  async json(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const { status, body: text } = await this.raw(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
    );
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`);
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) throw new Error(`${method} ${path}: no object`);
    return { ...parsed };
  }

  close(): void {
    this.#agent.destroy();
  }
}

export function textIn(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name];
  if (typeof value !== 'string') throw new Error(`no text ${name} in the answer`);
  return value;
}
