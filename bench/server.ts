// The server as `serve` runs it, from its source, for the measurements: node bench/server.ts DATA_OR_URL captured|away
// `away`: a mail server that nobody answers for, so that mail waits in the outbox as it does while a real one is slow.
import { start } from '../src/server/start.ts';

const [place = '', mail = 'captured'] = process.argv.slice(2);
const running = await start({
  port: 0,
  dev: mail === 'captured',
  ...(mail === 'away' && { smtp: 'smtp://127.0.0.1:9' }),
  ...(place.startsWith('postgres:') ? { database: place } : { data: place }),
  logLevel: 'error',
});
process.stdout.write(
  `${JSON.stringify({ url: running.url, token: running.session?.access_token, userId: running.session?.user.id })}\n`,
);
process.once('SIGTERM', () => void running.close());
