import type { BodyInput } from '../../src/contract/shapes.ts';
import type { Form } from '../../src/contract/types.ts';
import type { Person } from './estate.ts';
import type { TestServer } from './server.ts';

export const wells: BodyInput<'forms.create'>['questions'] = [
  { name: 'site', label: 'Site', type: 'text', required: true },
  { name: 'depth', label: 'Depth in metres', type: 'integer', min: 0, max: 500 },
  {
    name: 'state',
    label: 'State',
    type: 'choice',
    choices: [{ value: 'works' }, { value: 'broken', label: 'Out of order' }],
  },
  {
    name: 'parts',
    label: 'Broken parts',
    type: 'choices',
    choices: [{ value: 'pump' }, { value: 'valve' }],
    show_if: { question: 'state', equals: 'broken' },
  },
];

/** The form Wells of an account's first workspace, or another one. */
export async function wellsForm(
  server: TestServer,
  by: Person,
  account: string,
  more: Partial<BodyInput<'forms.create'>> = {},
): Promise<Form> {
  const body = { name: 'Wells', title: 'Wells', questions: wells, ...more };
  return await server.ok('forms.create', { token: by.token, params: { account }, body });
}

/** So many records that fit it. */
export const wellsAnswers = (count: number, from = 1) =>
  Array.from({ length: count }, (_, at) => ({ answers: { site: `Well ${from + at}`, depth: 10 + at } }));

/** A sub-account of an umbrella by the store, past invitation and consent. */
export async function subAccount(
  server: TestServer,
  umbrellaId: string,
  childId: string,
  caps: { upload: number | null; message: number | null } = { upload: null, message: null },
): Promise<string> {
  const id = server.deps.newId('link');
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(({ tenant }) =>
    tenant(umbrellaId).links.insert({ id, childId, kind: 'sub', caps, at }),
  );
  return id;
}

/** What is left of an account's credits, and what it used of anybody's. */
export async function creditsOf(server: TestServer, accountId: string) {
  const rows = await server.database.read((trx) =>
    trx.selectFrom('credit_totals').where('payer_id', '=', accountId).selectAll().execute(),
  );
  return Object.fromEntries(rows.map(({ unit, balance, used }) => [unit, { balance, used }]));
}
