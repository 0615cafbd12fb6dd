import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Send } from '../../../src/client/wire.ts';
import {
  type Change,
  type ChangeSet,
  changeSetOf,
  changeSetText,
  reviewedOf,
} from '../../../src/estate/changes.ts';
import type { Database } from '../../../src/server/store/database.ts';
import { Cli, type CliOptions, type CliResult, sendTo } from '../../support/cli.ts';
import { type Person, person } from '../../support/estate.ts';
import { PASSWORD, startServer, type TestServer } from '../../support/server.ts';

/** Ann at her machine, with the folder that her files are in, before a server that counts what is written. */
export interface Desk {
  readonly cli: Cli;
  readonly server: TestServer;
  readonly ann: Person;
  file(name: string, text: string): void;
  apply(words: string, options?: CliOptions): Promise<CliResult>;
  /** What `apply` of these files would do, kept as a change set by `apply --dry-run`. */
  save(words: string, name: string, more?: (set: ChangeSet) => Partial<ChangeSet>): Promise<ChangeSet>;
  /** Changes that were sent since the last time it was asked. */
  writes(): string[];
  /** To whom invitations went, in order of address. */
  mailed(): Promise<string[]>;
}

export async function desk(database?: Database): Promise<Desk> {
  const server = await startServer({ ...(database !== undefined && { database }), setup: { dev: true } });
  const ann = await person(server, 'ann@acme.example');
  const cli = new Cli(server);
  await cli.ok('login --email ann@acme.example --password-stdin --profile ann', { stdin: PASSWORD });
  const sent: string[] = [];
  const send: Send = async (request) => {
    const { pathname } = new URL(request.url);
    const reads = request.method === 'GET' || /\/(?:read|preview|check)$/.test(pathname);
    if (!reads) sent.push(`${request.method} ${pathname.replace('/v1/accounts', '')}`);
    return await sendTo(server.app)(request);
  };
  const file = (name: string, text: string) => writeFileSync(join(cli.configDir, name), text);
  const run = (words: string, options: CliOptions = {}) => cli.run(words, { send, ...options });
  return {
    cli,
    server,
    ann,
    file,
    apply: (words, options) => run(`apply ${words}`, options),
    async save(words, name, more) {
      const done = await run(
        `apply ${words} --dry-run --json --skip-conflicts --max-deletes 1000 --max-share 100%`,
      );
      if (done.code !== 0) throw new Error(done.stderr);
      const set = done.json() as ChangeSet;
      const kept = more === undefined ? set : changeSetOf({ ...reviewedOf(set), ...more(set) });
      file(name, changeSetText(kept));
      return kept;
    },
    writes: () => sent.splice(0),
    async mailed() {
      const mails = await server.mails();
      return mails
        .filter(({ kind }) => kind === 'invite')
        .map(({ to }) => to)
        .toSorted();
    },
  };
}

export const summary = ({ changes }: { readonly changes: readonly Change[] }): string[] =>
  changes.map(({ op, kind, account, key }) => `${op} ${kind} ${key === '' ? account : key}`);
