import { idMaker } from '../../../src/server/domain/new-id.ts';
import type { DueMessage } from '../../../src/server/domain/ports/messages.ts';
import type { GatewayTransport, SmsTransport } from '../../../src/server/sms/transport.ts';
import { SmsWorker, type SmsWorkerOptions } from '../../../src/server/sms/worker.ts';
import type { Database } from '../../../src/server/store/database.ts';
import { messagesStore } from '../../../src/server/store/messages.ts';
import { transactionsOf } from '../../../src/server/store/stores.ts';
import { TestClock } from '../../support/server.ts';

/** A gateway with a memory, which does as it is told message by message. */
export class FakeGateway implements GatewayTransport {
  readonly kind = 'webhook';
  readonly lanes: number;
  readonly taken: DueMessage[] = [];
  readonly #plan: (message: DueMessage) => Promise<void> | void;
  closed = false;

  constructor(plan: (message: DueMessage) => Promise<void> | void = () => {}, lanes = 3) {
    this.#plan = plan;
    this.lanes = lanes;
  }

  async send(message: DueMessage): Promise<void> {
    await this.#plan(message);
    this.taken.push(message);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** A message as no worker has seen it. */
export const message: DueMessage = {
  id: 'msg_0000000000000000000000000a',
  accountId: 'acc_0000000000000000000000000a',
  mode: 'structured',
  recipient: '+41791234567',
  body: {
    text: 'Wells: reply with 1 Depth',
    form: { account: 'acme', id: 'frm_0000000000000000000000000a', name: 'Wells', revision: 1 },
    questions: [],
  },
  attempts: 0,
};

export interface Row {
  readonly to: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly notBefore: string;
}

/** An account with messages that wait, and workers on them. */
export class Messages {
  readonly clock = new TestClock();
  readonly newId = idMaker(this.clock);
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  at(): string {
    return this.clock.now().toISOString();
  }

  async account(): Promise<string> {
    const id = this.newId('account');
    const at = this.at();
    await this.database.write((trx) =>
      trx
        .insertInto('accounts')
        .values({
          id,
          kind: 'standard',
          slug: id.slice(4),
          name: 'Acme',
          state: 'active',
          suspended_by: null,
          suspended_reason: null,
          plan: 'basic',
          trial_ends_at: null,
          owner_user_id: null,
          created_by: null,
          gone_at: null,
          created_at: at,
          updated_at: at,
        })
        .execute(),
    );
    return id;
  }

  async queue(...recipients: readonly string[]): Promise<void> {
    const accountId = await this.account();
    const at = this.at();
    const rows = recipients.map((recipient) => ({
      id: this.newId('message'),
      formId: message.body.form.id,
      mode: 'structured' as const,
      recipient,
      body: message.body,
      credits: 1,
      by: null,
      at,
    }));
    await this.database.write((trx) => messagesStore(trx, accountId).enqueue(rows));
  }

  worker(transport: SmsTransport, pace: SmsWorkerOptions['pace'] = {}): SmsWorker {
    return new SmsWorker({ transactions: transactionsOf(this.database), clock: this.clock, transport, pace });
  }

  async rows(): Promise<Row[]> {
    return await this.database.read(async (trx) => {
      const rows = await trx.selectFrom('messages').selectAll().orderBy('id').execute();
      return rows.map(({ recipient, state, attempts, error, not_before }) => ({
        to: recipient,
        state,
        attempts,
        error,
        notBefore: not_before,
      }));
    });
  }

  async states(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.rows()).map(({ to, state }) => [to, state]));
  }
}

export const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `+4179${String(1_000_000 + at)}`);
