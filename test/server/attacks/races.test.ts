import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { join, managed, master, type Person, person, standard } from '../../support/estate.ts';
import { NEW_PASSWORD, startServer } from '../../support/server.ts';
import { office } from '../inviting.ts';

const ROUNDS = 6;

describeOnEachDatabase('rights taken while they are used', (open) => {
  it('T9: whoever is removed while they write has written before, or not at all', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const acme = await standard(server, ann, 'acme');
    const params = { account: acme.id };
    for (let round = 0; round < ROUNDS; round += 1) {
      const member = await join(server, acme.id, bob, 'admin');
      const email = `friend${round}@x.example`;
      const [removed, invited, minted] = await Promise.all([
        server.call('members.remove', { token: ann.token, params: { ...params, member } }),
        server.call('invites.send', { token: bob.token, params, body: { email, role: 'admin' } }),
        server.call('account_tokens.create', {
          token: bob.token,
          params,
          body: { name: `t${round}`, role: 'admin' },
        }),
      ]);
      expect(removed.status).toBe(200);
      expect([201, 404]).toContain(invited.status);
      expect([201, 404]).toContain(minted.status);
      // What he invited to the admin role ended with him (D5): whichever came first, nobody gets in by it.
      if (invited.status === 201) {
        const secret = await server.secretFor(email).catch(() => null);
        if (secret !== null) {
          const accepted = await server.call('invites.accept', { body: { secret, password: NEW_PASSWORD } });
          expect(accepted.status).toBeGreaterThanOrEqual(400);
        }
      }
      expect((await server.call('members.list', { token: bob.token, params })).status).toBe(404);
    }
    const { data } = await server.ok('members.list', { token: ann.token, params });
    expect(data.map(({ user }) => user.email)).toEqual(['ann@acme.example']);
  });

  it('T44: however many administrators turn on each other, one is left', async () => {
    const server = await startServer({ database: await open() });
    for (let round = 0; round < 3; round += 1) {
      const people: Person[] = [];
      for (const name of ['a', 'b', 'c']) people.push(await person(server, `${name}${round}@acme.example`));
      const [first, ...others] = people;
      if (!first) throw new Error('nobody');
      const acme = await standard(server, first, `acme-${round}`);
      const params = { account: acme.id };
      for (const who of others) await join(server, acme.id, who, 'admin');
      const replies = await Promise.all(
        people.flatMap((who, at) => {
          const victim = people[(at + 1) % people.length]?.id ?? '';
          return [
            server.call('members.remove', { token: who.token, params: { ...params, member: victim } }),
            server.call('members.update', {
              token: who.token,
              params: { ...params, member: who.id },
              body: { role: 'user', modules: [] },
            }),
            server.call('accounts.leave', { token: who.token, params }),
          ];
        }),
      );
      expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
      const admins = await server.database.read((trx) =>
        trx
          .selectFrom('members')
          .where('account_id', '=', acme.id)
          .where('state', '=', 'active')
          .where('role', '=', 'admin')
          .select('id')
          .execute(),
      );
      expect(admins.length).toBeGreaterThanOrEqual(1);
    }
  });

  it('T8, T9: accepting against revoking, resending and deleting has one outcome', async () => {
    const { server, account, admin, invite, accept, secret } = await office(await open());
    const params = { account };
    for (let round = 0; round < ROUNDS; round += 1) {
      const email = `p${round}@x.example`;
      const { id } = await invite(email);
      const key = await secret(email);
      const [taken, again, revoked] = await Promise.all([
        accept(key),
        accept(key),
        round % 2 === 0
          ? server.call('invites.revoke', { token: admin, params: { ...params, invite: id } })
          : server.call('invites.resend', { token: admin, params: { ...params, invite: id } }),
      ]);
      const won = [taken, again].filter(({ status }) => status === 200).length;
      expect([taken, again, revoked].filter(({ status }) => status >= 500)).toEqual([]);
      expect(won).toBeLessThanOrEqual(1);
      const { data } = await server.ok('members.list', { token: admin, params, query: { q: email } });
      const { state } = await server.ok('invites.show', { token: admin, params: { ...params, invite: id } });
      expect([data.length, state === 'accepted']).toEqual([won, won === 1]);
    }
  });

  it('a released account is out of its former master’s hands at once, with what was promised there', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const ann = await person(server, 'ann@acme.example');
    const kid = await person(server, 'kid@kid.example');
    await master(server, ann, 'acme', staff);
    const child = await managed(server, ann, 'acme', 'acme-kid');
    await join(server, child.id, kid, 'admin');
    const params = { account: 'acme-kid' };
    const headers = { 'idempotency-key': 'before-the-end' };
    const body = { email: 'mole@acme.example', role: 'admin' as const };
    await server.ok('invites.send', { token: ann.token, params, body, headers });
    const secret = await server.secretFor('mole@acme.example');
    await server.ok('accounts.release', { token: ann.token, params });
    const accepted = await server.refused('invites.accept', { body: { secret, password: NEW_PASSWORD } });
    expect(accepted.code).toBe('sponsor_gone');
    // A stored answer is no way back in.
    const replayed = await server.call('invites.send', { token: ann.token, params, body, headers });
    expect(replayed.status).toBe(404);
    for (const id of ['accounts.show', 'members.list', 'audit.list', 'accounts.tree'] as const)
      expect((await server.call(id, { token: ann.token, params })).status).toBe(404);
    expect((await server.ok('members.list', { token: kid.token, params })).data).toHaveLength(1);
  });

  it('T77: an Idempotency-Key answers neither another token nor somebody whose right is gone', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const bob = await person(server, 'bob@acme.example');
    const acme = await standard(server, ann, 'acme');
    const params = { account: acme.id };
    const member = await join(server, acme.id, bob, 'admin');
    const request = {
      params,
      body: { email: 'x@x.example', role: 'admin' as const },
      headers: { 'idempotency-key': 'shared' },
    };
    await server.ok('invites.send', { token: bob.token, ...request });
    expect((await server.refused('invites.send', { token: ann.token, ...request })).code).toBe(
      'already_invited',
    );
    await server.ok('members.update', {
      token: ann.token,
      params: { ...params, member },
      body: { role: 'user', modules: [] },
    });
    expect((await server.call('invites.send', { token: bob.token, ...request })).status).toBe(403);
    await server.ok('members.remove', { token: ann.token, params: { ...params, member } });
    expect((await server.call('invites.send', { token: bob.token, ...request })).status).toBe(404);
  });
});

describeOnEachDatabase('staff', (open) => {
  it('have metadata and never content, and nothing once they are no staff', async () => {
    const server = await startServer({ database: await open() });
    const staff = await server.staffToken();
    const boss = await server.staffToken('boss@platform.example');
    const ann = await person(server, 'ann@acme.example');
    await standard(server, ann, 'acme');
    const params = { account: 'acme' };
    const content = [
      'members.list',
      'invites.list',
      'batches.list',
      'workspaces.list',
      'address_rules.show',
      'audit.list',
      'account_tokens.list',
      'accounts.tree',
    ] as const;
    for (const id of content)
      expect([id, (await server.call(id, { token: staff, params })).status]).toEqual([id, 403]);
    expect((await server.call('accounts.show', { token: staff, params })).status).toBe(200);
    await server.ok('staff.remove', { token: boss, params: { user: 'staff@platform.example' } });
    for (const id of ['staff.list', 'audit.platform', 'accounts.list', 'me.show'] as const)
      expect([id, (await server.call(id, { token: staff })).status]).toEqual([id, 401]);
    // Being made staff again does not bring the old token back.
    await server.ok('staff.add', { token: boss, body: { email: 'staff@platform.example', reason: 'back' } });
    expect((await server.call('me.show', { token: staff })).status).toBe(401);
  });
});
