import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { person, standard, trail } from '../support/estate.ts';
import { definition, field, parser, parsersOf } from '../support/parsers.ts';
import { START, startServer, type TestServer } from '../support/server.ts';

async function acme(server: TestServer) {
  const ann = await person(server, 'ann@acme.example');
  const account = await standard(server, ann, 'acme');
  return { ann, account };
}

const etag = (revision: number) => ({ 'if-match': `"${revision}"` });
const at = (name: string, account = 'acme') => ({ account, parser: name });

describeOnEachDatabase('parsers', (open) => {
  it('are made, shown by name and id, changed, listed with their history, and deleted', async () => {
    const server = await startServer({ database: await open() });
    const { ann, account } = await acme(server);
    const { token } = ann;
    const made = await parser(server, ann, 'acme', 'Invoice', { description: 'What suppliers send' });
    expect(made).toMatchObject({
      account_id: account.id,
      workspace: { slug: 'default' },
      name: 'Invoice',
      document_type: 'invoice',
      description: 'What suppliers send',
      secrets: [],
      source: null,
      copied_revision: null,
      edited: false,
      revision: 1,
      created_by: 'ann@acme.example',
      created_at: START,
      definition: {
        preprocessing: [],
        fields: [{ name: 'total', required: false }],
        tables: [],
        secrets: [],
      },
    });
    for (const reference of ['Invoice', made.id]) {
      const shown = await server.call('parsers.show', { token, params: at(reference) });
      expect(shown.body).toEqual(made);
      expect(shown.headers['etag']).toBe('"1"');
    }
    const update = (body: object, revision: number) =>
      server.ok('parsers.update', { token, params: at('Invoice'), headers: etag(revision), body });
    const next = await update({ definition: definition([field('total'), field('date')]) }, 1);
    expect([next.revision, next.digest === made.digest]).toEqual([2, false]);
    expect((await update({ document_type: 'invoice', description: 'What suppliers send' }, 2)).revision).toBe(
      2,
    );
    expect((await update({ description: null }, 2)).revision).toBe(3);
    expect(await parsersOf(server, ann, 'acme')).toEqual(['Invoice 3']);
    const revisions = await server.ok('parsers.revisions', { token, params: at('Invoice') });
    expect(revisions.data.map(({ revision, change, by }) => [revision, change, by])).toEqual([
      [3, 'updated', 'ann@acme.example'],
      [2, 'updated', 'ann@acme.example'],
      [1, 'created', 'ann@acme.example'],
    ]);
    const first = await server.ok('parsers.revision', { token, params: { ...at('Invoice'), revision: '1' } });
    expect([first.digest, first.definition]).toEqual([made.digest, made.definition]);
    const gone = { token, params: at('Invoice'), headers: etag(3) };
    expect(await server.ok('parsers.delete', gone)).toEqual({ changed: true });
    expect(await parsersOf(server, ann, 'acme')).toEqual([]);
    expect(await trail(server, account.id)).toEqual([
      'accounts.create acme',
      'parsers.create Invoice',
      'parsers.update Invoice',
      'parsers.update Invoice',
      'parsers.delete Invoice',
    ]);
  });
});
