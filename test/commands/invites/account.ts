import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account, Invite } from '../../../src/contract/types.ts';
import { Cli, type CliOptions, type CliResult } from '../../support/cli.ts';
import { startServer, type TestServer } from '../../support/server.ts';

/** An administrator at a machine, and their account `acme`. */
export class Office {
  readonly server: TestServer;
  readonly cli: Cli;
  readonly account: Account;
  readonly token: string;

  constructor(server: TestServer, cli: Cli, account: Account, token: string) {
    this.server = server;
    this.cli = cli;
    this.account = account;
    this.token = token;
  }

  /** A file in the folder that the tool runs in. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.cli.configDir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /** In the account, in that folder. */
  async run(argv: readonly string[] | string, options: CliOptions = {}): Promise<CliResult> {
    return await this.cli.run(argv, { ...options, env: { TENANTCTL_ACCOUNT: 'acme', ...options.env } });
  }

  async invites(state?: Invite['state']): Promise<Invite[]> {
    const found: Invite[] = [];
    // The session lasts an hour, and tests move the clock.
    const token = (await this.cli.ok('auth token --profile ana')).stdout.trim();
    let cursor: string | undefined;
    do {
      const query = { limit: 1000, ...(cursor && { cursor }), ...(state && { state }) };
      const params = { account: this.account.id };
      const page = await this.server.ok('invites.list', { params, query, token });
      found.push(...page.data);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return found;
  }

  /** The secret of the newest invitation that waits to be mailed to an address. */
  async secret(to: string): Promise<string> {
    const mail = (await this.server.mails(to)).findLast(({ kind }) => kind === 'invite');
    if (mail?.payload.secret == null) throw new Error(`no invitation waits for ${to}`);
    return mail.payload.secret;
  }

  /** Addresses of queued invitations, in order of the alphabet. */
  async mailed(): Promise<string[]> {
    const mails = await this.server.mails();
    return mails.flatMap((mail) => (mail.kind === 'invite' ? [mail.to] : [])).toSorted();
  }
}

/** The account has as many seats as the plan says: basic 5, starter 25, professional 100, business 1,000. */
export async function office(plan = 'business'): Promise<Office> {
  const server = await startServer({ setup: { dev: true } });
  const cli = new Cli(server);
  await cli.signIn('ana@acme.example');
  const token = (await cli.ok('auth token')).stdout.trim();
  const account = await server.ok('accounts.create', { token, body: { name: 'Acme', slug: 'acme', plan } });
  return new Office(server, cli, account, token);
}
