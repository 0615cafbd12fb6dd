import { writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommand } from '../../../src/commands/workspaces/resources-create.ts';
import { deleteCommand } from '../../../src/commands/workspaces/resources-delete.ts';
import { listCommand } from '../../../src/commands/workspaces/resources-list.ts';
import { runCommand } from '../../../src/commands/workspaces/resources-run.ts';
import { showCommand } from '../../../src/commands/workspaces/resources-show.ts';
import { updateCommand } from '../../../src/commands/workspaces/resources-update.ts';
import type { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { inOrganization } from './organization.ts';

let cli: Cli;
const resources = async (argv: string, options = {}) =>
  plain(await cli.run(`workspaces resources ${argv} --workspace ops`, options));
const shown = async (name: string) =>
  (await cli.ok(`workspaces resources show ${name} --workspace ops --json`)).json();

beforeEach(async () => {
  ({ cli } = await inOrganization());
});

describe('the verbs of workspaces resources', () => {
  it('parse what they take', async () => {
    const all = '--q n --kind job --state failed --workflow res_1';
    expect(await parsed(listCommand, all)).toEqual({
      q: 'n',
      kind: 'job',
      state: 'failed',
      workflow: 'res_1',
    });
    expect(await parsed(showCommand, 'crm --kind connector')).toEqual({ resource: 'crm', kind: 'connector' });
    expect(await parsed(createCommand, 'crm --kind connector --config -')).toEqual({
      name: 'crm',
      kind: 'connector',
      config: '-',
    });
    expect(await parsed(updateCommand, 'crm --name x --state running --if-revision 2')).toEqual({
      resource: 'crm',
      name: 'x',
      state: 'running',
      ifRevision: 2,
    });
    expect(await parsed(deleteCommand, 'crm --kind workflow')).toEqual({ resource: 'crm', kind: 'workflow' });
    expect(await parsed(runCommand, 'nightly --name x')).toEqual({ workflow: 'nightly', name: 'x' });
    await expect(parsed(createCommand, 'x --kind job')).rejects.toThrow('job');
  });

  it('create with a config from a file or stdin, and show it', async () => {
    const file = pathOf(cli.configDir, 'crm.json');
    writeFileSync(file, '{ "url": "https://crm.example" }');
    expect(await resources(`create crm --kind connector --config ${file}`)).toEqual([
      0,
      'Created the connector crm (res_1).\n',
      '',
    ]);
    expect(await shown('crm')).toMatchObject({ kind: 'connector', config: { url: 'https://crm.example' } });
    await resources('create nightly --kind workflow --config -', { stdin: '{"at":"02:00"}' });
    expect(await resources('show nightly')).toEqual([
      0,
      lines(
        'NAME\tnightly',
        'KIND\tworkflow',
        'STATE\t',
        'WORKFLOW ID\t',
        'CONFIG\t{"at":"02:00"}',
        'MADE BY\tusr_1',
        'ID\tres_1',
        'REVISION\t1',
        'CREATED\t2026-03-02T09:00:00.000Z',
        'UPDATED\t2026-03-02T09:00:00.000Z',
        'FINISHED\t',
      ),
      '',
    ]);
  });

  it.each([
    ['{', 'stdin is not JSON'],
    ['[1]', 'stdin: the config must be a JSON object'],
    ['null', 'stdin: the config must be a JSON object'],
    [JSON.stringify({ text: 'x'.repeat(65_536) }), 'must be 65536 bytes of JSON at most'],
  ])('refuse a config that is none: %.20s', async (stdin, text) => {
    const [code, stdout, stderr] = await resources('create x --kind workflow --config -', { stdin });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  it('say which file cannot be read', async () => {
    const [code, , stderr] = await resources('create x --kind workflow --config /nonexistent.json');
    expect([code, stderr.includes('/nonexistent.json cannot be read')]).toEqual([2, true]);
  });

  it('run a workflow, list its jobs and move them on', async () => {
    await resources('create nightly --kind workflow');
    expect(await resources('run nightly --name first')).toEqual([
      0,
      'Made the job first (res_1), queued.\n',
      '',
    ]);
    expect(await resources('update first --state running')).toEqual([
      0,
      'Changed the job first (revision 2).\n',
      '',
    ]);
    expect(await resources('update first --state running')).toEqual([
      0,
      'first is like that already.\n',
      'Nothing to do.\n',
    ]);
    const [code, , stderr] = await resources('update first --state queued');
    expect([code, stderr.split('\n')[0]]).toEqual([
      6,
      'Error: The job first is running and cannot become queued: it can become succeeded or failed or cancelled.',
    ]);
    expect(await resources('list --kind job')).toEqual([
      0,
      lines('NAME\tKIND\tSTATE\tCREATED\tID', 'first\tjob\trunning\t2026-03-02T09:00:00.000Z\tres_1'),
      '',
    ]);
    expect(await resources('list --kind connector')).toEqual([0, '', 'No such resource in ops.\n']);
  });

  it('change name and config against a revision', async () => {
    await resources('create crm --kind connector');
    expect(
      await resources('update crm --name crm-eu --config - --if-revision 1', { stdin: '{"a":1}' }),
    ).toEqual([0, 'Changed the connector crm-eu (revision 2).\n', '']);
    expect((await resources('update crm-eu --name x --if-revision 1'))[0]).toBe(6);
    expect((await resources('update crm-eu'))[0]).toBe(2);
  });

  it('delete after asking, with the jobs of a workflow counted', async () => {
    await resources('create nightly --kind workflow');
    await resources('create nightly --kind connector');
    await resources('run nightly');
    expect((await resources('delete nightly'))[2]).toContain('?kind is needed');
    const all = 'delete nightly --kind workflow';
    expect(await resources(`${all} --dry-run`)).toEqual([
      0,
      'The workflow nightly with 1 job would be deleted.\n',
      '',
    ]);
    const said = lines(
      'This will delete the workflow nightly of the workspace ops of org:',
      '  - with it 1 job that it ran',
    );
    expect((await resources(all)).slice(0, 2)).toEqual([8, '']);
    expect(await resources(`${all} --yes`)).toEqual([0, 'Deleted the workflow nightly with 1 job.\n', said]);
    expect(await resources(`${all} --yes`)).toEqual([0, 'nightly is deleted already.\n', 'Nothing to do.\n']);
    expect((await resources('delete never --yes'))[0]).toBe(5);
  });
});
