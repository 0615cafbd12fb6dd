import { expect, it } from 'vitest';
import { mintToken } from '../../../src/contract/token.ts';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { join, person, standard } from '../../support/estate.ts';
import { NEW_PASSWORD, PASSWORD, type Reply, startServer } from '../../support/server.ts';

const blank = ({ status, headers, body }: Reply, ...references: string[]) =>
  references.reduce(
    (text, reference) => text.replaceAll(reference, '<reference>'),
    JSON.stringify({ status, type: headers['content-type'], body }).replace(
      /"request_id":"[^"]+"/,
      '"request_id":""',
    ),
  );

describeOnEachDatabase('T17, T37: who is known here', (open) => {
  it('is told to nobody by sign-up, forgotten passwords and sign-in', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const gone = await person(server, 'gone@acme.example');
    await server.ok('me.delete', { token: gone.token, body: { current_password: PASSWORD } });
    const bob = await person(server, 'bob@acme.example');
    const acme = await standard(server, ann, 'acme');
    const member = await join(server, acme.id, bob, 'user');
    await server.ok('members.deactivate', { token: ann.token, params: { account: 'acme', member } });
    const addresses = [
      'ann@acme.example',
      'ANN@ACME.example',
      'gone@acme.example',
      'bob@acme.example',
      'new@acme.example',
    ];
    const answers = async (ask: (email: string) => Promise<Reply>) => {
      const all = new Set<string>();
      for (const email of addresses) all.add(blank(await ask(email), email));
      return all.size;
    };
    for (let times = 0; times < 7; times += 1) {
      expect(await answers((email) => server.call('auth.signup', { body: { email } }))).toBe(1);
      expect(await answers((email) => server.call('auth.password_forgot', { body: { email } }))).toBe(1);
    }
    expect(await answers((email) => server.call('auth.login', { body: { email, password: 'x' } }))).toBe(1);
    const wanted = (email: string) =>
      server.call('me.update', { token: bob.token, body: { email, current_password: PASSWORD } });
    expect(blank(await wanted('ann@acme.example'))).toBe(blank(await wanted('free@acme.example')));
  });

  it('D4: an invitation of a stranger and of somebody known elsewhere are the same to the inviter', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const eve = await person(server, 'eve@other.example');
    await standard(server, ann, 'acme');
    const theirs = await standard(server, eve, 'other');
    await join(server, theirs.id, await person(server, 'known@other.example'), 'user');
    const texts = new Set<string>();
    for (const email of ['known@other.example', 'novel@other.example']) {
      const reply = await server.call('invites.send', {
        token: ann.token,
        params: { account: 'acme' },
        body: { email, role: 'user', modules: [] },
      });
      const id = String(Reflect.get(Object(reply.body), 'id'));
      texts.add(blank(reply, email, id));
    }
    expect(texts.size).toBe(1);
    const check = await server.ok('batches.check', {
      token: ann.token,
      params: { account: 'acme' },
      body: {
        kind: 'invites',
        defaults: { role: 'user', modules: [] },
        rows: [
          { row: 1, email: 'eve@other.example' },
          { row: 2, email: 'nobody@other.example' },
        ],
      },
    });
    expect(check.outcomes.map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['invited', null],
      ['invited', null],
    ]);
  });

  it('a secret that never was, or replaced by a newer one answers alike', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    await standard(server, ann, 'acme');
    await standard(server, ann, 'gone');
    const send = async (account: string) => {
      const body = { email: 'bob@x.example', role: 'admin' as const };
      const { id } = await server.ok('invites.send', { token: ann.token, params: { account }, body });
      return { id, secret: await server.secretFor('bob@x.example') };
    };
    const gone = await send('gone');
    const old = await send('acme');
    await server.ok('accounts.delete', {
      token: ann.token,
      params: { account: 'gone' },
      query: { confirm: 'gone' },
    });
    await server.ok('invites.resend', { token: ann.token, params: { account: 'acme', invite: old.id } });
    const texts = new Set<string>();
    for (const secret of [mintToken('inv'), mintToken('mail'), old.secret, old.id, 'x'])
      for (const id of ['invites.preview', 'invites.accept', 'invites.decline'] as const)
        texts.add(
          blank(
            await server.call(id, {
              body: { secret, ...(id === 'invites.accept' && { password: NEW_PASSWORD }) },
            }),
          ),
        );
    expect(texts.size).toBe(1);
    // Whoever has the mail may hear what became of it, and nothing of the account.
    expect((await server.refused('invites.preview', { body: { secret: gone.secret } })).detail).toBe(
      'This invitation was revoked.',
    );
  });
});

describeOnEachDatabase('taking over an address', (open) => {
  it('a confirmation does nothing once somebody else has the address', async () => {
    const server = await startServer({ database: await open() });
    const eve = await person(server, 'eve@x.example');
    await server.ok('me.update', {
      token: eve.token,
      body: { email: 'Victim@x.example', current_password: PASSWORD },
    });
    const secret = await server.secretFor('Victim@x.example');
    const victim = await person(server, 'victim@x.example');
    expect((await server.refused('auth.email_confirm', { body: { secret } })).code).toBe('address_taken');
    const me = await server.ok('me.show', { token: victim.token });
    expect(me.user?.email).toBe('victim@x.example');
  });

  it('of two who confirm one address at the same moment one gets it', async () => {
    const server = await startServer({ database: await open() });
    const secrets: string[] = [];
    for (const name of ['eve', 'mal', 'ann']) {
      const who = await person(server, `${name}@x.example`);
      await server.ok('me.update', {
        token: who.token,
        body: { email: 'same@x.example', current_password: PASSWORD },
      });
      secrets.push(await server.secretFor('same@x.example'));
      server.clock.advance({ seconds: 1 });
    }
    const replies = await Promise.all(
      secrets.map((secret) => server.call('auth.email_confirm', { body: { secret } })),
    );
    expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  it('a pending change, a reset and every session but one end with a change of password', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@x.example');
    const body = { email: 'ann@x.example', password: PASSWORD };
    const thief = await server.ok('auth.login', { body });
    await server.ok('me.update', {
      token: thief.access_token,
      body: { email: 'thief@x.example', current_password: PASSWORD },
    });
    const confirm = await server.secretFor('thief@x.example');
    await server.ok('auth.password_forgot', { body: { email: 'ann@x.example' } });
    const reset = await server.secretFor('ann@x.example');
    await server.ok('auth.password_change', {
      token: ann.token,
      body: { current_password: PASSWORD, password: NEW_PASSWORD },
    });
    const refused = [
      await server.refused('auth.email_confirm', { body: { secret: confirm } }),
      await server.refused('auth.password_reset', { body: { secret: reset, password: NEW_PASSWORD } }),
      await server.refused('me.show', { token: thief.access_token }),
      await server.refused('auth.refresh', { body: { refresh_token: thief.refresh_token } }),
      await server.refused('auth.login', { body }),
    ];
    expect(refused.map(({ code }) => code)).toEqual([
      'invalid_secret',
      'invalid_secret',
      'invalid_token',
      'invalid_grant',
      'invalid_credentials',
    ]);
  });
});
