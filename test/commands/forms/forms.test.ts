import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Form, FormItem, FormShare } from '../../../src/contract/types.ts';
import { Cli } from '../../support/cli.ts';
import { linkSub } from '../../support/forms.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const example = fileURLToPath(new URL('../../../examples/forms/visit.yaml', import.meta.url));

let server: TestServer;
let cli: Cli;
const run = async (argv: string | readonly string[], options = {}) => plain(await cli.run(argv, options));
const shown = async (name: string, more = '') =>
  (await cli.ok(`forms show ${name} --json ${more}`)).json() as Form;
const file = (name: string, text: string) => {
  writeFileSync(join(cli.configDir, name), text);
  return name;
};
const small = (more = '') =>
  `schema: tenantctl/form/v1\nname: Visit\ntitle: Visit\nquestions:\n  - type: text\n    name: site\n    label: Which site?\n${more}`;

/** ana's account `partner`, below uma's umbrella `big`; ana works in hers. */
beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('uma@example.com');
  const big = (await cli.ok('accounts create Big --slug big --json')).json() as { id: string };
  await cli.ok('accounts use big');
  await cli.signIn('ana@example.com');
  const partner = (await cli.ok('accounts create Partner --slug partner --json')).json() as { id: string };
  await cli.ok('accounts use partner');
  await linkSub(server, big.id, partner.id);
});

describe('forms create', () => {
  it('makes one from a file, whose title and description flags win over', async () => {
    expect(await run(['forms', 'create', 'Visit', '--file', example])).toEqual([
      0,
      'Created Visit (frm_1) in partner.\n',
      '',
    ]);
    expect(await shown('Visit')).toMatchObject({ title: 'After each visit', question_count: 7, revision: 1 });
    const words = ['forms', 'create', 'partner/default/Visit 2', '--file', example, '--title', 'Again'];
    const { json } = await cli.ok([...words, '--description', 'the second', '--json']);
    expect(json()).toMatchObject({ name: 'Visit 2', title: 'Again', description: 'the second' });
  });

  it('tells every mistake with its place, and sends nothing', async () => {
    file('a.yaml', small('    pattern: (a\n  - type: number\n    name: n\n    label: N\n'));
    expect(await run('forms create Visit --file a.yaml', { send: undefined })).toEqual([
      2,
      '',
      lines(
        'Error: there are 2 mistakes in a.yaml; nothing was sent',
        '  - a.yaml:8:14: questions[0].pattern: must be a pattern: a ( has no )',
        '  - a.yaml:9:11: questions[1].type: must be one of text, long_text, integer, decimal, date, datetime, boolean, choice, choices, email, phone, group',
        '  Try:  tenantctl help forms',
        '  Code: bad_form_file',
      ),
    ]);
    file(
      'b.yaml',
      small('    show_if: {question: later, equals: 1}\n  - {type: text, name: site, label: S}\n'),
    );
    const [, , told] = await run('forms create Visit --file b.yaml', { send: undefined });
    expect(told).toContain('questions[0].show_if.question: names no earlier question: later');
    expect(told).toContain('questions[1].name: is there twice: site');
  });

  it('asks for the file on a terminal', async () => {
    file('a.yaml', small());
    const { code, stdout } = await cli.run('forms create Visit', {
      answers: [['Which file has the questions?', 'a.yaml\r']],
    });
    expect([code, stdout.includes('Created Visit')]).toEqual([0, true]);
  });
});

describe('forms show', () => {
  it('shows what it asks, and as a file what makes the same form again', async () => {
    await cli.ok(['forms', 'create', 'Visit', '--file', example]);
    const [code, stdout] = await run('forms show Visit --fields name,title,question_count -o csv');
    expect([code, stdout]).toEqual([0, 'name,title,question_count\r\nVisit,After each visit,7\r\n']);
    const table = (await cli.ok('forms show Visit')).stdout.split('\n');
    expect(table.filter((line) => line.startsWith('open_points') || line.startsWith('site'))).toEqual([
      'site\t\tWhich site?\ttext\tyes\t/[A-Z]{2}-\\d{3}/\t',
      'open_points\trepair\tWhat is left to do?\tlong_text\tyes\t\treason = repair, done = false',
    ]);
    const again = (await cli.ok('forms show Visit --as-file')).stdout;
    file('again.yaml', again);
    await cli.ok('forms create Again --file again.yaml');
    expect((await shown('Again')).questions).toEqual((await shown('Visit')).questions);
    expect(readFileSync(example, 'utf8')).toContain('schema: tenantctl/form/v1');
  });
});

describe('forms update', () => {
  it('changes what is named, and says what; the same again changes nothing', async () => {
    file('a.yaml', small());
    await cli.ok('forms create Visit --file a.yaml');
    const words = ['forms', 'update', 'Visit', '--title', 'Site visit', '--rename', 'Site'];
    expect(await run(words)).toEqual([
      0,
      'Changed Visit (revision 2): name Visit -> Site; title Visit -> Site visit.\n',
      '',
    ]);
    expect((await run('forms update Site --rename Site')).slice(0, 2)).toEqual([
      0,
      'Site is like that already (revision 2).\n',
    ]);
    file('b.yaml', small('  - {type: date, name: day, label: When?}\n'));
    expect((await run('forms update Site --file b.yaml'))[1]).toBe(
      'Changed Site (revision 3): title Site visit -> Visit; questions (1 -> 2).\n',
    );
    expect((await run('forms update Site --title x --if-revision 1'))[0]).toBe(6);
    expect((await run('forms update Site'))[0]).toBe(2);
  });
});

describe('forms delete', () => {
  it('says what is lost and asks on a terminal; elsewhere it wants --yes', async () => {
    file('a.yaml', small());
    await cli.ok('forms create Visit --file a.yaml');
    for (const site of ['Nord', 'Süd'])
      await cli.ok(['forms', 'submit', 'Visit', '--answer', `site=${site}`]);
    expect((await run('forms delete Visit --dry-run')).slice(0, 2)).toEqual([
      0,
      'Visit would be deleted, and with it its questions, 2 records, the role of 1 other account.\n',
    ]);
    const no = await cli.run('forms delete Visit', { answers: [['(y/N)', 'n\r']] });
    expect(no.stderr).toContain('the role of 1 other account');
    expect((await shown('Visit')).revision).toBe(1);
    expect((await run('forms delete Visit --yes'))[1]).toBe(
      'Deleted Visit, and with it its questions, 2 records, the role of 1 other account.\n',
    );
    expect((await run('forms delete Visit --yes'))[1]).toBe('Visit is deleted already.\n');
  });
});

describe('forms share, shares and list --shared', () => {
  it('raise, lower and take away what the umbrella has, and give it back', async () => {
    file('a.yaml', small());
    await cli.ok('forms create Visit --file a.yaml');
    const list = async () =>
      ((await cli.ok('forms list --shared --account big --profile uma --json')).json() as FormItem[]).map(
        ({ owner, name, role }) => [owner.slug, name, role],
      );
    const shares = async () =>
      ((await cli.ok('forms shares Visit --json')).json() as FormShare[]).map(({ account, role, by }) => [
        account.slug,
        role,
        by,
      ]);
    expect(await list()).toEqual([['partner', 'Visit', 'data_manager']]);
    expect(await shares()).toEqual([['big', 'data_manager', 'umbrella']]);
    expect(await run('forms share Visit big --role viewer --dry-run')).toEqual([
      0,
      'ACCOUNT\tNAME\tROLE\tBY\tENDS WITH LINK\nbig\tBig\tviewer\tchosen here\tyes\n',
      'Visit would be shared like that.\n',
    ]);
    expect(await list()).toEqual([['partner', 'Visit', 'data_manager']]);
    await cli.ok('forms share Visit big --role form_admin');
    expect(await shares()).toEqual([['big', 'form_admin', 'chosen']]);
    const renamed = await run('forms update partner/Visit --title Ours --profile uma');
    expect(renamed.slice(0, 2)).toEqual([0, 'Changed Visit (revision 2): title Visit -> Ours.\n']);
    await cli.ok('forms unshare Visit big');
    expect([await list(), await shares()]).toEqual([[], [['big', 'none', 'chosen']]]);
    expect((await run('forms show partner/Visit --profile uma'))[0]).toBe(5);
    await cli.ok('forms share Visit big --role automatic');
    expect(await list()).toEqual([['partner', 'Visit', 'data_manager']]);
    const [, , told] = await run('forms share Visit big --role automatic');
    expect(told).toBe('Visit is shared like that already.\n');
  });
});

describe('forms example and save-copy', () => {
  it('show an umbrella’s form to its sub-account, which keeps a copy', async () => {
    file('a.yaml', small());
    await cli.ok('forms create Survey --file a.yaml --account big --profile uma');
    expect((await run('forms list --shared')).slice(1)).toEqual([
      '',
      'No other account shares a form with partner.\n',
    ]);
    expect((await run('forms example Survey --account big --profile uma'))[1]).toBe(
      'Survey is an example now.\n',
    );
    expect((await run('forms list --shared --no-headers'))[1].split('\t').slice(0, 3)).toEqual([
      'big/Survey',
      'Visit',
      'viewer',
    ]);
    expect((await run('forms save-copy big/Survey'))[1]).toBe(
      'Saved big/Survey as Survey (frm_1) in partner.\n',
    );
    await cli.ok('forms example Survey --off --account big --profile uma');
    expect((await run('forms list --shared --no-headers'))[1]).toBe('');
    expect((await shown('Survey')).source).toMatchObject({ name: 'Survey', revision: 2 });
  });
});
