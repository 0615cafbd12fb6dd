import { beforeEach, describe, expect, it } from 'vitest';
import type { Send } from '../../../src/client/wire.ts';
import type { ParserCopyResult, ParserDifference } from '../../../src/contract/types.ts';
import { Cli, sendTo } from '../../support/cli.ts';
import { join, managed, master, type Person, person } from '../../support/estate.ts';
import { definition, field, parser, parsersOf } from '../../support/parsers.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;
/** Administers the master, and develops in the managed accounts. */
let ana: Person;
const run = async (argv: string | readonly string[], options = {}) => plain(await cli.run(argv, options));
const made = (account: string, name: string, more = {}) => parser(server, ana, account, name, more);
const there = (account: string) => parsersOf(server, ana, account);
const changed = async (account: string, name: string, body: object) => {
  const params = { account, parser: name };
  const { revision } = await server.ok('parsers.show', { token: ana.token, params });
  const headers = { 'if-match': `"${revision}"` };
  await server.ok('parsers.update', { token: ana.token, params, body, headers });
};
const path = 'acme-dev -> acme-staging -> acme-prod';
const promoting = (from: string, to: string) => `Promoting from ${from} to ${to}, along ${path}.`;
const head = 'TARGET\tPARSER\tAS\tOUTCOME\tREVISION\tSECRETS MISSING';

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  const staff = await server.staffToken();
  ana = await person(server, 'ana@example.com');
  const { id } = await master(server, ana, 'acme', staff);
  for (const step of ['dev', 'staging', 'prod']) {
    const account = await managed(server, ana, id, `acme-${step}`);
    await join(server, account.id, ana, 'admin');
  }
  await cli.signIn('ana@example.com', { known: true });
  await cli.ok('accounts use acme');
  await made('acme-dev', 'Invoice', { definition: definition([field('total')], 'api_key') });
  await made('acme-dev', 'Receipt');
});

describe('parsers copy', () => {
  it('brings content to several accounts, and lists the secrets that wait', async () => {
    const done = await run('parsers copy Invoice Receipt --from acme-dev --to acme-staging,acme-prod');
    expect(done).toEqual([
      0,
      lines(
        head,
        'acme-staging\tInvoice\tInvoice\tcreated\t1\tapi_key',
        'acme-staging\tReceipt\tReceipt\tcreated\t1\t',
        'acme-prod\tInvoice\tInvoice\tcreated\t1\tapi_key',
        'acme-prod\tReceipt\tReceipt\tcreated\t1\t',
      ),
      lines(
        'acme-staging: 2 created.',
        'acme-prod: 2 created.',
        'Secrets that wait for their values, which are never copied or exported: 2.',
        '  tenantctl parsers secrets set acme-staging/Invoice api_key',
        '  tenantctl parsers secrets set acme-prod/Invoice api_key',
      ),
    ]);
    expect(await there('acme-prod')).toEqual(['Invoice 1', 'Receipt 1']);
    expect(
      (await cli.ok('parsers list --account acme-prod --no-headers --fields name,source.account.slug'))
        .stdout,
    ).toBe(lines('Invoice\tacme-dev', 'Receipt\tacme-dev'));
    expect((await run('parsers list --account acme-prod --q Rec'))[1]).toContain('\tacme-dev/Receipt@1\t');
  });

  it('changes nothing the second time', async () => {
    await cli.ok('parsers copy --all --from acme-dev --to acme-prod');
    const again = await cli.run('parsers copy --all --from acme-dev --to acme-prod --json');
    expect([again.code, again.stderr.split('\n').slice(0, 2)]).toEqual([
      0,
      ['acme-prod: 2 unchanged.', 'Nothing to do.'],
    ]);
    expect(again.json()).toMatchObject({
      changed: false,
      targets: [
        {
          parsers: [
            { outcome: 'unchanged', revision: 1 },
            { outcome: 'unchanged', revision: 1 },
          ],
        },
      ],
    });
  });

  it('is refused whole, with everything that stands in the way', async () => {
    await made('acme-prod', 'Invoice');
    expect(
      await run('parsers copy Invoice Nope --from acme-dev --to acme-prod,acme-staging,elsewhere'),
    ).toEqual([
      6,
      '',
      lines(
        'Error: Nothing was copied: 3 things stand in the way. acme-dev/default has no parser Nope.',
        '  The copy was refused; nothing was written',
        '  - unknown_parser: acme-dev/default has no parser Nope',
        '  - unknown_target: elsewhere: There is no account "elsewhere" that you can see.',
        '  - name_taken: acme-prod/default: Invoice is there already',
        '  Try:  the same with --on-conflict skip, rename or overwrite',
        '  Code: copy_refused   Request ID: 1',
      ),
    ]);
    expect(await there('acme-staging')).toEqual([]);
  });

  it.each([
    ['skip', 'Invoice\tInvoice\tskipped\t1', ['Invoice 1']],
    ['rename', 'Invoice\tInvoice 2\trenamed\t1', ['Invoice 1', 'Invoice 2 1']],
    ['overwrite --force', 'Invoice\tInvoice\toverwritten\t2', ['Invoice 2']],
  ])('does about a name that is taken what --on-conflict %s says', async (choice, row, after) => {
    await made('acme-prod', 'Invoice', { definition: definition([field('other')]) });
    const [code, stdout] = await run(
      `parsers copy Invoice --from acme-dev --to acme-prod --on-conflict ${choice}`,
    );
    expect([code, stdout.split('\n')[1]]).toEqual([0, expect.stringMatching(`^acme-prod\t${row}\t`)]);
    expect(await there('acme-prod')).toEqual(after);
  });

  it('shows what would be under --dry-run, and writes nothing', async () => {
    expect(await run('parsers copy --all --from acme-dev --to acme-prod/default --dry-run')).toEqual([
      0,
      lines(
        head,
        'acme-prod\tInvoice\tInvoice\tcreated\t1\tapi_key',
        'acme-prod\tReceipt\tReceipt\tcreated\t1\t',
      ),
      lines('acme-prod: 2 created.', 'It is a dry run: nothing was written.'),
    ]);
    expect(await there('acme-prod')).toEqual([]);
  });

  it('shows the plan at a terminal and asks', async () => {
    await cli.ok('parsers copy Receipt --from acme-dev --to acme-prod');
    const words = 'parsers copy --all --from acme-dev --to acme-prod,acme-staging';
    const no = await cli.run(words, { answers: [['Go on?', 'n']] });
    expect([no.code, no.stdout]).toEqual([8, '']);
    expect(no.stderr).toContain(
      lines(
        'This will copy from acme-dev to 2 places:',
        '  - acme-prod: 1 created (Invoice), 1 unchanged',
        '  - acme-staging: 2 created (Invoice, Receipt)',
      ),
    );
    expect(await there('acme-staging')).toEqual([]);
    const yes = await cli.run(words, { answers: [['Go on?', 'y']] });
    expect([yes.code, await there('acme-staging')]).toEqual([0, ['Invoice 1', 'Receipt 1']]);
    // Nothing would change: nothing is asked.
    expect((await run(words, { tty: true }))[0]).toBe(0);
  });

  it('happens once although the answer was lost', async () => {
    const wire = sendTo(server.app);
    const statuses: number[] = [];
    const send: Send = async (request) => {
      const answer = await wire(request);
      if (!request.url.endsWith('/copy')) return answer;
      statuses.push(answer.status);
      if (statuses.length > 1) return answer;
      throw Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
    };
    const [code, stdout] = await run('parsers copy --all --from acme-dev --to acme-prod', { send });
    expect([code, statuses]).toEqual([0, [200, 200]]);
    // The stored answer of the first attempt, not that of a second copy.
    expect(stdout.match(/\tcreated\t1\t/g)).toHaveLength(2);
    expect(await there('acme-prod')).toEqual(['Invoice 1', 'Receipt 1']);
  });

  it.each([
    ['--from acme-dev --to acme-prod', 2, 'which parsers?'],
    ['Invoice --all --from acme-dev --to acme-prod', 2, 'names and --all exclude each other'],
    ['Invoice --from acme-dev', 2, '--to is missing'],
    ['acme-dev/Invoice --to acme-prod', 2, 'names stand alone here; --from says where they are'],
    ['Invoice --from a/b/c --to acme-prod', 2, '--from a/b/c: not ACCOUNT or ACCOUNT/WORKSPACE'],
    ['Invoice --from acme-dev --to acme-prod --force', 2, '--force goes with --on-conflict overwrite'],
    ['Invoice --from acme-dev --to acme-prod/nope', 6, 'unknown_target: acme-prod'],
    ['Invoice --from acme-dev --to acme-dev', 6, 'same_place: acme-dev/default is the source itself'],
  ])('%s ends with %d', async (words, expected, text) => {
    const [code, stdout, stderr] = await run(`parsers copy ${words}`);
    expect([code, stdout]).toEqual([expected, '']);
    expect(stderr).toContain(text);
  });
});

describe('parsers diff', () => {
  beforeEach(async () => {
    await cli.ok('parsers copy --all --from acme-dev --to acme-prod');
  });

  it('says that two places do not differ', async () => {
    const same = [0, '', 'acme-dev and acme-prod do not differ.\n'];
    expect(await run('parsers diff --from acme-dev --to acme-prod')).toEqual(same);
    expect(await run('parsers diff --from acme-dev --to acme-prod --detailed-exitcode')).toEqual(same);
    expect((await cli.ok('parsers diff --from acme-dev --to acme-prod --json')).json()).toEqual([]);
    expect((await run('parsers diff --from acme-dev --to acme-prod --same'))[1]).toBe(
      lines('= Invoice (the same)', '= Receipt (the same)', '2 the same'),
    );
  });

  it('shows field by field what a copy would change', async () => {
    await changed('acme-dev', 'Receipt', {
      definition: definition([field('total', { type: 'amount' }), field('net')]),
    });
    await changed('acme-prod', 'Invoice', { description: 'by hand' });
    await made('acme-dev', 'New');
    await made('acme-prod', 'Old');
    const [code, stdout, stderr] = await run(
      'parsers diff --from acme-dev --to acme-prod --detailed-exitcode',
    );
    const net =
      '{"name":"net","type":"text","required":false,"rules":[{"kind":"label","label":"net","position":"right"}]}';
    expect([code, stderr]).toEqual([10, '']);
    expect(stdout).toBe(
      lines(
        '~ Invoice (made or edited in acme-prod: only --force overwrites it)',
        '    ~ description: "by hand" -> null',
        '+ New (only in acme-dev)',
        '- Old (only in acme-prod: a copy leaves it alone)',
        '~ Receipt',
        '    ~ fields.total.type: "text" -> "amount"',
        `    + fields.net: ${net}`,
        '2 changed, 1 only in acme-dev, 1 only in acme-prod',
      ),
    );
    expect((await run('parsers diff --from acme-dev --to acme-prod -o id'))[1]).toBe(
      lines('Invoice', 'New', 'Old', 'Receipt'),
    );
    const json = (
      await cli.run('parsers diff --from acme-dev --to acme-prod --json')
    ).json() as ParserDifference[];
    expect(json.map(({ name, state }) => [name, state])).toEqual([
      ['Invoice', 'changed'],
      ['New', 'added'],
      ['Old', 'extra'],
      ['Receipt', 'changed'],
    ]);
    expect(
      (await run('parsers diff Receipt --from acme-dev --to acme-prod -o csv'))[1].split('\r\n'),
    ).toEqual([
      'name,to_name,state,path,change,before,after',
      'Receipt,Receipt,changed,fields.total.type,changed,"""text""","""amount"""',
      `Receipt,Receipt,changed,fields.net,added,null,"${net.replaceAll('"', '""')}"`,
      '',
    ]);
  });

  it('keeps the result of --out although it exits with 10', async () => {
    await made('acme-dev', 'New');
    const words = 'parsers diff --from acme-dev --to acme-prod --json --detailed-exitcode';
    expect((await run(`${words} --out diff.json`)).slice(0, 2)).toEqual([10, '']);
    const { readFile } = await import('node:fs/promises');
    const kept: unknown = JSON.parse(await readFile(`${cli.configDir}/diff.json`, 'utf8'));
    expect(kept).toEqual([expect.objectContaining({ name: 'New', state: 'added' })]);
  });

  it('compares two parsers of other names, and one of both', async () => {
    await made('acme-prod', 'Invoice DE', {
      definition: definition([field('total')], 'api_key'),
      document_type: 'bill',
    });
    expect(await run(['parsers', 'diff', 'acme-dev/Invoice', 'acme-prod/default/Invoice DE'])).toEqual([
      0,
      lines(
        '~ Invoice -> Invoice DE (made or edited in acme-prod: only --force overwrites it)',
        '    ~ document_type: "bill" -> "invoice"',
        '1 changed',
      ),
      '',
    ]);
    expect((await run('parsers diff acme-dev/Invoice --to acme-prod'))[1]).toBe(
      lines('= Invoice (the same)', '1 the same'),
    );
    expect((await run('parsers diff Invoice --to acme-prod --account acme-dev'))[1]).toBe(
      lines('= Invoice (the same)', '1 the same'),
    );
    expect((await run('parsers diff Nope --from acme-dev --to acme-prod'))[0]).toBe(5);
  });

  it.each([
    ['a b c', 'more than two parsers'],
    ['acme-dev/A acme-prod/B --to acme-prod', 'go without --from and --to'],
    ['acme-dev/A --from acme-dev --to acme-prod', 'a whole name goes without --from'],
    ['Invoice', '--to is missing'],
  ])('%s is a usage error', async (words, text) => {
    const [code, stdout, stderr] = await run(`parsers diff ${words}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
});

describe('parsers promotion-path', () => {
  it('is declared, shown from above and below, and cleared', async () => {
    expect(await run('parsers promotion-path show')).toEqual([
      0,
      '',
      'No path is declared. Try: tenantctl parsers promotion-path set DEV STAGING PROD --account acme\n',
    ]);
    const set = 'parsers promotion-path set acme-dev acme-staging acme-prod';
    expect(await run(set)).toEqual([0, `acme has the promotion path ${path}.\n`, '']);
    expect(await run(set)).toEqual([0, `acme has the promotion path ${path} already.\n`, 'Nothing to do.\n']);
    expect((await run('parsers promotion-path show --account acme-staging'))[1]).toBe(
      lines(
        'STEP\tACCOUNT\tNAME',
        '1\tacme-dev\tacme-dev',
        '2\tacme-staging\tacme-staging',
        '3\tacme-prod\tacme-prod',
      ),
    );
    expect((await run('parsers promotion-path show -o id'))[1]).toBe(lines('acc_1', 'acc_1', 'acc_1'));
    expect((await cli.ok('parsers promotion-path show --json')).json()).toMatchObject({
      accounts: [{ slug: 'acme-dev' }, { slug: 'acme-staging' }, { slug: 'acme-prod' }],
      revision: 1,
    });
    expect((await run('parsers promotion-path clear'))[1]).toBe(
      `acme has no promotion path, instead of ${path}.\n`,
    );
    expect((await run('parsers promotion-path set acme-dev'))[0]).toBe(2);
  });
});

describe('parsers promote', () => {
  beforeEach(async () => {
    await cli.ok('parsers promotion-path set acme-dev acme-staging acme-prod');
  });

  it('goes from step to step, and again only with what changed', async () => {
    expect(await run('parsers promote --all')).toEqual([
      0,
      lines(
        head,
        'acme-staging\tInvoice\tInvoice\tcreated\t1\tapi_key',
        'acme-staging\tReceipt\tReceipt\tcreated\t1\t',
      ),
      lines(
        promoting('acme-dev', 'acme-staging'),
        'acme-staging: 2 created.',
        'Secrets that wait for their values, which are never copied or exported: 1.',
        '  tenantctl parsers secrets set acme-staging/Invoice api_key',
      ),
    ]);
    expect((await run('parsers promote --all --from acme-staging'))[2]).toContain(
      promoting('acme-staging', 'acme-prod'),
    );
    await changed('acme-dev', 'Receipt', { description: 'better' });
    const { stderr } = await cli.ok('parsers promote --all');
    expect(stderr).toContain('acme-staging: 1 unchanged, 1 overwritten.\n');
    expect((await run('parsers diff --from acme-dev --to acme-staging'))[1]).toBe('');
    expect(await there('acme-staging')).toEqual(['Invoice 1', 'Receipt 2']);
    expect(await there('acme-prod')).toEqual(['Invoice 1', 'Receipt 1']);
  });

  it('leaves alone what was edited at the target, unless forced', async () => {
    await cli.ok('parsers promote --all');
    await changed('acme-staging', 'Receipt', { description: 'by hand' });
    await changed('acme-dev', 'Receipt', { description: 'better' });
    await made('acme-dev', 'New');
    expect(await run('parsers promote --all')).toEqual([
      6,
      '',
      lines(
        promoting('acme-dev', 'acme-staging'),
        'Error: Nothing was copied: one thing stands in the way. acme-staging/default: Receipt was edited there since the last copy; force overwrites it all the same.',
        '  The copy was refused; nothing was written',
        '  - edited: acme-staging/default: Receipt was edited there since the last copy; force overwrites it all the same',
        '  Try:  tenantctl parsers diff --from acme-dev --to acme-staging',
        '  Code: copy_refused   Request ID: 1',
      ),
    ]);
    expect(await there('acme-staging')).toEqual(['Invoice 1', 'Receipt 2']);
    expect((await run('parsers promote --all --force'))[0]).toBe(0);
    expect(await there('acme-staging')).toEqual(['Invoice 1', 'New 1', 'Receipt 3']);
  });

  it('goes on where a secret was set at the target', async () => {
    await cli.ok('parsers promote --all');
    await cli.ok('parsers secrets set acme-staging/Invoice api_key --value-stdin', { stdin: 'x' });
    await changed('acme-dev', 'Invoice', { description: 'better' });
    const done = await cli.run('parsers promote --all --json');
    const result = done.json() as ParserCopyResult;
    expect([done.code, result.targets[0]?.parsers[0]]).toEqual([
      0,
      expect.objectContaining({ outcome: 'overwritten', revision: 3, secrets_missing: [] }),
    ]);
    expect(done.stderr).not.toContain('Secrets that wait');
  });

  it('shows the plan at a terminal and asks', async () => {
    const no = await cli.run('parsers promote Receipt --from acme-dev --to acme-prod', {
      answers: [['Go on?', 'n']],
    });
    expect(no.code).toBe(8);
    expect(no.stderr).toContain(
      lines('This will copy from acme-dev to 1 place:', '  - acme-prod: 1 created (Receipt)'),
    );
    const yes = await cli.run('parsers promote Receipt', { answers: [['Go on?', 'y']] });
    expect([yes.code, await there('acme-staging')]).toEqual([0, ['Receipt 1']]);
  });

  it('shows what would be under --dry-run', async () => {
    expect((await run('parsers promote --all --dry-run'))[2]).toContain(
      'It is a dry run: nothing was written.',
    );
    expect(await there('acme-staging')).toEqual([]);
  });

  it.each([
    ['--all --from acme-prod', `acme-prod is the last account of the path: ${path}`],
    ['--all --from acme-prod --to acme-dev', `that would go backwards: ${path}`],
    ['--all --from acme', `--from acme: not on the path ${path}`],
    ['--all --to nope', `--to nope: not on the path ${path}`],
  ])('%s is a usage error', async (words, text) => {
    const [code, stdout, stderr] = await run(`parsers promote ${words}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  it('needs a path', async () => {
    await cli.ok('parsers promotion-path clear');
    expect(await run('parsers promote --all')).toEqual([
      2,
      '',
      lines(
        'Error: acme has no promotion path',
        '  Try:  tenantctl parsers promotion-path set DEV STAGING PROD --account acme',
        '  Code: no_promotion_path',
      ),
    ]);
  });
});
