import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BodyInput } from '../../src/contract/shapes.ts';
import type { BatchRow } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Office, office } from './inviting.ts';

type SentRow = BatchRow<'invites'>;
type Created = Extract<BodyInput<'batches.create'>, { kind: 'invites' }>;

const rowsOf = (count: number, domain = 'people.example'): SentRow[] =>
  Array.from({ length: count }, (_, index) => ({ row: index + 1, email: `p${index + 1}@${domain}` }));

const digestOf = (rows: readonly SentRow[]) =>
  createHash('sha256').update(JSON.stringify(rows)).digest('hex');

function desk({ server, admin, account }: Office) {
  const at = (batch: string) => ({ token: admin, params: { account, batch } });
  return {
    create: (rows: readonly SentRow[], more: Partial<Created> = {}) =>
      server.call('batches.create', {
        token: admin,
        params: { account },
        body: {
          kind: 'invites',
          digest: digestOf(rows),
          rows_total: rows.length,
          seats_needed: rows.length,
          defaults: { role: 'user', modules: ['forms'] },
          ...more,
        },
      }),
    async open(rows: readonly SentRow[], more: Partial<Created> = {}): Promise<string> {
      const { status, body } = await this.create(rows, more);
      if (status >= 300 || typeof body !== 'object' || body === null || !('id' in body))
        throw new Error(JSON.stringify(body));
      return String(body.id);
    },
    send: async (batch: string, rows: readonly SentRow[]) =>
      (await server.ok('batches.send', { ...at(batch), body: { rows: [...rows] } })).outcomes,
    trySend: (batch: string, rows: readonly SentRow[]) =>
      server.call('batches.send', { ...at(batch), body: { rows: [...rows] } }),
    show: (batch: string) => server.ok('batches.show', at(batch)),
    finish: (batch: string) => server.call('batches.finish', at(batch)),
    cancel: (batch: string) => server.ok('batches.cancel', at(batch)),
    revoke: (batch: string) => server.ok('batches.revoke', at(batch)),
    check: (rows: readonly SentRow[]) =>
      server.ok('batches.check', {
        token: admin,
        params: { account },
        body: { kind: 'invites', defaults: { role: 'user', modules: ['forms'] }, rows: [...rows] },
      }),
    pending: async () =>
      (
        await server.ok('invites.list', {
          token: admin,
          params: { account },
          query: { state: 'pending', limit: 1000 },
        })
      ).data.map((one) => one.email),
  };
}

describeOnEachDatabase('batches of invitations', (open) => {
  it('R10, R11: many at once with one offer; each row has its outcome, each invitation its mail', async () => {
    const at = await office(await open());
    const { send, show, finish, pending } = desk(at);
    const rows = rowsOf(250);
    const batch = await desk(at).open(rows);
    const outcomes = [...(await send(batch, rows.slice(0, 100))), ...(await send(batch, rows.slice(100)))];
    expect(outcomes.map(({ row, outcome }) => [row, outcome])).toEqual(
      rows.map(({ row }) => [row, 'invited']),
    );
    expect((await finish(batch)).status).toBe(200);
    expect(await show(batch)).toMatchObject({
      state: 'finished',
      rows_received: 250,
      missing: [],
      outcomes: { invited: 250 },
      mail: { queued: 250, sent: 0, failed: 0, waiting_until: null },
    });
    expect((await pending()).sort()).toEqual(rows.map(({ email }) => email).sort());
    expect(await at.waiting()).toHaveLength(250);
    expect(await at.events('invites.send')).toBe(250);
  });

  it('R12, R15: what is skipped and what fails says why, and never spoils the other rows', async () => {
    const at = await office(await open());
    const { send } = desk(at);
    await at.invite('pending@x.example');
    await at.invite('declined@x.example');
    await at.server.ok('invites.decline', { body: { secret: await at.secret('declined@x.example') } });
    const rows: SentRow[] = [
      { row: 1, email: 'fine@x.example' },
      { row: 2, email: 'FINE@x.example' },
      { row: 3, email: 'fine@x.example', role: 'admin', modules: [] },
      { row: 4, email: 'no address' },
      { row: 5, email: 'a@x.example', role: 'emperor' },
      { row: 6, email: 'pending@x.example' },
      { row: 7, email: 'boss@acme.example' },
      { row: 8, email: 'a@mailinator.com' },
      { row: 9, email: 'declined@x.example' },
      { row: 10, email: 'b@x.example', children: ['nowhere'] },
      { row: 11, email: 'c@x.example', workspaces: [{ workspace: 'nowhere', role: 'viewer' }] },
      { row: 12, email: 'last@x.example' },
    ];
    const outcomes = await send(await desk(at).open(rows), rows);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'invited',
      'duplicate_row',
      'conflicting_rows',
      'invalid_email',
      'invalid_role',
      'already_invited',
      'already_member',
      'disposable',
      'declined',
      'unknown_child',
      'unknown_workspace',
      'invited',
    ]);
    expect(outcomes[7]?.detail).toContain('mailinator.com');
    expect(await desk(at).pending()).toEqual(expect.arrayContaining(['fine@x.example', 'last@x.example']));
  });

  it('a row that the sender marks as a repeat invites nobody, and only an earlier row can be repeated', async () => {
    const at = await office(await open());
    const { send, trySend, pending } = desk(at);
    const rows: SentRow[] = [
      { row: 1, email: 'a@x.example' },
      { row: 2, email: 'A@x.example', duplicate_of: 1 },
    ];
    const batch = await desk(at).open(rows);
    expect((await trySend(batch, [{ row: 1, email: 'a@x.example', duplicate_of: 2 }])).status).toBe(400);
    const outcomes = await send(batch, rows);
    expect(outcomes.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['invited', null],
      ['duplicate_row', 'the same as row 1'],
    ]);
    expect(await pending()).toEqual(['a@x.example']);
  });

  it('a check judges like the batch and writes nothing', async () => {
    const at = await office(await open());
    const { check, pending } = desk(at);
    const rows = rowsOf(5);
    const { outcomes } = await check(rows);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'invited'));
    expect(await pending()).toEqual([]);
    expect(await at.waiting()).toHaveLength(0);
  });

  it('T119: the same rows find the open batch; a chunk sent twice counts once; it says what is missing', async () => {
    const at = await office(await open());
    const { create, send, show, finish } = desk(at);
    const rows = rowsOf(30);
    const batch = await desk(at).open(rows);
    const first = await send(batch, rows.slice(0, 10));
    const again = await create(rows);
    expect([again.status, (again.body as { id: string }).id]).toEqual([200, batch]);
    expect(await send(batch, rows.slice(0, 10))).toEqual(first);
    await send(batch, rows.slice(20));
    expect((await show(batch)).missing).toEqual([[11, 20]]);
    expect((await finish(batch)).status).toBe(409);
    await send(batch, rows.slice(5, 25));
    expect((await finish(batch)).status).toBe(200);
    expect(await at.waiting()).toHaveLength(30);
    const anew = await create(rows);
    expect([anew.status, (anew.body as { id: string }).id === batch]).toEqual([201, false]);
  });

  it('one chunk sent twenty times at once counts once', async () => {
    const at = await office(await open());
    const { trySend } = desk(at);
    const rows = rowsOf(20);
    const batch = await desk(at).open(rows);
    const replies = await Promise.all(Array.from({ length: 20 }, () => trySend(batch, rows)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await at.waiting()).toHaveLength(20);
    expect(await at.events('invites.send')).toBe(20);
  });

  it('T119: two batches with overlapping addresses in parallel invite each address once', async () => {
    const at = await office(await open());
    const { send, pending } = desk(at);
    const left = rowsOf(60);
    const right = rowsOf(60).map(({ row }) => ({ row, email: `p${row + 30}@people.example` }));
    const [a, b] = [await desk(at).open(left), await desk(at).open(right)];
    const chunks = [0, 20, 40].flatMap((from) => [
      send(a, left.slice(from, from + 20)),
      send(b, right.slice(from, from + 20)),
    ]);
    const outcomes = (await Promise.all(chunks)).flat().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'invited')).toHaveLength(90);
    expect(outcomes.filter((outcome) => outcome === 'already_invited')).toHaveLength(30);
    expect(new Set(await pending()).size).toBe(90);
    expect(await at.waiting()).toHaveLength(90);
  });

  it('fifty creates at once make one batch', async () => {
    const at = await office(await open());
    const { create } = desk(at);
    const rows = rowsOf(3);
    const replies = await Promise.all(Array.from({ length: 50 }, () => create(rows)));
    expect(new Set(replies.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('D6: too few seats refuse the whole batch; allowed a part, the first rows get what there is', async () => {
    const at = await office(await open(), 'basic');
    const { create, send, pending } = desk(at);
    const rows = rowsOf(6);
    const refused = await create(rows);
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([409, 'batch_too_large']);
    const batch = await desk(at).open(rows, { allow_partial: true });
    const outcomes = await send(batch, rows);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'invited',
      'invited',
      'invited',
      'invited',
      'no_seat',
      'no_seat',
    ]);
    expect(await pending()).toHaveLength(4);
  });

  it('revoking takes back what is still pending, leaves what was accepted, and stops the mail', async () => {
    const at = await office(await open());
    const { send, revoke, show, pending } = desk(at);
    const rows = rowsOf(10);
    const batch = await desk(at).open(rows);
    await send(batch, rows);
    expect((await at.accept(await at.secret('p3@people.example'))).status).toBe(200);
    expect(await revoke(batch)).toEqual({ revoked: 9, already_accepted: 1, no_longer_pending: 0 });
    expect(await revoke(batch)).toMatchObject({ revoked: 0 });
    expect(await pending()).toEqual([]);
    expect((await show(batch)).state).toBe('cancelled');
    expect(await at.waiting()).toEqual(['p3@people.example']);
    expect(await at.members()).toContain('p3@people.example');
  });

  it('a closed batch takes no new rows, and still answers for old ones', async () => {
    const at = await office(await open());
    const { send, trySend, cancel } = desk(at);
    const rows = rowsOf(4);
    const batch = await desk(at).open(rows);
    const first = await send(batch, rows.slice(0, 2));
    await cancel(batch);
    expect(await send(batch, rows.slice(0, 2))).toEqual(first);
    const late = await trySend(batch, rows.slice(2));
    expect([late.status, (late.body as { code: string }).code]).toEqual([409, 'batch_closed']);
    const past = await trySend(batch, [{ row: 5, email: 'x@x.example' }]);
    expect(past.status).toBe(400);
  });

  it("T27, T30: another tenant's batch is not there", async () => {
    const database = await open();
    const at = await office(database);
    const batch = await desk(at).open(rowsOf(2));
    const other = await at.server.signUp('eve@x.example');
    const { id: account } = await at.server.ok('accounts.create', {
      token: other.access_token,
      body: { kind: 'standard', name: 'Evil' },
    });
    for (const id of [
      'batches.show',
      'batches.finish',
      'batches.cancel',
      'batches.revoke',
      'batches.rows',
    ] as const) {
      const reply = await at.server.call(id, { token: other.access_token, params: { account, batch } });
      expect([id, reply.status]).toEqual([id, 404]);
      const outside = await at.server.call(id, {
        token: other.access_token,
        params: { account: at.account, batch },
      });
      expect([id, outside.status]).toEqual([id, 404]);
    }
  });
});
