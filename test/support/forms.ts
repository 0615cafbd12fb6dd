import type { BodyInput } from '../../src/contract/shapes.ts';
import type { Form } from '../../src/contract/types.ts';
import type { Person } from './estate.ts';
import type { TestServer } from './server.ts';

export type Questions = BodyInput<'forms.create'>['questions'];

/** A few of the types, with a condition and a group. */
export const questions = (): Questions => [
  { type: 'text', name: 'site', label: 'Which site?', required: true, max: 100 },
  { type: 'integer', name: 'people', label: 'How many people?', min: 0, max: 500 },
  {
    type: 'group',
    name: 'safety',
    label: 'Safety',
    questions: [
      { type: 'boolean', name: 'incident', label: 'Was there an incident?', required: true },
      {
        type: 'long_text',
        name: 'what',
        label: 'What happened?',
        show_if: { question: 'incident', equals: true },
      },
    ],
  },
];

/** A form in the account's workspace `default`. */
export async function form(
  server: TestServer,
  by: Pick<Person, 'token'>,
  account: string,
  name: string,
  more: Partial<BodyInput<'forms.create'>> = {},
): Promise<Form> {
  return await server.ok('forms.create', {
    token: by.token,
    params: { account },
    body: { name, title: `About ${name}`, questions: questions(), ...more },
  });
}

/** The forms that other accounts share with this one, as `owner/name role`. */
export async function sharedWith(
  server: TestServer,
  by: Pick<Person, 'token'>,
  account: string,
): Promise<string[]> {
  const query = { shared: 'in', limit: 1000 };
  const { data } = await server.ok('forms.list', { token: by.token, params: { account }, query });
  return data.map(({ owner, name, role }) => `${owner.slug}/${name} ${role ?? 'own'}`);
}

/** An active link from an umbrella to a sub-account, as if that had accepted. */
export async function linkSub(server: TestServer, umbrellaId: string, childId: string): Promise<string> {
  const id = server.deps.newId('link');
  const at = server.clock.now().toISOString();
  await server.database.write((trx) =>
    trx
      .insertInto('links')
      .values({
        parent_id: umbrellaId,
        id,
        child_id: childId,
        kind: 'sub',
        state: 'active',
        ended_at: null,
        created_at: at,
        updated_at: at,
      })
      .execute(),
  );
  return id;
}

/** Ends such a link: by whichever side, and whether what was chosen under it is kept, the test says. */
export async function unlinkSub(server: TestServer, umbrellaId: string, linkId: string): Promise<void> {
  await server.deps.transactions.write(({ tenant }) =>
    tenant(umbrellaId).links.end(linkId, server.clock.now().toISOString()),
  );
}
