import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { BatchKind } from '../../src/contract/limits.ts';
import type { BodyInput } from '../../src/contract/shapes.ts';
import type { BatchRow, Member } from '../../src/contract/types.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { join, managed, master, organization, type Person, person, trail } from '../support/estate.ts';
import { PASSWORD, startServer, type TestServer } from '../support/server.ts';

type Chunk = BodyInput<'batches.send'>;

/** An organization with a super admin and so many members, each in a workspace. */
async function firm(server: TestServer, count: number) {
  const sue = await person(server, 'sue@org.example');
  const org = await organization(server, await server.staffToken(), 'org', sue);
  const body = { name: 'Operations', slug: 'ops' };
  await server.ok('workspaces.create', { token: sue.token, params: { account: 'org' }, body });
  const people: Person[] = [];
  for (let n = 0; n < count; n += 1) {
    const who = await person(server, `p${n}@org.example`);
    await join(server, org.id, who, 'member');
    people.push(who);
  }
  return { sue, org, people };
}

/** Batches of somebody in an account. */
function desk(server: TestServer, token: string, account = 'org') {
  const params = { account };
  const digestOf = (rows: unknown) => createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  return {
    async open(kind: Exclude<BatchKind, 'invites'>, rows: readonly object[], defaults: object = {}) {
      const body = { kind, digest: digestOf(rows), rows_total: rows.length, defaults };
      return (await server.ok('batches.create', { token, params, body })).id;
    },
    create: (body: BodyInput<'batches.create'>) => server.call('batches.create', { token, params, body }),
    send: async (batch: string, body: Chunk) =>
      (await server.ok('batches.send', { token, params: { ...params, batch }, body })).outcomes,
    trySend: (batch: string, body: Chunk) =>
      server.call('batches.send', { token, params: { ...params, batch }, body }),
    check: async (body: BodyInput<'batches.check'>) =>
      (await server.ok('batches.check', { token, params, body })).outcomes,
    async members(): Promise<Member[]> {
      return (await server.ok('members.list', { token, params, query: { limit: 1000 } })).data;
    },
    show: (batch: string) => server.ok('batches.show', { token, params: { ...params, batch } }),
    finish: (batch: string) => server.ok('batches.finish', { token, params: { ...params, batch } }),
  };
}

const named = (...emails: string[]): BatchRow<'removals'>[] =>
  emails.map((email, at) => ({ row: at + 1, email }));
const brief = (outcomes: readonly { outcome: string; detail: string | null }[]) =>
  outcomes.map(({ outcome, detail }) => (detail === null ? outcome : `${outcome}: ${detail}`));

describeOnEachDatabase('batches of removals and restores', (open) => {
  it('remove many with their reasons, and give the same people back as they were', async () => {
    const server = await startServer({ database: await open() });
    const { sue, org } = await firm(server, 4);
    const { open: begin, send, check, members, show, finish } = desk(server, sue.token);
    const place = { account: 'org', workspace: 'ops' };
    const placed = { member: 'p1@org.example', role: 'operator' as const };
    await server.ok('workspace_members.add', { token: sue.token, params: place, body: placed });
    await server.ok('members.deactivate', {
      token: sue.token,
      params: { account: 'org', member: 'p2@org.example' },
    });
    const before = await members();
    const rows = named(
      'p0@org.example',
      'P0@ORG.example',
      'p1@org.example',
      'p2@org.example',
      'sue@org.example',
      'never@org.example',
      'no address',
    );
    const removals = { kind: 'removals' as const, rows };
    const expected = [
      'removed',
      'duplicate_row: the same as row 1',
      'removed',
      'removed',
      'not_permitted: that is you: leave by yourself, with accounts leave',
      'unknown_member: never@org.example never was a member here',
      'invalid_email: it has no @',
    ];
    expect(brief(await check({ ...removals, defaults: {} }))).toEqual(expected);
    expect(await members()).toEqual(before);
    const batch = await begin('removals', rows);
    const outcomes = await send(batch, removals);
    expect(brief(outcomes)).toEqual(expected);
    expect(outcomes.map(({ receipt_id }) => receipt_id?.slice(0, 4))).toEqual([
      'rcp_',
      undefined,
      'rcp_',
      'rcp_',
      undefined,
      undefined,
      undefined,
    ]);
    // Sent twice counts once; what is stored is answered as it was.
    expect(await send(batch, removals)).toEqual(outcomes);
    await finish(batch);
    expect(await show(batch)).toMatchObject({
      kind: 'removals',
      state: 'finished',
      defaults: {},
      outcomes: { removed: 3, duplicate_row: 1, not_permitted: 1, unknown_member: 1, invalid_email: 1 },
      mail: { queued: 0 },
    });
    expect((await members()).map(({ user }) => user.email).sort()).toEqual([
      'p3@org.example',
      'sue@org.example',
    ]);
    const anew = await begin('removals', rows, { revoke_keys: true });
    expect(brief(await send(anew, { kind: 'removals', rows: rows.slice(0, 1) }))).toEqual([
      'not_member: was removed at 2026-03-02T09:00:00.000Z',
    ]);

    const back = named(
      'p0@org.example',
      'p1@org.example',
      'p2@org.example',
      'p3@org.example',
      'never@org.example',
    );
    const restores = { kind: 'restores' as const, rows: back };
    const came = ['restored', 'restored', 'restored', 'already_member: is a member'];
    const never = 'unknown_member: never@org.example was never removed here';
    expect(brief(await check({ ...restores, defaults: {} }))).toEqual([...came, never]);
    expect(brief(await send(await begin('restores', back), restores))).toEqual([...came, never]);
    const asBefore = (list: readonly Member[]) =>
      list
        .map(({ id, role, state, modules, children }) => ({ id, role, state, modules, children }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(asBefore(await members())).toEqual(asBefore(before));
    const events = await trail(server, org.id);
    expect(events.filter((event) => event.startsWith('members.remove '))).toHaveLength(3);
    expect(events.filter((event) => event.startsWith('receipts.restore '))).toHaveLength(3);
  });

  it('never remove the last administrator, however the rows are cut (D7)', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const staff = await server.staffToken();
    await master(server, ann, 'acme', staff);
    const { id } = await server.ok('accounts.create', {
      token: ann.token,
      body: { name: 'own', slug: 'own' },
    });
    const admins = ['a', 'b', 'c'];
    for (const name of admins) await join(server, id, await person(server, `${name}@own.example`), 'admin');
    await server.ok('accounts.leave', { token: ann.token, params: { account: 'own' } });
    const secret = (await server.ok('auth.login', { body: { email: 'a@own.example', password: PASSWORD } }))
      .access_token;
    const { secret: ci } = await server.ok('account_tokens.create', {
      token: secret,
      params: { account: 'own' },
      body: { name: 'ci', role: 'admin' },
    });
    const { open: begin, send, check } = desk(server, ci, 'own');
    const rows = named(...admins.map((name) => `${name}@own.example`));
    const expected = ['removed', 'removed', 'last_admin: is the last active administrator'];
    expect(brief(await check({ kind: 'removals', defaults: {}, rows }))).toEqual(expected);
    const batch = await begin('removals', rows);
    const outcomes = [];
    for (const row of rows) outcomes.push(...(await send(batch, { kind: 'removals', rows: [row] })));
    expect(brief(outcomes)).toEqual(expected);
  });

  it('hand over what the people made; who gets it stays', async () => {
    const server = await startServer({ database: await open() });
    const { sue, people } = await firm(server, 3);
    const { open: begin, send, create } = desk(server, sue.token);
    const [p0, p1] = people;
    if (!p0 || !p1) throw new Error('nobody');
    const place = { account: 'org', workspace: 'ops' };
    for (const { email } of people) {
      const body = { member: email, role: 'developer' as const };
      await server.ok('workspace_members.add', { token: sue.token, params: place, body });
    }
    for (const { token, id } of [p0, p1]) {
      const body = { kind: 'connector' as const, name: `of ${id}` };
      await server.ok('resources.create', { token, params: place, body });
    }
    const rows = named('p0@org.example', 'p1@org.example', 'p2@org.example');
    const defaults = { reassign_to: 'p2@org.example' };
    const batch = await begin('removals', rows, defaults);
    expect(brief(await send(batch, { kind: 'removals', rows }))).toEqual([
      'removed',
      'removed',
      'not_permitted: gets what the others made, and so has to stay',
    ]);
    const { data } = await server.ok('resources.list', { token: sue.token, params: place });
    expect(new Set(data.map(({ created_by }) => created_by))).toEqual(new Set([people[2]?.id]));
    const nobody = await create({
      kind: 'removals',
      digest: 'a'.repeat(64),
      rows_total: 1,
      defaults: { reassign_to: 'p0@org.example' },
    });
    expect(nobody.body).toMatchObject({ errors: [{ pointer: '/defaults/reassign_to' }] });
  });

  it('restore as many as there are seats for, and what fits where something is gone', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const acme = await master(server, ann, 'acme', await server.staffToken());
    await managed(server, ann, 'acme', 'acme-dev');
    const { open: begin, send } = desk(server, ann.token, 'acme');
    const emails = ['a@x.example', 'b@x.example', 'c@x.example'];
    for (const email of emails) {
      const member = await join(server, acme.id, await person(server, email), 'user', ['forms']);
      const params = { account: 'acme', member };
      await server.ok('members.update', { token: ann.token, params, body: { children: ['acme-dev'] } });
    }
    const rows = named(...emails);
    await send(await begin('removals', rows), { kind: 'removals', rows });
    await server.ok('accounts.delete', {
      token: ann.token,
      params: { account: 'acme-dev' },
      query: { confirm: 'acme-dev' },
    });
    await server.database.write((trx) =>
      trx.updateTable('accounts').set({ plan: 'basic' }).where('id', '=', acme.id).execute(),
    );
    for (const email of ['d@x.example', 'e@x.example'])
      await join(server, acme.id, await person(server, email), 'user');
    const outcomes = async (defaults: object) =>
      (await send(await begin('restores', rows, defaults), { kind: 'restores', rows })).map(
        ({ outcome, differs }) => [outcome, differs],
      );
    expect(await outcomes({})).toEqual(rows.map(() => ['not_restorable', false]));
    expect(await outcomes({ partial: true })).toEqual([
      ['restored', true],
      ['restored', true],
      ['no_seat', false],
    ]);
  });

  it('are one kind each: rows of another, taking back, and other people’s batches are refused', async () => {
    const server = await startServer({ database: await open() });
    const { sue, people } = await firm(server, 1);
    const { open: begin, trySend, create } = desk(server, sue.token);
    const rows = named('p0@org.example');
    const batch = await begin('removals', rows);
    expect((await trySend(batch, { kind: 'restores', rows })).body).toMatchObject({
      errors: [{ pointer: '/kind' }],
    });
    expect((await trySend(batch, { rows })).body).toMatchObject({ errors: [{ pointer: '/kind' }] });
    const revoke = { token: sue.token, params: { account: 'org', batch } };
    expect((await server.refused('batches.revoke', revoke)).code).toBe('conflict');
    const chunk = Array.from({ length: 501 }, (_, at) => ({ row: at + 1, email: `x${at}@x.example` }));
    expect((await trySend(batch, { kind: 'removals', rows: chunk })).status).toBe(400);
    const [p0] = people;
    const mine = desk(server, p0?.token ?? '');
    expect((await mine.trySend(batch, { kind: 'removals', rows })).status).toBe(403);
    // The same rows and defaults find the open batch; another kind of the same rows is another batch.
    expect(await begin('removals', rows)).toBe(batch);
    expect(await begin('restores', rows)).not.toBe(batch);
    const listed = async (query: Record<string, string>) =>
      (await server.ok('batches.list', { token: sue.token, params: { account: 'org' }, query })).data.map(
        ({ kind }) => kind,
      );
    expect(await listed({})).toEqual(['restores', 'removals']);
    expect(await listed({ kind: 'removals' })).toEqual(['removals']);
    const invites = await create({
      kind: 'invites',
      digest: 'b'.repeat(64),
      rows_total: 1,
      seats_needed: 0,
      defaults: { role: 'member' },
    });
    expect(invites.status).toBe(201);
  });
});

describeOnEachDatabase('batches of workspace members', (open) => {
  it('place people, change their role, and say what stands in the way', async () => {
    const server = await startServer({ database: await open() });
    const { sue, org } = await firm(server, 3);
    const { open: begin, send, check } = desk(server, sue.token);
    const rows: BatchRow<'workspace_members'>[] = [
      { row: 1, email: 'p0@org.example', workspace: 'ops', role: 'viewer' },
      { row: 2, email: 'p0@org.example', workspace: 'default' },
      { row: 3, email: 'p1@org.example' },
      { row: 4, email: 'p0@org.example', workspace: 'ops', role: 'viewer' },
      { row: 5, email: 'p1@org.example', role: 'developer' },
      { row: 6, email: 'p2@org.example', workspace: 'nowhere' },
      { row: 7, email: 'p2@org.example', role: 'emperor' },
      { row: 8, email: 'never@org.example' },
      { row: 9, email: 'nothing' },
    ];
    const defaults = { workspace: 'ops', role: 'operator' as const };
    const expected = [
      'placed',
      'placed',
      'placed',
      'duplicate_row: the same as row 1',
      'conflicting_rows: row 3 asks for another role of this person in this workspace',
      'unknown_workspace: there is no workspace "nowhere"',
      'invalid_role: "emperor" is no workspace role: there are viewer, operator, developer, workspace_admin',
      'unknown_member: never@org.example is no member of the account: invite them first',
      'invalid_email: it has no @',
    ];
    expect(brief(await check({ kind: 'workspace_members', defaults, rows }))).toEqual(expected);
    const batch = await begin('workspace_members', rows, defaults);
    expect(brief(await send(batch, { kind: 'workspace_members', rows }))).toEqual(expected);
    const inOps = async () =>
      (
        await server.ok('workspace_members.list', {
          token: sue.token,
          params: { account: 'org', workspace: 'ops' },
        })
      ).data.map(({ user, role }) => `${user.email} ${role}`);
    expect((await inOps()).sort()).toEqual(['p0@org.example viewer', 'p1@org.example operator']);
    const again: BatchRow<'workspace_members'>[] = [
      { row: 1, email: 'p0@org.example', workspace: 'ops', role: 'viewer' },
      { row: 2, email: 'p1@org.example', workspace: 'ops', role: 'workspace_admin' },
    ];
    const next = await begin('workspace_members', again);
    expect(brief(await send(next, { kind: 'workspace_members', rows: again }))).toEqual([
      'already_placed: is viewer there',
      'role_changed: was operator',
    ]);
    expect((await inOps()).sort()).toEqual(['p0@org.example viewer', 'p1@org.example workspace_admin']);
    expect((await trail(server, org.id)).filter((event) => event.startsWith('workspace_members.'))).toEqual([
      'workspace_members.add p0@org.example',
      'workspace_members.add p0@org.example',
      'workspace_members.add p1@org.example',
      'workspace_members.update p1@org.example',
    ]);
  });

  it('are nothing for an account whose workspace takes nobody', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    await server.ok('accounts.create', { token: ann.token, body: { name: 'acme', slug: 'acme' } });
    const { create } = desk(server, ann.token, 'acme');
    const body = { kind: 'workspace_members', digest: 'a'.repeat(64), rows_total: 1, defaults: {} } as const;
    expect((await create(body)).body).toMatchObject({ code: 'conflict' });
  });
});
