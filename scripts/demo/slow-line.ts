import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface SlowLine {
  /** For HTTP_PROXY. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * An HTTP proxy that lets the first request through whose path `pattern` matches and holds the others until it is
 * closed: so the tool can be killed at a moment of which we know what has arrived and what has not.
 */
export async function slowLine(pattern: RegExp): Promise<SlowLine> {
  let passed = 0;
  const server = createServer((incoming, outgoing) => {
    const matches = incoming.method === 'POST' && pattern.test(incoming.url ?? '');
    if (matches) passed += 1;
    if (!matches || passed === 1) forward(incoming, outgoing);
  });
  const url = await new Promise<string>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(`http://127.0.0.1:${address.port}`);
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, close };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers } = incoming;
  const onward = request(incoming.url ?? '', { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
