import { idMaker } from '../../../src/server/domain/new-id.ts';
import type { MailQueuePort } from '../../../src/server/domain/ports/mail-queue.ts';
import type { OutboxMessage } from '../../../src/server/domain/ports/outbox.ts';
import type { RenderedMail } from '../../../src/server/mail/templates.ts';
import type { SendingTransport } from '../../../src/server/mail/transport.ts';
import { MailWorker, type MailWorkerOptions } from '../../../src/server/mail/worker.ts';
import type { Database } from '../../../src/server/store/database.ts';
import { mailQueueStore } from '../../../src/server/store/mail-queue.ts';
import { outboxStore } from '../../../src/server/store/outbox.ts';
import { transactionsOf } from '../../../src/server/store/stores.ts';
import { TestClock } from '../../support/server.ts';

export const PUBLIC_URL = 'https://tenancy.example';
export const SECRET = 'tctl_inv_secret';

/** A mail server with a memory, which does as it is told mail by mail. */
export class FakeTransport implements SendingTransport {
  readonly kind = 'smtp';
  readonly lanes: number;
  readonly sent: RenderedMail[] = [];
  readonly #plan: (mail: RenderedMail, attempt: number) => Promise<void> | void;
  readonly #attempts = new Map<string, number>();
  closed = false;

  constructor(plan: (mail: RenderedMail, attempt: number) => Promise<void> | void = () => {}, lanes = 3) {
    this.#plan = plan;
    this.lanes = lanes;
  }

  async send(mail: RenderedMail): Promise<void> {
    const attempt = (this.#attempts.get(mail.id) ?? 0) + 1;
    this.#attempts.set(mail.id, attempt);
    await this.#plan(mail, attempt);
    this.sent.push(mail);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

export interface Row {
  readonly to: string;
  readonly state: string;
  readonly attempts: number;
  readonly payload: string | null;
  readonly error: string | null;
  readonly notBefore: string;
}

/** An outbox with accounts, invitations and mail, and workers on it. */
export class Outbox {
  readonly clock = new TestClock();
  readonly newId = idMaker(this.clock);
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  at(): string {
    return this.clock.now().toISOString();
  }

  async account(plan: string): Promise<string> {
    const id = this.newId('account');
    const at = this.at();
    await this.database.write(async (trx) => {
      await trx
        .insertInto('accounts')
        .values({
          id,
          kind: 'standard',
          slug: id.slice(4).replaceAll('_', ''),
          name: 'Acme',
          state: 'active',
          suspended_by: null,
          suspended_reason: null,
          plan,
          trial_ends_at: null,
          owner_user_id: null,
          created_by: null,
          gone_at: null,
          created_at: at,
          updated_at: at,
        })
        .execute();
    });
    return id;
  }

  /** Invitations with a mail each. @returns [invite, mail] ids by address */
  async invite(
    accountId: string,
    addresses: readonly string[],
  ): Promise<Map<string, { invite: string; mail: string }>> {
    const at = this.at();
    const expires = new Date(Date.parse(at) + 7 * 86_400_000).toISOString();
    const made = new Map<string, { invite: string; mail: string }>();
    for (const address of addresses)
      made.set(address, { invite: this.newId('invite'), mail: this.newId('mail') });
    await this.database.write(async (trx) => {
      for (const [address, ids] of made) {
        await trx
          .insertInto('invites')
          .values({
            account_id: accountId,
            id: ids.invite,
            email: address,
            email_folded: address,
            first_name: null,
            role: 'user',
            state: 'pending',
            secret_hash: ids.invite,
            sponsor_user_id: null,
            sponsor_token_id: 'tok_x',
            batch_id: null,
            message_id: ids.mail,
            sent_at: at,
            expires_at: expires,
            accepted_at: null,
            accepted_user_id: null,
            accepted_member_id: null,
            closed_at: null,
            created_at: at,
            updated_at: at,
          })
          .execute();
      }
      const messages = [...made].map(([address, ids]) => this.message(address, { ...ids, accountId }));
      await outboxStore(trx).enqueue(messages);
    });
    return made;
  }

  message(address: string, of?: { invite: string; mail: string; accountId: string }): OutboxMessage {
    return {
      id: of?.mail ?? this.newId('mail'),
      accountId: of?.accountId ?? null,
      inviteId: of?.invite ?? null,
      kind: of === undefined ? 'password_reset' : 'invite',
      recipient: address,
      recipientFolded: address,
      payload:
        of === undefined
          ? { secret: SECRET }
          : {
              secret: SECRET,
              account_name: 'Acme',
              inviter: null,
              role: 'user',
              expires_at: this.at(),
              first_name: null,
            },
      at: this.at(),
    };
  }

  /** People's own mail: password resets. */
  async queue(...addresses: string[]): Promise<void> {
    await this.database.write((trx) =>
      outboxStore(trx).enqueue(addresses.map((address) => this.message(address))),
    );
  }

  async onQueue<T>(work: (queue: MailQueuePort) => Promise<T>): Promise<T> {
    return await this.database.write((trx) => work(mailQueueStore(trx)));
  }

  worker(transport: MailWorkerOptions['transport'], pace: MailWorkerOptions['pace'] = {}): MailWorker {
    const { clock, database } = this;
    return new MailWorker({
      transactions: transactionsOf(database),
      clock,
      transport,
      publicUrl: PUBLIC_URL,
      pace,
    });
  }

  async rows(): Promise<Row[]> {
    return await this.database.read(async (trx) => {
      const rows = await trx.selectFrom('outbox').selectAll().orderBy('id').execute();
      return rows.map((row) => ({
        to: row.recipient,
        state: row.state,
        attempts: row.attempts,
        payload: row.payload,
        error: row.error,
        notBefore: row.not_before,
      }));
    });
  }

  /** Address -> state. */
  async states(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.rows()).map((row) => [row.to, row.state]));
  }

  async captured(): Promise<{ id: string; to: string; subject: string; text: string }[]> {
    return await this.database.read(async (trx) => {
      const rows = await trx.selectFrom('captured_mail').selectAll().orderBy('id').execute();
      return rows.map((row) => ({
        id: row.id,
        to: row.recipient,
        subject: row.subject,
        text: row.body_text,
      }));
    });
  }
}

export function addresses(count: number, domain = 'people.example'): string[] {
  return Array.from({ length: count }, (_, index) => `p${String(index).padStart(4, '0')}@${domain}`);
}
