import { readFile } from 'node:fs/promises';
import { isDisposableEmail } from 'disposable-email-domains-js';
import { expect, test } from 'vitest';
import { expected, people, peopleCsv } from '../../scripts/people-csv.ts';
import { checkRows } from '../../src/bulk/check.ts';
import { openInput } from '../../src/bulk/input.ts';
import { offerRules } from '../../src/bulk/offer-rules.ts';
import { foldAddress } from '../../src/contract/address.ts';
import { modules, rolesOfKind } from '../../src/contract/limits.ts';
import { recordsOf, source } from './sources.ts';

const rules = offerRules({
  roles: rolesOfKind.standard,
  modules,
  moduleRoles: ['user'],
  defaults: { role: 'user' },
  modulesRequired: true,
});
const example = new URL('../../examples/people.csv', import.meta.url);

test('examples/people.csv is what its script writes', async () => {
  expect(await readFile(example, 'utf8')).toBe(peopleCsv());
});

test('it comes to what the script says, row by row', async () => {
  const opened = await openInput(example.pathname);
  const result = await checkRows(opened, rules);
  expect(result).toMatchObject({
    rows: expected.rows,
    duplicates: expected.duplicate_row,
    valid: expected.invited + expected.disposable,
    errorCount: expected.invalid_email,
    errorCounts: { invalid_email: expected.invalid_email },
  });
  const verdicts = { fine: 'send', disposable: 'send', duplicate: 'duplicate', invalid: 'error' };
  expect((await recordsOf(opened)).map((record) => result.verdictOf(record).kind)).toEqual(
    people().map((person) => verdicts[person.kind]),
  );
});

test('exactly the disposable rows are on the list, a parent domain counting', () => {
  const listed = (email: string) => {
    const labels = (foldAddress(email) ?? '').split('@')[1]?.split('.') ?? [];
    return labels.some((_, from) => isDisposableEmail(`a@${labels.slice(from).join('.')}`));
  };
  const wrong = people().filter(
    ({ kind, email }) => kind !== 'invalid' && listed(email) !== (kind === 'disposable'),
  );
  expect(wrong).toEqual([]);
});

test('without the invalid rows it is a file that may be sent', async () => {
  const result = await checkRows(await source(peopleCsv(['fine', 'duplicate', 'disposable'])), rules);
  expect(result).toMatchObject({ errorCount: 0, rows: expected.rows - expected.invalid_email });
});
