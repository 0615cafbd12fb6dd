import { readFileSync, writeFileSync } from 'node:fs';
import { join as pathOf } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareCommand } from '../../../src/commands/plans/compare.ts';
import { listCommand } from '../../../src/commands/plans/list.ts';
import { replaceCommand } from '../../../src/commands/plans/replace.ts';
import { showCommand } from '../../../src/commands/plans/show.ts';
import { Cli } from '../../support/cli.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

const cli = new Cli(await startServer());
const run = async (argv: string, options = {}) => plain(await cli.run(argv, options));
const examples = new URL('../../../examples/plans.yaml', import.meta.url);

describe('plans', () => {
  it('parse what they take', async () => {
    expect(await parsed(listCommand, '')).toEqual({});
    expect(await parsed(showCommand, 'basic')).toEqual({ plan: 'basic' });
    expect(await parsed(compareCommand, 'basic gold --diff')).toEqual({
      plan: ['basic', 'gold'],
      diff: true,
    });
    expect(await parsed(replaceCommand, '--file plans.yaml')).toEqual({ file: 'plans.yaml' });
  });

  it('are listed without signing in', async () => {
    expect(await run('plans list')).toEqual([
      0,
      lines(
        'NAME\tTITLE\tMONTHLY\tSEATS\tMAILS A DAY\tPARSERS\tWORKSPACES\tMANAGED ACCOUNTS\tUMBRELLA\tORGANIZATION\tSELF-SERVE',
        'basic\tBasic\t0.00\t5\t5\t10\t1\tno\tno\tno\tyes',
        'starter\tStarter\t19.00\t25\t25\t50\t1\tno\tno\tno\tyes',
        'professional\tProfessional\t99.00\t100\t100\t500\t3\tyes\tno\tno\tyes',
        'business\tBusiness\t299.00\t1000\t1000\t5000\t25\tyes\tno\tyes\tyes',
        'enterprise\tEnterprise\t999.00\tunlimited\tunlimited\tunlimited\tunlimited\tyes\tyes\tyes\tno',
      ),
      '',
    ]);
    const [, table] = await run('plans list --limit 1', { tty: true });
    expect(table.split('\n')[1]).toMatch(/^basic +Basic +0\.00 +5 +5 +10 +1 +no +no +no +yes$/);
  });

  it('are shown by name', async () => {
    expect((await cli.ok('plans show basic --json')).json()).toEqual({
      name: 'basic',
      title: 'Basic',
      monthly_price_cents: 0,
      self_serve: true,
      entitlements: { managed_accounts: false, umbrella: false, organization: false, team: true },
      limits: {
        seats: 5,
        mails_per_day: 5,
        parsers: 10,
        workspaces: 1,
        uploads_per_month: 100,
        messages_per_month: 50,
      },
    });
    expect((await run('plans show enterprise'))[1]).toContain('UPLOADS A MONTH\tunlimited\n');
    expect(await run('plans show gold')).toEqual([
      5,
      '',
      lines(
        'Error: There is no plan "gold": there are basic, starter, professional, business, enterprise.',
        '  Not found',
        '  Try:  tenantctl plans list',
        '  Code: not_found   Request ID: 1',
      ),
    ]);
  });

  it('are compared field by field', async () => {
    expect(await run('plans compare basic starter --diff')).toEqual([
      0,
      lines(
        'FIELD\tBASIC\tSTARTER',
        'TITLE\tBasic\tStarter',
        'MONTHLY\t0.00\t19.00',
        'SEATS\t5\t25',
        'MAILS A DAY\t5\t25',
        'PARSERS\t10\t50',
        'UPLOADS A MONTH\t100\t1000',
        'MESSAGES A MONTH\t50\t500',
      ),
      '',
    ]);
    const all = (await cli.ok('plans compare basic enterprise basic --json')).json();
    expect(all).toHaveLength(13);
    expect(all).toContainEqual({
      field: 'limits.seats',
      differs: true,
      values: { basic: 5, enterprise: null },
    });
    expect(all).toContainEqual({
      field: 'entitlements.team',
      differs: false,
      values: { basic: true, enterprise: true },
    });
    const [few, , said] = await run('plans compare basic basic');
    expect([few, said.split('\n')[0]]).toEqual([2, 'Error: name two plans or more']);
    const [none, , why] = await run('plans compare basic gold');
    expect([none, why.split('\n').slice(0, 2)]).toEqual([
      5,
      ['Error: there is no plan gold', '  There are basic, starter, professional, business, enterprise.'],
    ]);
  });
});

describe('plans replace', () => {
  const file = (name: string, text: string) => writeFileSync(pathOf(cli.configDir, name), text);
  const staffed = async () => {
    await cli.staff();
    file('plans.yaml', (await cli.ok('plans list -o yaml')).stdout);
  };

  it('takes what `plans list -o yaml` and -o json print, which is what the example says', async () => {
    await staffed();
    expect(await run('plans replace --file plans.yaml --profile staff')).toEqual([
      0,
      'The catalogue is like this already.\n',
      'Nothing to do.\n',
    ]);
    file('plans.json', (await cli.ok('plans list -o json')).stdout);
    expect((await run('plans replace --file plans.json --profile staff'))[1]).toBe(
      'The catalogue is like this already.\n',
    );
    const stdin = readFileSync(examples, 'utf8');
    expect((await run('plans replace --file - --profile staff', { stdin }))[1]).toBe(
      'The catalogue is like this already.\n',
    );
  });

  it('shows what differs, and asks; without a terminal --yes is the consent', async () => {
    const yaml = (await cli.ok('plans list -o yaml')).stdout;
    const [basic = '', , ...others] = yaml.split(/^(?=- )/m);
    const gold = basic.replace('name: basic', 'name: gold').replace('cents: 0', 'cents: 4200');
    const text = [basic, ...others.toReversed(), gold].join('').replace('cents: 29900', 'cents: 30000');
    file('new.yaml', text.replace('seats: 100\n', 'seats: 120\n'));
    const diff = [
      '~ business: monthly 299.00 -> 300.00',
      '~ professional: seats 100 -> 120',
      '+ gold: 42.00 a month',
      '- starter',
      'order: basic, enterprise, business, professional, gold',
    ];
    expect(await run('plans replace --file new.yaml --dry-run --profile staff')).toEqual([
      0,
      'The catalogue would be replaced: 1 added, 2 changed, 1 removed.\n',
      lines(...diff),
    ]);
    const [code, out, err] = await run('plans replace --file new.yaml --profile staff');
    expect([code, out]).toEqual([8, '']);
    expect(err).toContain(
      lines('This will replace the plan catalogue:', ...diff.map((line) => `  - ${line}`)),
    );
    const [no] = await run('plans replace --file new.yaml --profile staff', { answers: [['Go on?', 'n']] });
    expect(no).toBe(8);
    const [yes, text2] = await run('plans replace --file new.yaml --profile staff', {
      answers: [['Go on?', 'y']],
    });
    expect([yes, text2]).toEqual([
      0,
      'Replaced the catalogue: 1 added, 2 changed, 1 removed. It is revision 2.\n',
    ]);
    const back = await cli.ok('plans replace --file plans.yaml --yes --json --profile staff');
    expect(back.json()).toEqual({
      changed: true,
      added: ['starter'],
      updated: ['professional', 'business'],
      removed: ['gold'],
      revision: 3,
    });
  });

  it('points at the line that is wrong, and lists everything that stands in the way', async () => {
    const example = readFileSync(examples, 'utf8');
    file(
      'bad.yaml',
      example.replace('seats: 25\n', 'seats: many\n').replace('title: Business\n', 'titel: B\n'),
    );
    const [code, out, err] = await run('plans replace --file bad.yaml --profile staff');
    expect([code, out, err.split('\n').slice(0, 4)]).toEqual([
      2,
      '',
      [
        'Error: bad.yaml is no valid catalogue; nothing was changed',
        '  - bad.yaml:32:12: limits/seats Invalid input: expected number, received string',
        '  - bad.yaml:54:3: title Invalid input: expected string, received undefined',
        '  - bad.yaml:55:10: titel is not a field of this request',
      ],
    ]);
    file('broken.yaml', '- name: basic\n  name: gold\n');
    expect((await run('plans replace --file broken.yaml --profile staff'))[2].split('\n')[0]).toBe(
      'Error: broken.yaml:2:3: the catalogue cannot be read: this key is there twice',
    );
    file('one.yaml', 'plans: []\n');
    expect((await run('plans replace --file one.yaml --profile staff'))[2].split('\n')[0]).toBe(
      'Error: one.yaml:1:1: the catalogue is a list of plans, and this is none',
    );
    file('twice.yaml', `${example}${example}`);
    const [blocked, , why] = await run('plans replace --file twice.yaml --profile staff');
    expect([blocked, why.split('\n').slice(0, 3)]).toEqual([
      6,
      [
        'Error: The catalogue cannot be replaced like this; nothing was changed.',
        '  The catalogue cannot be replaced like this',
        '  - duplicate_plan: basic is there 2 times: keep one',
      ],
    ]);
  });

  it('is for staff', async () => {
    await cli.signIn('ana@example.com');
    const [code] = await run('plans replace --file plans.yaml --yes');
    expect(code).toBe(9);
  });
});
