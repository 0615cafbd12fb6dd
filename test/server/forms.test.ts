import { expect, it } from 'vitest';
import { type FormRole, limits } from '../../src/contract/limits.ts';
import { endSharesOnLink } from '../../src/server/domain/forms-sharing.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Person, person, standard, trail } from '../support/estate.ts';
import { form, linkSub, questions, sharedWith, unlinkSub } from '../support/forms.ts';
import { START, startServer, type TestServer } from '../support/server.ts';

const etag = (revision: number) => ({ 'if-match': `"${revision}"` });
const at = (account: string, name: string) => ({ account, form: name });

/** An umbrella with two sub-accounts, and somebody in each; a third account has nothing to do with them. */
async function family(server: TestServer) {
  const people = await Promise.all(
    ['uma@big.example', 'sam@one.example', 'sid@two.example', 'oli@other.example'].map((email) =>
      person(server, email),
    ),
  );
  const [uma, sam, sid, oli] = people as [Person, Person, Person, Person];
  const big = await standard(server, uma, 'big');
  const one = await standard(server, sam, 'one');
  const two = await standard(server, sid, 'two');
  const other = await standard(server, oli, 'other');
  const links = { one: await linkSub(server, big.id, one.id), two: await linkSub(server, big.id, two.id) };
  return { uma, sam, sid, oli, big, one, two, other, links };
}

describeOnEachDatabase('forms', (open) => {
  it('are made, shown by name and id, changed, listed and deleted, each change a revision', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const account = await standard(server, ann, 'acme');
    const { token } = ann;
    const made = await form(server, ann, 'acme', 'Visit', { description: 'After each visit' });
    expect(made).toMatchObject({
      owner: { id: account.id, slug: 'acme', name: account.name },
      workspace: { slug: 'default' },
      name: 'Visit',
      title: 'About Visit',
      description: 'After each visit',
      question_count: 4,
      example: false,
      role: null,
      source: null,
      revision: 1,
      created_by: 'ann@acme.example',
      created_at: START,
    });
    for (const reference of ['Visit', made.id]) {
      const shown = await server.call('forms.show', { token, params: at('acme', reference) });
      expect(shown.body).toEqual(made);
      expect(shown.headers['etag']).toBe('"1"');
    }
    const update = (body: object, revision: number) =>
      server.ok('forms.update', { token, params: at('acme', 'Visit'), headers: etag(revision), body });
    expect((await update({ title: 'About Visit', questions: questions() }, 1)).revision).toBe(1);
    const asked = await update({ questions: [{ type: 'date', name: 'day', label: 'When?' }] }, 1);
    expect([asked.revision, asked.question_count]).toEqual([2, 1]);
    expect((await update({ description: null }, 2)).description).toBeNull();
    const { data } = await server.ok('forms.list', { token, params: { account: 'acme' } });
    expect(data.map(({ name, revision }) => [name, revision])).toEqual([['Visit', 3]]);
    const records = ['2026-03-01', '2026-03-02'].map((day) => ({ answers: { day } }));
    await server.ok('records.submit', { token, params: at('acme', 'Visit'), body: { records } });
    const gone = { token, params: at('acme', 'Visit'), headers: etag(3) };
    expect(await server.ok('forms.delete', { ...gone, query: { dry_run: true } })).toEqual({
      changed: true,
      records: 2,
      shares: 0,
    });
    expect(await server.ok('forms.delete', gone)).toEqual({ changed: true, records: 2, shares: 0 });
    const already = { changed: false, records: 0, shares: 0 };
    expect(await server.ok('forms.delete', gone)).toEqual(already);
    const byId = { ...gone, params: at('acme', made.id) };
    expect(await server.ok('forms.delete', byId)).toEqual(already);
    const never = { ...gone, params: at('acme', 'Never') };
    expect((await server.refused('forms.delete', never)).code).toBe('not_found');
    expect(await trail(server, account.id)).toEqual([
      'accounts.create acme',
      'forms.create Visit',
      'forms.update Visit',
      'forms.update Visit',
      'records.submit Visit',
      'forms.delete Visit',
    ]);
  });

  it('need If-Match to be changed or deleted, and a name of their own in their workspace', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    await standard(server, ann, 'acme');
    await form(server, ann, 'acme', 'Visit');
    await form(server, ann, 'acme', 'Order');
    const request = { token: ann.token, params: at('acme', 'Visit') };
    const codes = async (headers: Record<string, string>) => [
      (await server.refused('forms.update', { ...request, headers, body: { title: 'x' } })).code,
      (await server.refused('forms.delete', { ...request, headers })).code,
    ];
    expect(await codes({})).toEqual(['precondition_required', 'precondition_required']);
    expect(await codes(etag(7))).toEqual(['stale', 'stale']);
    const renamed = { ...request, headers: etag(1), body: { name: 'Order' } };
    expect((await server.refused('forms.update', renamed)).code).toBe('form_name_taken');
  });

  it('are as many as there may be, and no more', async () => {
    const server = await startServer({ database: await open() });
    const ann = await person(server, 'ann@acme.example');
    const { id } = await standard(server, ann, 'acme');
    const { workspace } = await form(server, ann, 'acme', 'First');
    const others = Array.from({ length: limits.forms - 2 }, (_, at) => ({
      account_id: id,
      id: `frm_${at}`,
      workspace_id: workspace.id,
      name: `F${at}`,
      title: 'Many',
      questions: '[]',
      question_count: 0,
      created_at: START,
      updated_at: START,
    }));
    await server.database.write(async (trx) => {
      for (let at = 0; at < others.length; at += 1000)
        await trx
          .insertInto('forms')
          .values(others.slice(at, at + 1000))
          .execute();
    });
    await form(server, ann, 'acme', 'Last');
    const body = { name: 'Over', title: 'Over', questions: questions() };
    const one = { token: ann.token, params: { account: 'acme' } };
    expect((await server.refused('forms.create', { ...one, body })).code).toBe('form_limit');
    const copy = { from: { account: 'acme', form: 'First' }, name: 'Copy' };
    expect((await server.refused('forms.save_copy', { ...one, body: copy })).code).toBe('form_limit');
  });

  it('are listed page by page, own and shared, and found by a part of their name or title', async () => {
    const server = await startServer({ database: await open() });
    const { uma, sam, sid } = await family(server);
    for (const name of ['B', 'A', 'C']) await form(server, sam, 'one', name);
    await form(server, sid, 'two', 'A', { title: 'Sid asks' });
    const all = async (account: string, query: object) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const token = account === 'big' ? uma.token : sam.token;
        const page = await server.ok('forms.list', {
          token,
          params: { account },
          query: { ...query, limit: 1, cursor },
        });
        expect(page.data.length).toBeLessThanOrEqual(1);
        found.push(...page.data.map(({ owner, name }) => `${owner.slug}/${name}`));
        cursor = page.next_cursor ?? undefined;
      } while (cursor !== undefined);
      return found;
    };
    expect(await all('one', {})).toEqual(['one/A', 'one/B', 'one/C']);
    expect(await all('big', { shared: 'in' })).toEqual(['one/A', 'one/B', 'one/C', 'two/A']);
    expect(await all('big', { shared: 'in', q: 'sid' })).toEqual(['two/A']);
    expect(await all('one', { q: 'about c' })).toEqual(['one/C']);
  });

  it.each(['told', 'kept', 'by itself'] as const)(
    'go back to what they were when the link ends, %s, but for what is kept (D10)',
    async (how) => {
      const server = await startServer({ database: await open() });
      const { uma, sam, big, one, links } = await family(server);
      const choose = (name: string, role: FormRole) =>
        server.ok('forms.share', {
          token: sam.token,
          params: at('one', name),
          body: { shares: [{ account: big.id, role }] },
        });
      for (const name of ['Automatic', 'Hidden', 'Raised']) await form(server, sam, 'one', name);
      await choose('Hidden', 'none');
      await choose('Raised', 'form_admin');
      expect(await sharedWith(server, uma, 'big')).toEqual([
        'one/Automatic data_manager',
        'one/Raised form_admin',
      ]);
      const now = server.clock.now().toISOString();
      const ended =
        how === 'by itself'
          ? null
          : await server.deps.transactions.write(({ tenant }) =>
              endSharesOnLink(tenant(one.id), links.one, how === 'kept', now),
            );
      expect(ended?.map(({ name, role }) => [name, role])).toEqual(
        how === 'by itself'
          ? undefined
          : [
              ['Hidden', 'none'],
              ['Raised', 'form_admin'],
            ],
      );
      await unlinkSub(server, big.id, links.one);
      const kept = how === 'kept' ? ['one/Raised form_admin'] : [];
      expect(await sharedWith(server, uma, 'big')).toEqual(kept);
      // Linked once more, they begin anew, but for what was kept.
      await linkSub(server, big.id, one.id);
      expect(await sharedWith(server, uma, 'big')).toEqual(
        how === 'kept'
          ? ['one/Automatic data_manager', 'one/Raised form_admin']
          : ['Automatic', 'Hidden', 'Raised'].map((name) => `one/${name} data_manager`),
      );
    },
  );

  it('of a sub-account are its umbrella’s to manage the data of, old and new, and nobody else’s (R37)', async () => {
    const server = await startServer({ database: await open() });
    const { uma, sam, sid, oli, big, links } = await family(server);
    await form(server, sam, 'one', 'Old');
    expect(await sharedWith(server, uma, 'big')).toEqual(['one/Old data_manager']);
    await form(server, sid, 'two', 'New');
    expect(await sharedWith(server, uma, 'big')).toEqual(['one/Old data_manager', 'two/New data_manager']);
    for (const [who, account] of [
      [sam, 'one'],
      [sid, 'two'],
      [oli, 'other'],
    ] as const)
      expect(await sharedWith(server, who, account)).toEqual([]);
    const shown = await server.ok('forms.show', { token: uma.token, params: at('one', 'Old') });
    expect(shown).toMatchObject({ role: 'data_manager', created_by: null, source: null });
    const change = { token: uma.token, params: at('one', 'Old'), headers: etag(1), body: { title: 'x' } };
    const refusal = await server.refused('forms.update', change);
    expect([refusal.code, refusal.reasons?.at(-1)?.text]).toEqual([
      'forbidden',
      'needs the form role form_admin or more for an account of yours',
    ]);
    await unlinkSub(server, big.id, links.one);
    expect(await sharedWith(server, uma, 'big')).toEqual(['two/New data_manager']);
    expect((await server.refused('forms.show', { token: uma.token, params: at('one', 'Old') })).code).toBe(
      'not_found',
    );
  });
});
