// A running server with its first administrator, and accounts to work on.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ground, launcher, serve } from './ground.ts';
import { Http, textIn } from './http.ts';
import { mustRun, type Run } from './process.ts';
import { type Store, sqliteStore } from './store.ts';

export interface Estate {
  readonly url: string;
  readonly pid: number;
  readonly store: Store;
  readonly http: Http;
  readonly userId: string;
  /** An account with seats for everybody: its id. */
  account(slug: string): Promise<string>;
  /** A credential of its own, whose rate limit nobody else uses up. */
  token(account: string): Promise<string>;
  /** Waits until no mail is queued, so that sending it slows nothing that is measured. */
  settled(): Promise<void>;
  tool(args: readonly string[], code?: number): Promise<Run>;
  stop(): Promise<void>;
}

/** A client with the session that `serve` saved for its first user, who is the administrator of every account made here. */
export async function firstUser(ground: Ground, url: string): Promise<{ http: Http; userId: string }> {
  const { stdout } = await mustRun([process.execPath, launcher, 'auth', 'token'], ground.env, ground.folder);
  const http = new Http(url, stdout.trim());
  ground.defer(() => http.close());
  const userId = /usr_[0-9a-z]{26}/.exec(JSON.stringify(await http.json('GET', '/me')))?.[0];
  if (userId === undefined) throw new Error('GET /me names no user');
  return { http, userId };
}

export async function startEstate(ground: Ground): Promise<Estate> {
  const store = sqliteStore(ground);
  const server = await serve(ground, ['--dev', '--data', store.place]);
  const tool = (args: readonly string[], code = 0) =>
    mustRun([process.execPath, launcher, ...args], ground.env, ground.folder, code);
  const { http, userId } = await firstUser(ground, server.url);
  const account = async (slug: string) => {
    const made = await http.json('POST', '/accounts', { name: slug, slug, plan: 'enterprise' });
    return textIn(made, 'id');
  };
  let tokens = 0;
  const token = async (of: string) => {
    tokens += 1;
    const made = await http.json('POST', '/tokens', { kind: 'api', name: `bench ${tokens}`, account: of });
    return textIn(made, 'secret');
  };
  const settled = async () => {
    const db = new DatabaseSync(join(store.place, 'tenancy.db'), { readOnly: true, timeout: 5000 });
    try {
      const queued = db.prepare("select 1 from outbox where state in ('queued', 'sending') limit 1");
      while (queued.get() !== undefined) await sleep(100);
    } finally {
      db.close();
    }
  };
  const { url, pid } = server;
  const stop = () => server.stop();
  return { url, pid, store, http, userId, account, token, settled, tool, stop };
}
