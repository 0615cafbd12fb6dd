import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { modules, workspaceRoles } from '../../../src/contract/limits.ts';
import { readEstate } from '../../../src/estate/files/read.ts';
import { placeText } from '../../../src/estate/files/source.ts';
import { type WriteChoices, writeEstate } from '../../../src/estate/files/write.ts';
import { type Estate, noEstate, sortedEstate } from '../../../src/estate/model.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantctl-write-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Written to a folder, and read again. */
async function again(estate: Estate, choices: WriteChoices): Promise<Estate> {
  const written = await writeEstate(estate, choices);
  const main = `estate.${choices.format}`;
  for (const { name, text } of [{ name: main, text: written.text }, ...written.files]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const read = await readEstate([main], {
    directory: folder,
    stdin: async () => new Uint8Array(),
    environment: {},
    given: new Map(),
  });
  expect(read.mistakes.map((one) => `${placeText(one)}: ${one.message}`)).toEqual([]);
  return read.estate;
}

const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      '${NAME}',
      '$${NAME}',
      '$',
      'yes',
      'null',
      '~',
      '007',
      '1e3',
      '# a',
      '- a',
      'a: b',
      '{a}',
      '"',
      "'",
      '&a',
      '*a',
      '!a',
      '@a',
      '%a',
    ),
  )
  .map((one) => one.trim())
  .filter(
    (one) =>
      one !== '' && !/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(one) && one.isWellFormed(),
  );
const slug = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,6}[a-z0-9]$/);
const setName = fc.stringMatching(/^[a-z0-9]{1,3}$/);
const email = fc.stringMatching(/^[a-z0-9+_-]{1,4}@[a-z]{1,4}\.example$/);
const parserName = fc.stringMatching(/^[A-Z][A-Za-z0-9 ._-]{0,5}[a-z0-9]$/);
const some = <T>(items: fc.Arbitrary<T>) => fc.uniqueArray(items, { minLength: 1, maxLength: 4 });
const roles = fc.record({
  role: fc.constantFrom('super_admin' as const, 'billing_admin' as const, 'member' as const),
});
const user = fc.record({
  role: fc.constant('user' as const),
  modules: fc.subarray([...modules].sort()),
});
const maybe = { requiredKeys: [] };

const definition = text.map((label) => ({
  preprocessing: [],
  fields: [
    {
      name: 'total',
      type: 'amount' as const,
      required: false,
      rules: [{ kind: 'label' as const, label, position: 'right' as const }],
    },
  ],
  tables: [],
  secrets: [{ name: 'erp' }],
}));

/** Everything of one account, in the one spelling that files have for it. */
const account = (slugs: readonly string[]) => (account: string, at: number) =>
  fc.boolean().chain((organization) =>
    fc.record({
      accounts: fc
        .record(
          {
            name: text,
            plan: fc.constantFrom('basic', 'business'),
            labels: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,4}$/), text, { maxKeys: 3 }),
            copy_out: fc.constantFrom('family' as const, 'anyone' as const),
            managed_accounts: fc.constantFrom('locked' as const, 'unlocked' as const),
          },
          maybe,
        )
        .map((fields) => [
          {
            account,
            kind: organization ? ('organization' as const) : ('standard' as const),
            ...fields,
            ...(at > 0 && !organization && { master: slugs[0] ?? '' }),
          },
        ]),
      workspaces: organization
        ? some(slug).chain((names) =>
            fc.tuple(
              ...names.map((workspace) =>
                fc.record(
                  { account: fc.constant(account), workspace: fc.constant(workspace), name: text },
                  { requiredKeys: ['account', 'workspace'] },
                ),
              ),
            ),
          )
        : fc.constant<{ account: string; workspace: string; name?: string }[]>([]),
      members: some(email).chain((people) =>
        fc.tuple(
          ...people.map((one) =>
            (organization ? roles : user).map((role) => ({ account, email: one, ...role })),
          ),
        ),
      ),
      permission_sets: fc
        .uniqueArray(setName, { maxLength: 2 })
        .chain((names) =>
          fc.tuple(
            ...names.map((name) => (organization ? roles : user).map((role) => ({ account, name, ...role }))),
          ),
        ),
      parsers: fc.uniqueArray(parserName, { maxLength: 2 }).chain((names) =>
        fc.tuple(
          ...names.map((name) =>
            fc
              .record({ definition, description: fc.option(text), bound: fc.boolean() })
              .map(({ bound, ...content }) => ({
                account,
                workspace: 'default',
                name,
                content: { document_type: 'invoice', ...content },
                ...(bound && { secrets: [{ name: 'erp', variable: 'ERP_KEY' }] }),
              })),
          ),
        ),
      ),
      forms: fc.uniqueArray(parserName, { maxLength: 2 }).chain((names) =>
        fc.tuple(
          ...names.map((name) =>
            fc
              .record({ title: text, description: fc.option(text), label: text, required: fc.boolean() })
              .map(({ label, required, ...content }) => ({
                account,
                workspace: 'default',
                name,
                content: {
                  ...content,
                  questions: [
                    { type: 'text' as const, name: 'site', label, required },
                    { type: 'choice' as const, name: 'why', label, required, choices: [{ value: label }] },
                  ],
                },
              })),
          ),
        ),
      ),
      roles: fc.constantFrom(...workspaceRoles),
    }),
  );

const estate = some(slug)
  .chain((slugs) => fc.tuple(...slugs.map(account(slugs))))
  .map(
    (parts): Estate =>
      sortedEstate({
        ...noEstate,
        accounts: parts.flatMap((part) => part.accounts),
        workspaces: parts.flatMap((part) => part.workspaces),
        permission_sets: parts.flatMap((part) => part.permission_sets),
        members: parts.flatMap((part) => part.members),
        parsers: parts.flatMap((part) => part.parsers),
        forms: parts.flatMap((part) => part.forms),
        // Everybody in every workspace.
        workspace_members: parts.flatMap(({ workspaces, members, roles: role }) =>
          workspaces.flatMap(({ account: of, workspace }) =>
            members.map(({ email: who }) => ({ account: of, workspace, email: who, role })),
          ),
        ),
      }),
  );

describe('an estate that is written', () => {
  it.each([
    ['yaml', 'inline'],
    ['yaml', 'files'],
    ['json', 'inline'],
    ['json', 'files'],
  ] as const)('as %s, definitions %s, is read as it was', async (format, definitions) => {
    await fc.assert(
      fc.asyncProperty(estate, async (one) => {
        expect(await again(one, { format, definitions })).toEqual(one);
      }),
      { numRuns: 60 },
    );
  });
});
