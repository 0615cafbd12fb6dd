import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Parser, ParserItem } from '../../../src/contract/types.ts';
import { Cli, sendTo } from '../../support/cli.ts';
import { lines, plain } from '../../support/plain.ts';
import { startServer, type TestServer } from '../../support/server.ts';

const examples = fileURLToPath(new URL('../../../examples/parsers', import.meta.url));

let server: TestServer;
let cli: Cli;
const run = async (argv: string | readonly string[], options = {}) => plain(await cli.run(argv, options));
const shown = async (name: string) => (await cli.ok(['parsers', 'show', name, '--json'])).json() as Parser;
const listed = async () => (await cli.ok('parsers list --json')).json() as ParserItem[];
const file = (name: string, text: string) => {
  writeFileSync(join(cli.configDir, name), text);
  return name;
};

/** A parser of one field, as a file. */
const small = (name: string, label = 'Total', more = '') => `schema: tenantctl/parser/v1
name: ${name}
document_type: invoice
fields:
  - name: total
    type: amount
    rules:
      - kind: label
        label: ${label}
${more}`;
const secret = 'secrets:\n  - name: api_key\n';

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.ok('accounts create Acme --slug acme');
  await cli.ok('accounts use acme');
});

describe('parsers create', () => {
  it('makes one from YAML, JSON or stdin, and says which secrets wait', async () => {
    file('a.yaml', small('Invoice', 'Total', secret));
    expect(await run('parsers create Invoice --file a.yaml')).toEqual([
      0,
      'Created Invoice (prs_1) in acme.\n',
      lines(
        'Secrets that wait for their values, which are never copied or exported: 1.',
        '  tenantctl parsers secrets set acme/Invoice api_key',
      ),
    ]);
    const definition = { fields: [{ name: 'x', type: 'text', rules: [{ kind: 'constant', value: '1' }] }] };
    const json = JSON.stringify({
      schema: 'tenantctl/parser/v1',
      name: 'J',
      document_type: 'memo',
      ...definition,
    });
    expect((await run('parsers create Memo --file -', { stdin: json })).slice(0, 2)).toEqual([
      0,
      'Created Memo (prs_1) in acme.\n',
    ]);
    expect(await shown('Memo')).toMatchObject({ name: 'Memo', document_type: 'memo', revision: 1 });
  });

  it('takes name, type and description of the command line before those of the file', async () => {
    file('a.yaml', small('Invoice'));
    const words = ['parsers', 'create', 'acme/default/Invoice DE', '--file', 'a.yaml', '--type', 'bill'];
    const { code, json } = await cli.run([...words, '--description', 'from Germany', '--json']);
    expect([code, json()]).toEqual([
      0,
      expect.objectContaining({ name: 'Invoice DE', document_type: 'bill', description: 'from Germany' }),
    ]);
  });

  it('is refused where the name is taken', async () => {
    file('a.yaml', small('Invoice'));
    await cli.ok('parsers create Invoice --file a.yaml');
    const [code, stdout, stderr] = await run('parsers create Invoice --file a.yaml');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('  Try:  tenantctl parsers list --account acme\n  Code: parser_name_taken');
  });

  it('tells every mistake with its place, and sends nothing', async () => {
    file('a.yaml', `${small('Invoice').replace('amount', 'money')}extra: 1\n`);
    const expected = lines(
      'Error: there are 2 mistakes in the files; nothing was sent',
      '  - a.yaml:6:11: fields[0].type: must be one of text, integer, decimal, amount, currency, date, datetime, boolean, email, iban',
      '  - a.yaml:10:1: extra: there is no such field',
      '  Try:  tenantctl help parsers',
      '  Code: bad_parser_file',
    );
    const noNetwork = { send: undefined };
    expect(await run('parsers create Invoice --file a.yaml', noNetwork)).toEqual([2, '', expected]);
    const [, , onGitHub] = await run('parsers create Invoice --file a.yaml', {
      env: { GITHUB_ACTIONS: 'true' },
    });
    expect(onGitHub).toBe(
      lines(
        '::error file=a.yaml,line=6,col=11::fields[0].type: must be one of text, integer, decimal, amount, currency, date, datetime, boolean, email, iban',
        '::error file=a.yaml,line=10,col=1::extra: there is no such field',
      ) + expected,
    );
  });

  it("puts the server's refusal at its place in the file", async () => {
    file('a.yaml', small('Invoice'));
    const refusal = {
      type: 'about:blank',
      title: 'The request is not valid',
      status: 400,
      detail: 'The request is not valid.',
      code: 'invalid_request',
      request_id: 'r',
      errors: [{ pointer: '/definition/fields/0/rules/0/label', detail: 'is too odd' }],
    };
    const wire = sendTo(server.app);
    const done = await run('parsers create Invoice --file a.yaml', {
      send: async (request: Parameters<typeof wire>[0]) =>
        request.method === 'POST'
          ? {
              status: 400,
              headers: { 'content-type': 'application/problem+json' },
              body: JSON.stringify(refusal),
            }
          : await wire(request),
    });
    expect(done[0]).toBe(2);
    expect(done[2]).toContain('  - a.yaml:9:16: fields/0/rules/0/label: is too odd\n');
  });

  it.each([
    ['a/b/c/d --file a.yaml', 'not NAME, ACCOUNT/NAME or ACCOUNT/WORKSPACE/NAME'],
    ['X', '--file is missing'],
    ['X --file nope.yaml', 'nope.yaml: there is no such file or folder'],
    ['X --file two.yaml', 'two.yaml has more than one parser'],
  ])('%s is a usage error', async (words, text) => {
    file('a.yaml', small('A'));
    file('two.yaml', `${small('A')}---\n${small('B')}`);
    const [code, stdout, stderr] = await run(`parsers create ${words}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });
});

describe('parsers list and show', () => {
  beforeEach(async () => {
    await cli.ok(['parsers', 'import', examples]);
  });

  it('list what is there, also with what it reads', async () => {
    expect(await run('parsers list')).toEqual([
      0,
      lines(
        'NAME\tTYPE\tREVISION\tSECRETS MISSING\tSOURCE\tUPDATED',
        'Delivery note\tdelivery-note\t1\t\t\t2026-03-02T09:00:00.000Z',
        'Invoice\tinvoice\t1\tsupplier_api\t\t2026-03-02T09:00:00.000Z',
        'Receipt\treceipt\t1\texpenses_token\t\t2026-03-02T09:00:00.000Z',
      ),
      '',
    ]);
    const [, table] = await run('parsers list --definitions --type invoice', { tty: true });
    expect(table).toBe(
      lines(
        'NAME     TYPE     FIELDS  TABLES  REVISION  SECRETS MISSING  SOURCE  UPDATED',
        'Invoice  invoice       7       1         1  supplier_api             2026-03-02 09:00Z',
      ),
    );
    expect((await cli.ok('parsers list -o id')).stdout).toMatch(/^(?:prs_[0-9a-z]{26}\n){3}$/);
    const nd = (await cli.ok('parsers list -o ndjson --q note')).stdout.trim().split('\n');
    expect(nd.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ name: 'Delivery note', definition: null }),
    ]);
  });

  it('say what to do where there is none', async () => {
    await cli.ok('accounts create Empty --slug empty');
    expect(await run('parsers list --account empty')).toEqual([
      0,
      '',
      'No parser here. Try: tenantctl parsers create NAME --file FILE --account empty\n',
    ]);
  });

  it('show one with what it reads', async () => {
    const [code, stdout] = await run(['parsers', 'show', 'acme/Receipt'], { tty: true });
    expect([code, stdout.replace(/[0-9a-f]{64}/, 'DIGEST')]).toEqual([
      0,
      lines(
        'NAME           Receipt',
        'ID             prs_1',
        'TYPE           receipt',
        'DESCRIPTION    Till receipts for expense claims',
        'WORKSPACE      default',
        'PREPROCESSING  rotate, denoise, ocr (deu, eng, fra), send',
        'SECRETS        expenses_token (missing)',
        'SOURCE',
        'REVISION       1',
        'DIGEST         DIGEST',
        'CREATED        2026-03-02T09:00:00.000Z',
        'UPDATED        2026-03-02T09:00:00.000Z',
        '',
        'FIELD      VALUE     REQUIRED  FOUND BY',
        'shop       text      no        zone on page 1',
        'bought_at  datetime  yes       /\\d{2}\\.\\d{2}\\.\\d{4} \\d{2}:\\d{2}/',
        'total      amount    yes       right of "Total", right of "Sum"',
        'card       boolean   no        /VISA|MASTERCARD|girocard/',
      ),
    ]);
    const receipt = await shown('Receipt');
    expect(await shown(receipt.id)).toEqual(receipt);
    expect((await run('parsers show Receipt --fields name,revision'))[1]).toBe(
      'NAME\tReceipt\nREVISION\t1\n',
    );
  });

  it('show what is not there as not there', async () => {
    expect(await run('parsers show Nope')).toEqual([
      5,
      '',
      lines(
        'Error: There is no parser "Nope" that you can see.',
        '  Not found',
        '  Try:  tenantctl parsers list --account acme',
        '  Code: not_found   Request ID: 1',
      ),
    ]);
    expect((await run('parsers show Receipt --revision 9'))[0]).toBe(5);
    expect((await run('parsers list --workspace nope'))[0]).toBe(5);
    expect((await run('parsers list --workspace default'))[0]).toBe(0);
  });
});

describe('parsers update, revisions and rollback', () => {
  beforeEach(async () => {
    file('a.yaml', small('Invoice', 'Total', secret));
    await cli.ok('parsers create Invoice --file a.yaml');
  });

  it('change what is named, say what changed, and keep what was', async () => {
    file('b.yaml', small('Other', 'Sum', secret));
    expect((await run('parsers update Invoice --file b.yaml --type bill')).slice(0, 2)).toEqual([
      0,
      'Changed Invoice (revision 2): document type invoice -> bill; definition.\n',
    ]);
    const renamed = [
      'parsers',
      'update',
      'Invoice',
      '--rename',
      'Invoice DE',
      '--description',
      'German ones',
    ];
    expect((await run(renamed))[1]).toBe(
      'Changed Invoice (revision 3): name Invoice -> Invoice DE; description none -> German ones.\n',
    );
    expect((await run([...renamed.slice(0, 2), 'Invoice DE', '--description', '']))[1]).toBe(
      'Changed Invoice DE (revision 4): description German ones -> none.\n',
    );
    expect(
      (
        await run(['parsers', 'revisions', 'Invoice DE', '--no-headers', '--fields', 'revision,change,name'])
      )[1],
    ).toBe(
      lines('4\tupdated\tInvoice DE', '3\tupdated\tInvoice DE', '2\tupdated\tInvoice', '1\tcreated\tInvoice'),
    );
    const [, revision] = await run(['parsers', 'show', 'Invoice DE', '--revision', '1']);
    expect(revision).toContain('TYPE\tinvoice\n');
    expect(revision).toContain('total\tamount\tno\tright of "Total"\n');
  });

  it('say that nothing is to be done', async () => {
    const [code, stdout, stderr] = await run('parsers update Invoice --file a.yaml');
    expect([code, stdout]).toEqual([0, 'Invoice is like that already (revision 1).\n']);
    expect(stderr).toMatch(/^Nothing to do\.\n/);
    expect((await run('parsers update Invoice'))[2]).toContain('nothing to change');
  });

  it('refuse what was changed meanwhile', async () => {
    await cli.ok('parsers update Invoice --type bill');
    const [code, , stderr] = await run('parsers update Invoice --type memo --if-revision 1');
    expect([code, stderr.includes('Code: stale')]).toEqual([6, true]);
    expect(await shown('Invoice')).toMatchObject({ document_type: 'bill', revision: 2 });
  });

  it('ask before a secret loses its value', async () => {
    await cli.ok('parsers secrets set Invoice api_key --value-stdin', { stdin: 's3cr3t' });
    file('b.yaml', small('Invoice'));
    const [code, , stderr] = await run('parsers update Invoice --file b.yaml');
    expect(code).toBe(8);
    expect(stderr).toContain(
      lines(
        'This will change Invoice, and with that take away:',
        '  - the value of api_key, which it does not declare, for good',
      ),
    );
    expect((await shown('Invoice')).secrets[0]?.state).toBe('set');
    expect((await run('parsers update Invoice --file b.yaml --yes'))[0]).toBe(0);
    const back = await run('parsers rollback Invoice --to 1 --yes');
    expect(back[2]).toContain('tenantctl parsers secrets set acme/Invoice api_key');
  });

  it('go back to what was, having shown what differs', async () => {
    const labels = '  - name: net\n    type: amount\n    rules: [{kind: label, label: Net}]\n';
    file('b.yaml', small('Invoice', 'Total', labels + secret));
    await cli.ok('parsers update Invoice --file b.yaml --type bill');
    const preview = lines(
      'This will make revision 1 of Invoice (created 2026-03-02T09:00:00.000Z) its revision 3:',
      '  - document type: bill -> invoice',
      '  - definition: 0 preprocessing, 2 -> 1 fields, 0 tables, 1 secrets',
    );
    const refused = await run('parsers rollback Invoice --to 1');
    expect([refused[0], refused[2].startsWith(preview)]).toEqual([8, true]);
    const done = await cli.run('parsers rollback Invoice --to 1', { answers: [['Go on?', 'y']] });
    expect([done.code, done.stdout]).toEqual([0, 'Invoice is as it was at revision 1 (revision 3).\n']);
    expect((await run('parsers rollback Invoice --to 1')).slice(0, 2)).toEqual([
      0,
      'Invoice is as it was at revision 1 already.\n',
    ]);
    expect((await run('parsers revisions Invoice --limit 1'))[1]).toContain(
      '3\trolled back to 1\tInvoice\tinvoice\t',
    );
    expect((await run('parsers rollback Invoice --to 9'))[0]).toBe(5);
    expect((await run('parsers rollback Invoice'))[2]).toContain('--to is missing');
  });

  it('a change whose answer was lost happens once, and is told as done', async () => {
    const wire = sendTo(server.app);
    let dropped = false;
    const [code, stdout] = await run('parsers update Invoice --type bill', {
      send: async (request: Parameters<typeof wire>[0]) => {
        const answer = await wire(request);
        if (request.method !== 'PATCH' || dropped) return answer;
        dropped = true;
        throw Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
      },
    });
    expect([code, stdout, dropped]).toEqual([
      0,
      'Changed Invoice (revision 2): document type invoice -> bill.\n',
      true,
    ]);
    expect((await shown('Invoice')).revision).toBe(2);
  });
});

describe('parsers delete', () => {
  beforeEach(async () => {
    file('a.yaml', `${small('A', 'Total', secret)}---\n${small('B')}`);
    await cli.ok('parsers import a.yaml');
    await cli.ok('parsers secrets set A api_key --value-stdin', { stdin: 'x' });
  });

  it('shows what is lost and asks', async () => {
    const losses = lines(
      'This will delete 2 parsers, and with them for good:',
      '  - A: 2 revisions, the value of api_key',
      '  - acme/B: 1 revision',
    );
    const [code, stdout, stderr] = await run('parsers delete A acme/B');
    expect([code, stdout, stderr.startsWith(losses)]).toEqual([8, '', true]);
    expect(await run('parsers delete A acme/B --yes')).toEqual([
      0,
      lines('NAME\tOUTCOME\tREVISION\tWHY', 'A\tdeleted\t2\t', 'acme/B\tdeleted\t1\t'),
      losses,
    ]);
    expect(await listed()).toEqual([]);
    expect((await run('parsers delete A'))[1]).toBe(lines('NAME\tOUTCOME\tREVISION\tWHY', 'A\tgone\t\t'));
  });

  it('goes on after one that is not there, and says so', async () => {
    const done = await cli.run('parsers delete A Nope --yes --json');
    expect([done.code, done.json()]).toEqual([
      3,
      [
        { name: 'A', outcome: 'deleted', id: expect.any(String), revision: 2, error: null },
        {
          name: 'Nope',
          outcome: 'failed',
          id: null,
          revision: null,
          error: { code: 'not_found', message: 'There is no parser "Nope" that you can see.', details: [] },
        },
      ],
    ]);
    expect((await run('parsers delete Nope'))[0]).toBe(5);
  });
});

describe('parsers export and import', () => {
  beforeEach(async () => {
    await cli.ok(['parsers', 'import', examples]);
    await cli.ok('accounts create Other --slug other');
  });
  const digests = async (account: string) =>
    ((await cli.ok(`parsers list --json --account ${account}`)).json() as ParserItem[]).map(
      ({ name, digest }) => [name, digest],
    );

  it('carry content from one account to another, the same by its digest', async () => {
    const all = await cli.ok('parsers export --all');
    expect(all.stdout.match(/^---$/gm)).toHaveLength(2);
    expect(await run('parsers import - --account other', { stdin: all.stdout })).toEqual([
      0,
      lines(
        'NAME\tOUTCOME\tREVISION\tWHY',
        'Delivery note\tcreated\t1\t',
        'Invoice\tcreated\t1\t',
        'Receipt\tcreated\t1\t',
      ),
      lines(
        'Secrets that wait for their values, which are never copied or exported: 2.',
        '  tenantctl parsers secrets set other/Invoice supplier_api',
        '  tenantctl parsers secrets set other/Receipt expenses_token',
      ),
    ]);
    expect(await digests('other')).toEqual(await digests('acme'));
    const json = await cli.ok('parsers export --all -o json');
    const again = await run('parsers import - --account other', { stdin: json.stdout });
    expect(again[1].match(/\tunchanged\t1\t/g)).toHaveLength(3);
    expect((await cli.ok('parsers export --all -o yaml')).stdout).toBe(all.stdout);
  });

  it('write a file each, whose names are safe', async () => {
    for (const name of ['a', 'A', 'con.v1'])
      await cli.ok(['parsers', 'create', name, '--file', join(examples, 'receipt.yaml')]);
    const expected = [
      'A-2.yaml',
      'Delivery-note.yaml',
      'Invoice.yaml',
      'Receipt.yaml',
      'a.yaml',
      'parser-con.v1.yaml',
    ];
    const [code, stdout] = await run('parsers export --all --dir out/parsers');
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'NAME\tFILE']);
    const names = readdirSync(join(cli.configDir, 'out/parsers')).map((name) => name.toLowerCase());
    expect(names.toSorted()).toEqual(expected.map((name) => name.toLowerCase()).toSorted());
    expect(new Set(names).size).toBe(6);
    expect(readFileSync(join(cli.configDir, 'out/parsers/Delivery-note.yaml'), 'utf8')).toMatch(
      /^schema: tenantctl\/parser\/v1\nname: Delivery note\ndocument_type: delivery-note\n/,
    );
    const [, again] = await run('parsers import out/parsers');
    expect(again.match(/\tunchanged\t1\t/g)).toHaveLength(6);
  });

  it('write named ones, to a file by --out, or nothing if one is missing', async () => {
    await cli.ok(['parsers', 'export', 'Receipt', 'acme/Delivery note', '--out', 'two.yaml']);
    const text = readFileSync(join(cli.configDir, 'two.yaml'), 'utf8');
    expect(text.match(/^name: .*/gm)).toEqual(['name: Receipt', 'name: Delivery note']);
    expect((await run('parsers export Receipt Nope')).slice(0, 2)).toEqual([5, '']);
    expect((await run('parsers export'))[2]).toContain('which parsers?');
    expect((await run('parsers export Receipt --all'))[2]).toContain('names and --all exclude each other');
  });

  it('show the plan under --dry-run and send nothing', async () => {
    file('n.yaml', `${small('New')}---\n${small('Receipt')}`);
    expect(await run('parsers import n.yaml --dry-run --on-conflict overwrite')).toEqual([
      0,
      lines('NAME\tOUTCOME\tREVISION\tWHY', 'New\tcreated\t\t', 'Receipt\toverwritten\t1\t'),
      'acme: 1 created, 1 overwritten. It is a dry run: nothing was sent.\n',
    ]);
    expect((await listed()).map(({ name, revision }) => `${name} ${revision}`)).toEqual([
      'Delivery note 1',
      'Invoice 1',
      'Receipt 1',
    ]);
  });

  it('fail, skip or overwrite where the name is taken', async () => {
    file('n.yaml', `${small('New')}---\n${small('Receipt')}`);
    expect(await run('parsers import n.yaml')).toEqual([
      6,
      '',
      lines(
        'Error: 1 parser of these names says something else there; nothing was sent',
        '  - n.yaml:12:7: Receipt is there at revision 1 with other content',
        '  Try:  leave them with --on-conflict skip, or replace their content with --on-conflict overwrite',
        '  Code: parser_name_taken',
      ),
    ]);
    expect((await run('parsers import n.yaml --on-conflict skip'))[1]).toBe(
      lines('NAME\tOUTCOME\tREVISION\tWHY', 'New\tcreated\t1\t', 'Receipt\tskipped\t1\t'),
    );
    expect((await run('parsers import n.yaml --on-conflict overwrite'))[1]).toBe(
      lines('NAME\tOUTCOME\tREVISION\tWHY', 'New\tunchanged\t1\t', 'Receipt\toverwritten\t2\t'),
    );
    expect(await shown('Receipt')).toMatchObject({ document_type: 'invoice', description: null });
  });

  it('ask at a terminal before anything is replaced', async () => {
    await cli.ok('parsers secrets set Receipt expenses_token --value-stdin', { stdin: 'x' });
    file('n.yaml', small('Receipt'));
    const no = await cli.run('parsers import n.yaml --on-conflict overwrite', { answers: [['Go on?', 'n']] });
    expect([no.code, no.stdout]).toEqual([8, '']);
    expect(no.stderr).toContain(
      lines(
        'This will replace the content of 1 parser in acme:',
        '  - Receipt, at revision 2; with the value of expenses_token, which it does not declare, for good',
      ),
    );
    const yes = await cli.run('parsers import n.yaml --on-conflict overwrite', {
      answers: [['Go on?', 'y']],
    });
    expect([yes.code, (await shown('Receipt')).revision]).toEqual([0, 3]);
  });

  it('check all files before anything is sent', async () => {
    mkdirSync(join(cli.configDir, 'many'));
    file('many/a.yaml', small('One'));
    file('many/b.yml', `${small('One')}---\n${small('Two').replace('amount', 'money')}`);
    file('many/c.json', '{"schema": 1');
    file('many/readme.txt', 'no parser');
    expect(await run('parsers import many', { send: undefined })).toEqual([
      2,
      '',
      lines(
        'Error: there are 3 mistakes in the files; nothing was sent',
        '  - many/b.yml:16:11: fields[0].type: must be one of text, integer, decimal, amount, currency, date, datetime, boolean, email, iban',
        '  - many/c.json:1:13: it cannot be read: Flow map must end with a }',
        '  - many/b.yml:2:7: One is there already, at many/a.yaml:2:7',
        '  Try:  tenantctl help parsers',
        '  Code: bad_parser_file',
      ),
    ]);
    mkdirSync(join(cli.configDir, 'none'));
    expect((await run('parsers import none'))[2]).toContain('none has no .yaml, .yml or .json file in it');
    const large = join(cli.configDir, 'large.yaml');
    writeFileSync(large, '# nothing\n'.repeat(900_000));
    expect((await run('parsers import large.yaml'))[2]).toContain(
      '  - large.yaml:1:1: it is larger than 8 MiB\n',
    );
    const utf16 = new PassThrough();
    utf16.end(Buffer.from(`\ufeff${small('Wide')}`, 'utf16le'));
    expect((await run('parsers import - --dry-run', { stdin: utf16 }))[1]).toContain('Wide\tcreated\t\t\n');
    expect((await run('parsers import -', { stdin: '' }))[2]).toContain(
      '  - stdin:1:1: there is no parser in it\n',
    );
  });

  it('go on after one that is refused, and say so with exit 3', async () => {
    // The plan basic has room for ten parsers.
    file('n.yaml', Array.from({ length: 9 }, (_, at) => small(`N${at}`)).join('---\n'));
    const [code, stdout, stderr] = await run('parsers import n.yaml');
    expect(code).toBe(3);
    expect(stdout.match(/^N\d\tcreated\t1\t$/gm)).toHaveLength(7);
    expect(stdout).toMatch(/^N8\tfailed\t\tacme has 10 parsers, and its plan, basic, has room for 10\./m);
    expect(stderr).toBe(lines('Error: 2 of 9 parsers failed', '  Code: partly_done'));
  });

  it('make a parser once although the answer was lost', async () => {
    file('n.yaml', `${small('N1')}---\n${small('N2')}`);
    const wire = sendTo(server.app);
    let posts = 0;
    const [code, stdout] = await run('parsers import n.yaml', {
      send: async (request: Parameters<typeof wire>[0]) => {
        const answer = await wire(request);
        if (request.method !== 'POST') return answer;
        posts += 1;
        if (posts === 1) throw Object.assign(new Error('the connection broke'), { code: 'ECONNRESET' });
        return answer;
      },
    });
    expect([code, stdout, posts]).toEqual([
      0,
      lines('NAME\tOUTCOME\tREVISION\tWHY', 'N1\tcreated\t1\t', 'N2\tcreated\t1\t'),
      3,
    ]);
  });
});

describe('parsers secrets', () => {
  beforeEach(async () => {
    await cli.ok(['parsers', 'import', examples]);
  });
  const value = 'k3y-that-nobody-sees';

  it('are listed, set by stdin, file or question, and taken away', async () => {
    expect(
      await run('parsers secrets set Invoice supplier_api --value-stdin', { stdin: `${value}\n` }),
    ).toEqual([0, 'Set supplier_api of Invoice (revision 2).\n', '']);
    expect((await run('parsers secrets list'))[1]).toBe(
      lines(
        'PARSER\tSECRET\tSTATE\tSET',
        'Invoice\tsupplier_api\tset\t2026-03-02T09:00:00.000Z',
        'Receipt\texpenses_token\tmissing\t',
      ),
    );
    expect((await run('parsers secrets list --missing --no-headers'))[1]).toBe(
      'Receipt\texpenses_token\tmissing\t\n',
    );
    file('key.txt', value);
    expect((await run('parsers secrets set acme/Receipt expenses_token --value-file key.txt'))[0]).toBe(0);
    expect(await run('parsers secrets list --missing')).toEqual([0, '', 'No secret waits for its value.\n']);
    const asked = await cli.run('parsers secrets set Invoice supplier_api', {
      answers: [['Value of supplier_api', value]],
    });
    expect([asked.code, asked.stdout]).toEqual([0, 'Set supplier_api of Invoice (revision 3).\n']);
    expect((asked.stdout + asked.stderr).includes(value)).toBe(false);
    expect((await run('parsers secrets unset Invoice supplier_api'))[0]).toBe(8);
    expect((await run('parsers secrets unset Invoice supplier_api --yes')).slice(0, 2)).toEqual([
      0,
      'supplier_api of Invoice has no value any more (revision 4).\n',
    ]);
    expect((await run('parsers secrets unset Invoice supplier_api --yes'))[1]).toBe(
      'supplier_api of Invoice has no value.\n',
    );
  });

  it('never show a value', async () => {
    await cli.ok('parsers secrets set Invoice supplier_api --value-stdin', { stdin: value });
    for (const words of [
      'parsers show Invoice --json',
      'parsers export --all',
      'parsers secrets list --json',
      'audit list --json',
    ])
      expect([words, (await cli.ok(words)).stdout.includes(value)]).toEqual([words, false]);
    const { stderr } = await cli.ok('parsers secrets set Invoice supplier_api --value-stdin --debug', {
      stdin: value,
    });
    expect(stderr).toContain('PATCH');
    expect(stderr).not.toContain(value);
  });

  it.each([
    ['Invoice nope --value-stdin', 'Invoice declares no secret nope'],
    ['Invoice supplier_api', '--value-stdin or --value-file is missing'],
    ['Invoice supplier_api --value-stdin --value-file x', 'exclude each other'],
    ['Invoice supplier_api --value-file nope', '--value-file nope: it cannot be read'],
    ['Invoice supplier_api --value-file empty', 'the value is empty'],
  ])('set %s is a usage error', async (words, text) => {
    file('empty', '\n');
    const [code, stdout, stderr] = await run(`parsers secrets set ${words}`, { stdin: 'x' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(text);
  });

  it('are set although the parser was changed meanwhile', async () => {
    const wire = sendTo(server.app);
    let changed = false;
    const [code, stdout] = await run('parsers secrets set Invoice supplier_api --value-stdin', {
      stdin: value,
      send: async (request: Parameters<typeof wire>[0]) => {
        if (request.method === 'PATCH' && !changed) {
          changed = true;
          await cli.ok('parsers update Invoice --type bill');
        }
        return await wire(request);
      },
    });
    expect([code, stdout]).toEqual([0, 'Set supplier_api of Invoice (revision 3).\n']);
    expect(await shown('Invoice')).toMatchObject({ document_type: 'bill', secrets: [{ state: 'set' }] });
  });
});
