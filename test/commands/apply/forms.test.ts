import { expect, test } from 'vitest';
import { describeOnEachDatabase } from '../../support/databases.ts';
import { desk } from './world.ts';

const ACME = `schema: tenantctl/v1
accounts:
  acme:
    forms:
      Visit: { file: visit.yaml }
      Quick:
        title: A quick one
        questions: [{ type: boolean, name: seen, label: 'Seen, or not?' }]
`;
const VISIT = `schema: tenantctl/form/v1
name: Visit
title: After each visit
description: One per site
questions:
  - { type: text, name: site, label: Which site?, required: true }
`;

describeOnEachDatabase('forms of an estate', (open) => {
  async function acme() {
    const at = await desk(await open());
    await at.cli.ok('accounts create Acme --slug acme');
    at.file('acme.yaml', ACME);
    at.file('visit.yaml', VISIT);
    const shown = (form: string) =>
      at.server.ok('forms.show', { token: at.ann.token, params: { account: 'acme', form } });
    return { at, shown };
  }

  test('are made and changed, from files or in place, and nothing else is written', async () => {
    const { at, shown } = await acme();
    expect((await at.apply('acme.yaml --yes')).stdout).toBe('2 changes done.\n');
    expect(await shown('Visit')).toMatchObject({
      title: 'After each visit',
      description: 'One per site',
      questions: [{ name: 'site', required: true }],
      revision: 1,
    });
    expect(await shown('Quick')).toMatchObject({ description: null, questions: [{ required: false }] });
    at.writes();
    expect((await at.apply('acme.yaml --yes')).stdout).toBe('The estate is as its files say.\n');
    expect(at.writes()).toEqual([]);
    at.file('visit.yaml', VISIT.replace('Which site?', 'Where?').replace('description: One per site\n', ''));
    const done = await at.apply('acme.yaml --yes');
    expect(done.stderr).toContain('~ form default/Visit');
    expect(at.writes()).toEqual([expect.stringMatching(/^PATCH \/acme\/forms\/frm_\w+$/)]);
    expect(await shown('Visit')).toMatchObject({
      description: null,
      questions: [{ label: 'Where?' }],
      revision: 2,
    });
  });

  test('that somebody else changed since the review are not written over', async () => {
    const { at, shown } = await acme();
    await at.apply('acme.yaml --yes');
    at.file('visit.yaml', VISIT.replace('Which site?', 'Where?'));
    await at.save('acme.yaml', 'changes.json');
    const params = { account: 'acme', form: 'Visit' };
    const headers = { 'if-match': '*' };
    await at.server.ok('forms.update', { token: at.ann.token, params, headers, body: { title: 'By hand' } });
    at.writes();
    const done = await at.apply('changes.json');
    expect([done.code, done.stderr, at.writes()]).toEqual([
      6,
      expect.stringContaining('form default/Visit of acme has changed since'),
      [],
    ]);
    expect((await shown('Visit')).title).toBe('By hand');
  });

  test('go only where that is asked for, behind the brakes, and what goes along is said before', async () => {
    const { at } = await acme();
    await at.apply('acme.yaml --yes');
    const { token } = at.ann;
    const records = [{ answers: { site: 'Nord' } }, { answers: { site: 'Sud' } }];
    const params = { account: 'acme', form: 'Visit' };
    await at.server.ok('records.submit', { token, params, body: { records } });
    at.file('acme.yaml', ACME.replace('      Visit: { file: visit.yaml }\n', ''));
    at.writes();
    expect((await at.apply('acme.yaml --yes')).stdout).toBe('The estate is as its files say.\n');
    const braked = await at.apply('acme.yaml --yes --prune form');
    expect([braked.code, braked.stderr]).toEqual([6, expect.stringContaining('--max-deletes allows 0')]);
    expect(braked.stderr).toContain('- form default/Visit\n      takes along 2 records\n');
    const shared = await at.apply('acme.yaml --yes --prune form --max-deletes 1 --confirm acme');
    expect([shared.code, shared.stderr]).toEqual([
      6,
      expect.stringContaining('1 of 2 live objects of kind form would be removed: more than 10%'),
    ]);
    const words = 'acme.yaml --yes --prune form --max-deletes 1 --max-share 50% --confirm acme';
    expect((await at.apply(words)).stdout).toBe('1 change done.\n');
    expect((await at.apply(words)).stdout).toBe('The estate is as its files say.\n');
    const { data } = await at.server.ok('forms.list', { token, params: { account: 'acme' } });
    expect(data.map(({ name }) => name)).toEqual(['Quick']);
  });
});
