import type { Invite } from '../../src/contract/types.ts';
import { MailWorker } from '../../src/server/mail/worker.ts';
import type { Database } from '../../src/server/store/database.ts';
import { NEW_PASSWORD, startServer, type TestOptions, type TestServer } from '../support/server.ts';

export interface Office {
  readonly server: TestServer;
  readonly account: string;
  /** A token of the administrator's. */
  readonly admin: string;
  readonly invite: (email: string, extra?: Record<string, unknown>) => Promise<Invite>;
  readonly secret: (email: string) => Promise<string>;
  readonly accept: (secret: string, token?: string) => ReturnType<TestServer['call']>;
  readonly state: (id: string) => Promise<string>;
  /** Addresses of the active members. */
  readonly members: () => Promise<string[]>;
  readonly events: (action: string) => Promise<number>;
  /** Addresses that an invitation waits to leave for. */
  readonly waiting: () => Promise<string[]>;
  /** Lets everything that is queued leave. */
  readonly sendMail: () => Promise<void>;
}

/** A standard account with one administrator, on a plan. */
export async function office(
  database: Database,
  plan = 'enterprise',
  options: TestOptions = {},
): Promise<Office> {
  const server = await startServer({ database, ...options });
  const { access_token: token } = await server.signUp('boss@acme.example', 'Boss');
  const { id: account } = await server.ok('accounts.create', {
    token,
    body: { kind: 'standard', name: 'Acme' },
  });
  // Sessions end within the days that these tests let pass.
  const { secret: admin } = await server.ok('tokens.create', {
    token,
    body: { kind: 'api', name: 'test', account, expires_in_days: 365 },
  });
  await database.write((trx) =>
    trx.updateTable('accounts').set({ plan }).where('id', '=', account).execute(),
  );
  return {
    server,
    account,
    admin,
    invite: (email, extra = {}) =>
      server.ok('invites.send', {
        token: admin,
        params: { account },
        body: { email, role: 'user', modules: ['forms'], ...extra },
      }),
    secret: (email) => server.secretFor(email),
    accept: (secret, token) =>
      server.call('invites.accept', {
        body: token === undefined ? { secret, password: NEW_PASSWORD } : { secret },
        ...(token !== undefined && { token }),
      }),
    state: async (invite) =>
      (await server.ok('invites.show', { token: admin, params: { account, invite } })).state,
    members: async () => {
      const { data } = await server.ok('members.list', { token: admin, params: { account } });
      return data.filter((member) => member.state === 'active').map((member) => member.user.email);
    },
    waiting: async () =>
      (await server.mails()).filter((mail) => mail.kind === 'invite').map((mail) => mail.to),
    sendMail: async () => {
      const { transactions, clock, setup } = server.deps;
      const worker = new MailWorker({
        transactions,
        clock,
        transport: { kind: 'captured' },
        publicUrl: setup.publicUrl,
      });
      while ((await worker.round()) > 0);
    },
    events: async (action) =>
      await database.read(async (trx) => {
        const rows = await trx
          .selectFrom('audit_events')
          .select('id')
          .where('action', '=', action)
          .where('account_id', '=', account)
          .execute();
        return rows.length;
      }),
  };
}
