import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Folder } from '../../estate/files/files.ts';
import { runCli } from '../../support/cli.ts';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const examples = fileURLToPath(new URL('../../../examples/estate/', import.meta.url));

describe('validate', () => {
  it('says what the files come to, without a server or a profile', async () => {
    const { code, stdout, stderr } = await runCli('validate -f base.yaml -f prod.yaml', { cwd: examples });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe('2 files are in order: 1 account, 2 permission sets, 3 members, 2 parsers.\n');
    const json = await runCli('validate -f base.yaml -f prod.yaml --json', { cwd: examples });
    expect(json.json()).toEqual({
      ok: true,
      files: ['base.yaml', 'prod.yaml'],
      accounts: 1,
      workspaces: 0,
      permission_sets: 2,
      members: 3,
      workspace_members: 0,
      parsers: 2,
      forms: 0,
      sub_accounts: 0,
      secret_variables: [],
    });
  });

  it('takes the examples one environment at a time, or all of them as a folder', async () => {
    for (const files of ['-f base.yaml -f dev.yaml', '-f base.yaml -f staging.yaml', '-f .']) {
      const { code, stderr } = await runCli(`validate ${files}`, { cwd: examples });
      expect([files, code, stderr]).toEqual([files, 0, '']);
    }
  });

  it('prints the files as one, which is read as the same again', async () => {
    const { stdout } = await runCli('validate -f base.yaml -f prod.yaml --merged --var domain=b.example', {
      cwd: examples,
    });
    expect(stdout).toBe(`# yaml-language-server: $schema=./schemas/estate.json
schema: tenantctl/v1
accounts:
  acme-prod:
    name: Acme
    master: acme
    plan: business
    labels: { env: prod, team: documents }
    permission_sets:
      operators: { role: user, modules: [ parsers, reports ] }
      readers: { role: user, modules: [ reports ] }
    members:
      ann@b.example: admin
      bob@b.example: { role: user, modules: [ reports ], first_name: Bob }
      kim@b.example: { role: user, modules: [ reports ] }
    parsers:
      Invoice: { copy_from: acme-staging/Invoice }
      Receipt: { copy_from: acme-staging/Receipt }
`);
    const { code } = await runCli('validate -f -', { cwd: examples, stdin: stdout });
    expect(code).toBe(0);
  });

  it('tells every mistake at once: for people, for programs, and on a pull request', async () => {
    folder.estate('a.yaml', 'accounts:\n  acme:\n    nmae: A\n    plan: "1"\n');
    const people = await runCli('validate -f a.yaml', { cwd: folder.path });
    expect([people.code, people.stdout]).toEqual([2, '']);
    expect(people.stderr).toBe(`Error: there are 2 mistakes in the files; nothing was sent
  - a.yaml:4:5: accounts.acme.nmae: there is no such field; did you mean name?
  - a.yaml:5:11: accounts.acme.plan: must be 2 to 40 of a-z, 0-9 and hyphens, beginning with a letter
  Try:  tenantctl help estate
  Code: bad_estate_file
`);
    const hub = await runCli('validate -f a.yaml --json', {
      cwd: folder.path,
      env: { GITHUB_ACTIONS: 'true' },
    });
    const [first, second, json = ''] = hub.stderr.trimEnd().split('\n');
    expect([hub.code, first, second]).toEqual([
      2,
      '::error file=a.yaml,line=4,col=5::accounts.acme.nmae: there is no such field; did you mean name?',
      '::error file=a.yaml,line=5,col=11::accounts.acme.plan: must be 2 to 40 of a-z, 0-9 and hyphens, beginning with a letter',
    ]);
    expect(JSON.parse(json)).toMatchObject({
      error: { code: 'bad_estate_file', details: [{ pointer: 'a.yaml:4:5' }, {}] },
    });
  });

  it('shows fifty of very many, and says how many more there are', async () => {
    const odd = Array.from({ length: 80 }, (_, at) => `  acme-${at}: { odd: 1 }\n`).join('');
    folder.estate('a.yaml', `accounts:\n${odd}`);
    const { stderr } = await runCli('validate -f a.yaml', { cwd: folder.path });
    expect(stderr.match(/there is no such field/g)).toHaveLength(50);
    expect(stderr).toContain('  - and 30 more\n');
  });

  it.each([
    ['validate', '--file is missing'],
    ['validate -f none.yaml', 'none.yaml: there is no such file or folder'],
    ['validate -f a.yaml -f a.yaml', 'a.yaml is named twice'],
    ['validate -f a.yaml --var nothing', '--var takes NAME=VALUE, with a name of letters, digits and _'],
  ])('%s is refused', async (line, words) => {
    folder.estate('a.yaml', 'accounts: {}\n');
    const { code, stderr } = await runCli(line, { cwd: folder.path });
    expect([code, stderr.split('\n')[0]]).toEqual([2, `Error: ${words}`]);
  });
});
