import { expect, it } from 'vitest';
import { type OperationId, operationIds } from '../../../src/contract/operations.ts';
import { pathParams } from '../../../src/contract/shapes.ts';
import type { Standing } from '../../../src/server/domain/access.ts';
import type { Within } from '../../../src/server/domain/ports/access.ts';
import type { Transactions } from '../../../src/server/domain/ports.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { type Request, startServer, type TestServer } from '../../support/server.ts';
import { buildWorld, requests, type Target } from '../matrix.world.ts';
import { dumpOf } from './dump.ts';

/** The fields by which something of another account could be named beside the account itself. */
const swaps = [
  'member',
  'invite',
  'receipt',
  'batch',
  'workspace',
  'resource',
  'key',
  'token',
  'parser',
  'form',
  'record',
  'link',
  'delegation',
] as const;

/** A target whose account is ours and whose everything else is theirs. */
function crossed(own: Target, foreign: Target): Target {
  return { ...own, ...Object.fromEntries(swaps.map((name) => [name, foreign[name]])) };
}

async function send<Id extends OperationId>(server: TestServer, id: Id, target: Target, token: string) {
  const request: Request<Id> = requests[id](target);
  return await server.call(id, { ...request, token });
}

/** The mutant: whoever asks is the administrator of whatever account they name. */
function withoutStanding(transactions: Transactions): Transactions {
  const everybody = (standing: Standing | null): Standing | null =>
    standing && {
      ...standing,
      membership: { memberId: 'mbr_00000000000000000000000000', role: 'admin', state: 'active', modules: [] },
    };
  const open = <T extends Parameters<Parameters<Transactions['read']>[0]>[0]>(transaction: T): T => ({
    ...transaction,
    platform: {
      ...transaction.platform,
      access: {
        ...transaction.platform.access,
        standing: async (actor: never, reference: string, within?: Within | null) =>
          everybody(await transaction.platform.access.standing(actor, reference, within)),
      },
    },
  });
  return {
    read: (work) => transactions.read((transaction) => work(open(transaction))),
    write: (work, queue) => transactions.write((transaction) => work(open(transaction)), queue),
  };
}

/** Our account and workspace, and everything in it theirs. */
function crossedBelow(own: Target, foreign: Target): Target {
  return { ...crossed(own, foreign), workspace: own.workspace };
}

/** What an account itself gives a name to has no id that could be another's; contacts go by their address here. */
const inside = operationIds.filter(
  (id) =>
    pathParams(id).some((name) => name !== 'account' && name !== 'name') &&
    pathParams(id).includes('account') &&
    !pathParams(id).includes('contact'),
);

/** Ours is no umbrella, which is told before anything of the link is looked at. */
const refusalOf = (id: OperationId): number => (id === 'sub_accounts.resend' ? 403 : 404);

describeOnEachDatabase('D22: another account’s ids below one’s own', (open) => {
  it('T28, T30: read and write nothing, even with the check of standing gone', async () => {
    const { server, targets, foreign } = await buildWorld({ database: await open() });
    const [, own] = targets;
    if (!own) throw new Error('no target');
    const mutant = await startServer({
      database: server.database,
      deps: { transactions: withoutStanding(server.deps.transactions), clock: server.clock },
    });
    const before = await dumpOf(server.database);
    for (const [app, name] of [
      [server, 'whole'],
      [mutant, 'mutant'],
    ] as const) {
      for (const id of inside) {
        const { status, body } = await send(app, id, crossed(own, foreign), own.admin);
        expect([name, id, status, JSON.stringify(body).includes(foreign.accountId)]).toEqual([
          name,
          id,
          refusalOf(id),
          false,
        ]);
      }
    }
    expect(await dumpOf(server.database)).toEqual(before);
    // The mutant is one: it lets a stranger in where the server does not.
    expect(
      (await mutant.call('members.list', { token: own.admin, params: { account: foreign.account } })).status,
    ).toBe(200);
    expect(
      (await server.call('members.list', { token: own.admin, params: { account: foreign.account } })).status,
    ).toBe(404);
  });

  it('T28, T30: in one of its workspaces as well', async () => {
    const { server, targets, foreign } = await buildWorld({ database: await open() });
    const own = targets.find(({ name }) => name === 'organization');
    if (!own) throw new Error('no target');
    const mutant = await startServer({
      database: server.database,
      deps: { transactions: withoutStanding(server.deps.transactions), clock: server.clock },
    });
    const below = inside.filter((id) => {
      const [thing, ...rest] = pathParams(id).toReversed();
      return rest.includes('workspace') && thing !== 'workspace';
    });
    expect(below).toContain('resources.update');
    const before = await dumpOf(server.database);
    for (const app of [server, mutant]) {
      for (const id of below) {
        const { status, body } = await send(app, id, crossedBelow(own, foreign), own.admin);
        expect([id, status, JSON.stringify(body).includes(foreign.accountId)]).toEqual([id, 404, false]);
      }
    }
    expect(await dumpOf(server.database)).toEqual(before);
  });

  it('T14, T30: in a body, a batch’s defaults or a row, they are unknown', async () => {
    const { server, targets, foreign } = await buildWorld({ database: await open() });
    const [, own, , org] = targets;
    if (!own || !org) throw new Error('no target');
    const params = { account: own.account };
    const { token } = { token: own.admin };
    const before = await dumpOf(server.database);
    const children = [foreign.accountId, foreign.account, org.accountId];
    for (const child of children) {
      const body = { email: 'x@new.example', role: 'user' as const, modules: [], children: [child] };
      expect((await server.refused('invites.send', { token, params, body })).errors?.[0]?.pointer).toBe(
        '/children',
      );
      const update = await server.call('members.update', {
        token,
        params: { ...params, member: own.member },
        body: { children: [child] },
      });
      expect(update.status).toBe(404);
      const checked = await server.ok('batches.check', {
        token,
        params,
        body: {
          kind: 'invites',
          defaults: { role: 'user', modules: [], children: [child] },
          rows: [{ row: 1, email: 'x@new.example' }],
        },
      });
      expect(checked.outcomes.map(({ outcome }) => outcome)).toEqual(['unknown_child']);
    }
    for (const workspace of [own.workspace, foreign.workspace]) {
      const place = { workspaces: [{ workspace, role: 'viewer' as const }] };
      const checked = await server.ok('batches.check', {
        token: org.admin,
        params: { account: org.account },
        body: {
          kind: 'invites',
          defaults: place,
          rows: [
            { row: 1, email: 'x@new.example' },
            { row: 2, email: 'y@new.example', ...place },
          ],
        },
      });
      expect(checked.outcomes.map(({ outcome }) => outcome)).toEqual([
        'unknown_workspace',
        'unknown_workspace',
      ]);
      const body = { email: 'x@new.example', ...place };
      expect(
        (await server.refused('invites.send', { token: org.admin, params: { account: org.account }, body }))
          .errors?.[0]?.pointer,
      ).toBe('/workspaces');
    }
    expect(await dumpOf(server.database)).toEqual(before);
  });

  it('T37: as a filter they find what nothing finds', async () => {
    const { server, targets, foreign } = await buildWorld({ database: await open() });
    const [, own] = targets;
    if (!own) throw new Error('no target');
    const { admin: token } = own;
    const params = { account: own.account };
    const nothing = { data: [], next_cursor: null };
    expect(await server.ok('invites.list', { token, params, query: { batch: foreign.batch } })).toEqual(
      nothing,
    );
    expect(await server.ok('audit.list', { token, params, query: { target: foreign.accountId } })).toEqual(
      nothing,
    );
    expect(
      await server.ok('audit.list', { token, params, query: { actor: 'stranger@other.example' } }),
    ).toEqual(nothing);
    for (const master of [foreign.account, foreign.accountId, 'not-there']) {
      const { code, detail } = await server.refused('accounts.list', { token, query: { master } });
      expect([code, detail]).toEqual(['not_found', `There is no account "${master}" that you can see.`]);
    }
    const { status } = await server.call('accounts.create', {
      token,
      body: { name: 'x', master: foreign.account },
    });
    expect(status).toBe(404);
    expect(
      (
        await server.call('tokens.create', {
          token,
          body: { kind: 'api', name: 'x', account: foreign.account },
        })
      ).status,
    ).toBe(404);
    expect((await server.call('tokens.revoke', { token, params: { token: foreign.token } })).status).toBe(
      404,
    );
  });

  it('T35: a cursor and an Idempotency-Key of one account say nothing in another', async () => {
    const { server, targets, foreign } = await buildWorld({ database: await open() });
    const [, own] = targets;
    if (!own) throw new Error('no target');
    const page = await server.ok('members.list', {
      token: foreign.admin,
      params: { account: foreign.account },
      query: { limit: 1 },
    });
    expect(page.next_cursor).not.toBeNull();
    const stolen = await server.call('members.list', {
      token: own.admin,
      params: { account: own.account },
      query: { limit: 1, cursor: page.next_cursor ?? '' },
    });
    expect(stolen.status).toBe(400);
    const headers = { 'idempotency-key': 'the-same-key' };
    const create = { body: { name: 'Same' }, headers };
    const theirs = await server.ok('accounts.create', { token: foreign.admin, ...create });
    const ours = await server.ok('accounts.create', { token: own.admin, ...create });
    expect(ours.id).not.toBe(theirs.id);
  });
});
