import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { PASSWORD, START, startServer } from '../support/server.ts';

describeOnEachDatabase('sign-up', (open) => {
  test('a mailed link and a password make a signed-in person with an account of their own', async () => {
    const server = await startServer({ database: await open() });
    const session = await server.signUp('Ada@Example.org', 'Ada');
    expect(session.user).toEqual({
      id: expect.stringMatching(/^usr_/),
      email: 'Ada@Example.org',
      name: 'Ada',
      staff: false,
      personal_account: expect.stringMatching(/^acc_/),
      revision: 1,
      created_at: START,
      updated_at: START,
    });
    expect(session.access_expires_at).toBe('2026-03-02T09:15:00.000Z');
    expect(session.refresh_expires_at).toBe('2026-04-01T09:00:00.000Z');
    const me = await server.ok('me.show', { token: session.access_token });
    expect(me).toEqual({
      user: session.user,
      credential: {
        kind: 'user',
        id: expect.stringMatching(/^tok_/),
        name: null,
        owner: 'user',
        account: null,
        role: null,
        modules: [],
        expires_at: session.access_expires_at,
      },
    });
  });

  test('a link used twice at the same moment makes one person', async () => {
    const server = await startServer({ database: await open() });
    await server.ok('auth.signup', { body: { email: 'ada@example.org' } });
    const secret = await server.secretFor('ada@example.org');
    const replies = await Promise.all(
      [1, 2, 3].map(() => server.call('auth.signup_finish', { body: { secret, password: PASSWORD } })),
    );
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 404, 404]);
  });
});
