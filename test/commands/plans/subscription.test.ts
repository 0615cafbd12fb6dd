import { beforeEach, describe, expect, it } from 'vitest';
import { cancelChangeCommand } from '../../../src/commands/plans/cancel-change.ts';
import { changeCommand } from '../../../src/commands/plans/change.ts';
import { currentCommand } from '../../../src/commands/plans/current.ts';
import { previewCommand } from '../../../src/commands/plans/preview.ts';
import { Cli } from '../../support/cli.ts';
import { join, person } from '../../support/estate.ts';
import { parsed } from '../../support/parse.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer } from '../../support/server.ts';

let cli: Cli;
let accountId = '';
const run = async (argv: string, options = {}) =>
  plain(await cli.run(argv, { ...options, env: { TENANTCTL_ACCOUNT: 'acme' } }));
const planOf = async () => {
  const { plan } = (await cli.ok('plans current --account acme --json')).json() as { plan: string };
  return plan;
};

beforeEach(async () => {
  const server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@acme.example');
  const made = await cli.ok('accounts create Acme --slug acme --json');
  accountId = (made.json() as { id: string }).id;
});

describe('the verbs of a subscription', () => {
  it('parse what they take', async () => {
    expect(await parsed(currentCommand, '')).toEqual({});
    expect(await parsed(cancelChangeCommand, '')).toEqual({});
    expect(await parsed(previewCommand, 'basic --now')).toEqual({ plan: 'basic', now: true });
    expect(await parsed(changeCommand, 'basic --now --reason why')).toEqual({
      plan: 'basic',
      now: true,
      reason: 'why',
    });
  });

  it('plans current shows what is used of what, and where it comes from', async () => {
    expect(await run('plans current')).toEqual([
      0,
      lines(
        'PLAN\tbasic',
        'PRICE\t0.00 a month',
        'PERIOD\t2026-03-02 until 2026-04-02',
        'SCHEDULED\tnothing',
        'CREDIT\t0.00',
        'SEATS\t1/5',
        'MAILS TODAY\t0/5',
        'PARSERS\t0/10',
        'WORKSPACES\t1/1',
        'UPLOADS A MONTH\tup to 100',
        'MESSAGES A MONTH\tup to 50',
        'MANAGED ACCOUNTS\tno: staff have not unlocked it',
        'UMBRELLA\tno: not in the plan',
        'ORGANIZATION\tno: not in the plan',
        'TEAM\tyes, by the plan',
        'REVISION\t1',
      ),
      '',
    ]);
    await cli.staff();
    const feature = async () => (await run('plans current'))[1].match(/MANAGED ACCOUNTS\t(.*)/)?.[1];
    await cli.ok('accounts unlock acme --trial-days 3 --profile staff');
    expect(await feature()).toBe('yes, by a trial until 2026-03-05T09:00:00.000Z');
    await cli.ok('accounts unlock acme --profile staff');
    expect(await feature()).toBe('no: not in the plan');
    await cli.ok('plans change enterprise --account acme --reason deal --profile staff');
    expect(await feature()).toBe('yes, by the plan');
    expect((await run('plans current'))[1]).toContain('SEATS\t1, no limit\n');
    expect((await run('plans current --account nowhere'))[0]).toBe(5);
  });

  it('plans preview shows before and after, the money and what is in the way, and changes nothing', async () => {
    cli.server.clock.advance({ days: 10 });
    await cli.ok('login --email ana@acme.example --password-stdin --profile ana', {
      stdin: 'plum harbour weaves nine',
    });
    expect(await run('plans preview starter')).toEqual([
      0,
      lines(
        'WHAT\tNOW\tAFTER',
        'PLAN\tbasic\tstarter',
        'MONTHLY\t0.00\t19.00',
        'SEATS\t5\t25',
        'MAILS A DAY\t5\t25',
        'PARSERS\t10\t50',
        'UPLOADS A MONTH\t100\t1000',
        'MESSAGES A MONTH\t50\t500',
        'TAKES EFFECT\t\tat once, 2026-03-12',
        'CHARGED\t\t12.88 for 21 days of starter',
        'DUE NOW\t\t12.88',
        'NEXT BILL\t\t19.00 on 2026-04-02',
      ),
      '',
    ]);
    const [, , warned] = await run('plans preview enterprise');
    expect(warned).toBe(
      'Warning: in the way: not_self_serve: enterprise is agreed with staff and set by them\n',
    );
    expect(await run('plans preview basic -o id')).toMatchObject([
      0,
      expect.any(String),
      'acme is on basic already: nothing would change.\n',
    ]);
    const shown = (await cli.ok('plans preview starter --account acme --json')).json();
    expect(shown).toMatchObject({ direction: 'upgrade', due_cents: 1_288, blockers: [] });
    expect(await planOf()).toBe('basic');
    expect((await run('plans preview gold'))[0]).toBe(2);
  });
});

describe('plans change', () => {
  it('is its own consent where nobody can be asked, and repeats harmlessly', async () => {
    expect(await run('plans change professional')).toEqual([
      0,
      'acme is on professional now. Due now: 99.00; next bill: 99.00 on 2026-04-02.\n',
      '',
    ]);
    expect(await run('plans change professional')).toEqual([
      0,
      'acme is on professional already.\n',
      'Nothing to do.\n',
    ]);
    expect(await run('plans change starter')).toEqual([
      0,
      'acme goes to starter on 2026-04-02; until then it stays on professional.\n',
      '',
    ]);
    expect((await run('plans change starter'))[1]).toBe('acme goes to starter on 2026-04-02 already.\n');
    expect((await run('plans change professional'))[1]).toBe(
      'acme is on professional already, until it goes to starter on 2026-04-02. To stay: tenantctl plans cancel-change --account acme\n',
    );
    expect((await run('plans current'))[1]).toContain('SCHEDULED\tstarter from 2026-04-02 on\n');
    expect(await run('plans cancel-change --dry-run')).toEqual([0, 'acme would stay on its plan.\n', '']);
    expect(await run('plans cancel-change')).toEqual([0, 'Cancelled: acme stays on its plan.\n', '']);
    expect(await run('plans cancel-change')).toEqual([
      0,
      'acme has no change scheduled.\n',
      'Nothing to do.\n',
    ]);
    expect(await run('plans change basic --now')).toEqual([
      0,
      'acme is on basic now. Due now: 0.00, 99.00 kept as credit; next bill: 0.00 on 2026-04-02.\n',
      '',
    ]);
    const json = (await cli.ok('plans change starter --account acme --json')).json();
    expect(json).toMatchObject({
      changed: true,
      change: { due_cents: 0 },
      subscription: { plan: 'starter' },
    });
  });

  it('shows what changes on a terminal, and asks', async () => {
    const asked = (key: string) => run('plans change starter', { answers: [['Go on?', key]] });
    const [no, nothing, said] = await asked('n');
    expect([no, nothing]).toEqual([8, '']);
    for (const line of [
      'This will change acme from basic to starter:',
      '  - monthly: 0.00 -> 19.00',
      '  - seats: 5 -> 25',
      '  - takes effect: at once, 2026-03-02',
      '  - charged: 19.00 for 31 days of starter',
      '  - due now: 19.00',
      '  - next bill: 19.00 on 2026-04-02',
    ])
      expect(said).toContain(line);
    expect(await planOf()).toBe('basic');
    expect((await asked('y')).slice(0, 2)).toEqual([
      0,
      'acme is on starter now. Due now: 19.00; next bill: 19.00 on 2026-04-02.\n',
    ]);
    // What is so already asks nothing.
    expect(await run('plans change starter', { tty: true })).toEqual([
      0,
      'acme is on starter already.\n',
      'Nothing to do.\n',
    ]);
    expect((await run('plans change basic --now --yes', { tty: true }))[0]).toBe(0);
  });

  it('--dry-run tells what would be, and changes nothing', async () => {
    const [code, out, err] = await run('plans change starter --dry-run');
    expect([code, out]).toEqual([
      0,
      'acme would be on starter now. Due now: 19.00; next bill: 19.00 on 2026-04-02.\n',
    ]);
    expect(err).toContain('seats: 5 -> 25\n');
    expect(await planOf()).toBe('basic');
  });

  it('lists all that stands in the way with 6, before anybody is asked', async () => {
    await cli.ok('plans change professional --account acme');
    for (let n = 0; n < 6; n += 1)
      await join(cli.server, accountId, await person(cli.server, `p${n}@acme.example`), 'user');
    const refusal = lines(
      'Error: acme does not fit the plan basic; nothing was changed.',
      '  The account does not fit the plan',
      '  - seats: 7 in use, and basic has 5; remove or deactivate members, or revoke invitations',
      '  Try:  tenantctl plans current --account acme',
      '  Code: plan_blocked   Request ID: 1',
    );
    expect(await run('plans change basic')).toEqual([6, '', refusal]);
    expect(await run('plans change basic', { tty: true })).toEqual([6, '', refusal]);
    expect((await run('plans change basic --dry-run'))[0]).toBe(6);
    const [, , json] = await run('plans change basic --json');
    expect(JSON.parse(json).error).toMatchObject({
      code: 'plan_blocked',
      details: [{ pointer: 'seats', detail: expect.any(String) }],
    });
    expect((await run('plans change enterprise'))[0]).toBe(9);
    const [bad, , why] = await run('plans change gold');
    expect([bad, why]).toEqual([2, expect.stringContaining('names no plan: there are basic, starter')]);
  });

  it('asks staff for a reason', async () => {
    await cli.staff();
    const [code, , err] = await run('plans change enterprise --profile staff');
    expect([code, err]).toEqual([2, expect.stringContaining('/reason')]);
    expect((await run('plans change enterprise --reason deal --profile staff'))[0]).toBe(0);
  });
});
