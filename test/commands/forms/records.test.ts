import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FormRecord } from '../../../src/contract/types.ts';
import { Cli, sendTo } from '../../support/cli.ts';
import { lines, plain } from '../../support/plain.ts';
import { wells } from '../../support/records.ts';
import { startServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let cli: Cli;

const run = async (argv: string | readonly string[], options = {}) => plain(await cli.run(argv, options));
const write = (name: string, text: string): string => {
  writeFileSync(join(cli.configDir, name), text);
  return name;
};
const records = async () => (await cli.ok('forms records list Wells --all --json')).json() as FormRecord[];
const answers = async () => (await records()).map((record) => record.answers);
const rows = (count: number) => Array.from({ length: count }, (_, at) => `Well ${at + 1},${at}\n`).join('');

beforeEach(async () => {
  server = await startServer();
  cli = new Cli(server);
  await cli.signIn('ana@example.com');
  await cli.ok('accounts create Acme --slug acme --plan starter');
  await cli.ok('accounts use acme');
  const form = { schema: 'tenantctl/form/v1', name: 'Wells', title: 'Wells', questions: wells };
  await cli.ok('forms create Wells --file -', { stdin: JSON.stringify(form) });
});

describe('forms submit', () => {
  it('submits one record by its answers, and under a key once', async () => {
    const words = ['forms', 'submit', 'Wells', '--answer', 'site=Nord', '--answer', 'state=Out of order'];
    const more = ['--answer', 'parts=valve;pump', '--key', 'w1'];
    expect(await run([...words, ...more])).toEqual([0, 'Recorded rec_1 for 1 upload.\n', '']);
    expect(await run([...words, ...more])).toEqual([
      0,
      'rec_1 was recorded under this key already.\n',
      'Nothing to do.\n',
    ]);
    expect(await answers()).toEqual([{ site: 'Nord', state: 'broken', parts: ['pump', 'valve'] }]);
    expect(
      (await cli.ok(['forms', 'submit', 'Wells', '--data', '{"site":"Süd","depth":3}', '--json'])).json(),
    ).toMatchObject({ recorded: 1, credits: 1 });
  });

  it('tells what is wrong with one before anything is sent', async () => {
    expect(
      await run(['forms', 'submit', 'Wells', '--answer', 'depth=deep', '--answer', 'parts=pump']),
    ).toEqual([
      2,
      '',
      lines(
        'Error: the answers do not fit Wells; nothing was submitted',
        '  - site: is required',
        '  - depth: must be a number',
        '  - parts: is not asked by these answers: only if state is "broken"',
        '  Try:  tenantctl forms show frm_1 --account acme',
        '  Code: bad_answers',
      ),
    ]);
    const [code, , told] = await run('forms submit Wells --answer colour=red');
    expect([code, told.split('\n').slice(0, 2)]).toEqual([
      2,
      ['Error: --answer colour=red: not QUESTION=ANSWER', '  The questions are site, depth, state, parts.'],
    ]);
    for (const words of ['', '--csv a.csv --data {}', "--data '["]) {
      expect((await run(`forms submit Wells ${words}`))[0]).toBe(2);
    }
  });

  it('submits a file whose headings are names or what people read, and the same file again doubles nothing', async () => {
    write(
      'wells.csv',
      'SITE;Depth in metres;State;Broken parts\r\nNord;12;Out of order;"pump;valve"\r\n\r\n=1+1;;works;\r\n',
    );
    expect(await run('forms submit Wells --csv wells.csv --report out.csv')).toEqual([
      0,
      lines('OUTCOME\tROWS', 'recorded\t2'),
      '2 uploads were used.\nReport: out.csv\n',
    ]);
    expect(await answers()).toEqual([
      { site: 'Nord', depth: 12, state: 'broken', parts: ['pump', 'valve'] },
      { site: '=1+1', state: 'works' },
    ]);
    const report = readFileSync(join(cli.configDir, 'out.csv'), 'utf8').split('\n');
    expect(report[0]).toBe('SITE;Depth in metres;State;Broken parts;_row;_status;_record_id;_error');
    expect(report[1]).toMatch(/^Nord;12;Out of order;"pump;valve";1;recorded;rec_\w{26};$/);
    expect(report[2]).toMatch(/^'=1\+1;;works;;2;recorded;rec_\w{26};$/);
    const again = await cli.ok('forms submit Wells --csv wells.csv --json');
    expect(again.json()).toMatchObject({ rows: 2, recorded: 0, repeated: 2, credits: 0 });
    expect(await records()).toHaveLength(2);
  });

  it('tells every mistake of a file at its line, and submits none of it', async () => {
    write('bad.csv', '_key,site,depth\na,Nord,12\na,,700\nb,Süd\nc,"West\nEast",1\n');
    expect(await run('forms submit Wells --csv bad.csv')).toEqual([
      2,
      '',
      lines(
        'Error: bad.csv: 3 of 4 rows are bad; nothing was submitted',
        '  - bad.csv:3: row 2, _key: is that of row 1 already',
        '  - bad.csv:3: row 2, site: is required',
        '  - bad.csv:3: row 2, depth: must be 500 or less',
        '  - bad.csv:4: row 3: it has 2 cells, the heading has 3',
        '  - bad.csv:5: row 4, site: must be one line without control characters',
        '  Try:  correct them and run the same command again',
        '  Code: bad_rows',
      ),
    ]);
    expect(await records()).toEqual([]);
  });

  it('refuses columns that are no question, unless told which they are or to leave them out', async () => {
    write('other.csv', 'Place,Remark\nNord,x\n');
    const [code, , told] = await run('forms submit Wells --csv other.csv');
    expect([code, told.split('\n')[0]]).toEqual([
      2,
      'Error: other.csv, line 1: no question of the form is called "Place", "Remark"',
    ]);
    await cli.ok('forms submit Wells --csv other.csv --map site=Place --ignore-columns');
    expect(await answers()).toEqual([{ site: 'Nord' }]);
    for (const map of ['site=Nowhere', 'nothing=Place', 'site'])
      expect((await run(`forms submit Wells --csv other.csv --map ${map}`))[0]).toBe(2);
    write('twice.csv', 'site,SITE\nA,B\n');
    expect((await run('forms submit Wells --csv twice.csv'))[2]).toContain('two columns could be site');
    write('evil.ndjson', '{"__proto__":{"site":"x"}}\n');
    expect((await run('forms submit Wells --csv evil.ndjson'))[2]).toContain(
      'a key may not be called __proto__',
    );
  });

  it('reads NDJSON with its types, from stdin too', async () => {
    const stdin = '{"site":"Nord","depth":3,"_key":"n"}\n{"site":"Süd","state":"broken","parts":["pump"]}\n';
    await cli.ok('forms submit Wells --csv -', { stdin });
    expect(await answers()).toEqual([
      { site: 'Nord', depth: 3 },
      { site: 'Süd', state: 'broken', parts: ['pump'] },
    ]);
    expect((await records())[0]?.key).toBe('n');
    const [, , told] = await run('forms submit Wells --csv -', {
      stdin: '{"site":"x","depth":"3"}\nnot json\n{"a":1}\n',
    });
    expect(told).toContain('stdin:1: row 1, depth: must be a number');
    expect(told).toContain('stdin:2: row 2: the line is not JSON');
    expect(told).toContain('stdin:3: row 3, a: is no question of the form');
  });

  it('a dry run writes nothing, here or there', async () => {
    write('wells.csv', 'site\nNord\n');
    const done = await cli.ok('forms submit Wells --csv wells.csv --dry-run --report out.csv --json');
    expect(done.json()).toMatchObject({ dry_run: true, rows: 1, recorded: 1, credits: 1, report: null });
    expect(await records()).toEqual([]);
    expect(() => readFileSync(join(cli.configDir, 'out.csv'))).toThrow('ENOENT');
  });

  it('says how far it came when the credits end, and goes on by the same command', async () => {
    write('many.csv', `site,depth\n${Array.from({ length: 1500 }, (_, at) => `Well ${at},1\n`).join('')}`);
    const [code, stdout, stderr] = await run('forms submit Wells --csv many.csv');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Error: This takes 500 uploads, and acme, which pays, has 0; nothing was used.');
    expect(stderr).toContain(
      '  1000 of 1500 rows are recorded; none is lost or doubled. The other 500 take 500 uploads',
    );
    expect(stderr).toContain('with more credits: tenantctl forms submit Wells --csv many.csv --account acme');
    expect(await records()).toHaveLength(1000);
    await cli.ok('plans change professional --account acme');
    const again = await cli.ok('forms submit Wells --csv many.csv --json');
    expect(again.json()).toMatchObject({ recorded: 500, repeated: 1000, credits: 500 });
    expect(await records()).toHaveLength(1500);
  });

  it('goes on after answers were lost, and ends with 3 where the server stays away', async () => {
    await cli.ok('plans change professional --account acme');
    write('many.csv', `site,depth\n${Array.from({ length: 2500 }, (_, at) => `Well ${at},1\n`).join('')}`);
    const wire = sendTo(server.app);
    let posts = 0;
    const lossy = async (request: Parameters<typeof wire>[0]) => {
      if (request.method !== 'POST' || !request.url.endsWith('/records')) return await wire(request);
      posts += 1;
      if (posts > 3) return { status: 503, headers: {}, body: '' };
      const answer = await wire(request);
      if (posts === 2) throw new Error('the connection broke');
      return answer;
    };
    const [code, , stderr] = await run('forms submit Wells --csv many.csv', { send: lossy });
    expect(code).toBe(3);
    expect(stderr).toContain('2000 of 2500 rows are recorded; none is lost or doubled');
    expect(stderr).toContain('Try:  tenantctl forms submit Wells --csv many.csv --account acme');
    const again = await cli.ok('forms submit Wells --csv many.csv --json');
    expect(again.json()).toMatchObject({ rows: 2500 });
    const all = await records();
    expect(all).toHaveLength(2500);
    expect(new Set(all.map(({ answers: { site } }) => site)).size).toBe(2500);
  });

  it('asks before a file on a terminal', async () => {
    write('wells.csv', 'site\nNord\nSüd\n');
    const no = await cli.run('forms submit Wells --csv wells.csv', { answers: [['Go on?', 'n']] });
    expect([no.code, no.stderr.includes('This will submit 2 records of Wells to acme')]).toEqual([8, true]);
    expect(await records()).toEqual([]);
    const yes = await cli.run('forms submit Wells --csv wells.csv', { answers: [['Go on?', 'y']] });
    expect(yes.code).toBe(0);
    expect(await records()).toHaveLength(2);
  });
});

describe('forms records', () => {
  it('are exported as a file that submit reads back, safe for spreadsheets', async () => {
    const stdin =
      '{"site":"=cmd()","depth":-0,"_key":"k"}\n{"site":"@x, \\"y\\"","state":"broken","parts":["pump","valve"]}\n';
    await cli.ok('forms submit Wells --csv -', { stdin });
    const csv = (await cli.ok('forms records export Wells')).stdout;
    const [heading, first, second] = csv.split('\r\n');
    expect(heading).toBe('_id,_key,_revision,_submitted_at,_submitted_by,site,depth,state,parts');
    expect(first).toMatch(/^rec_\w{26},k,1,2026-03-02T09:00:00.000Z,ana@example.com,'=cmd\(\),0,,$/);
    expect(second).toMatch(/,"'@x, ""y""",,broken,pump;valve$/);
    await cli.ok('forms show Wells --as-file --out wells.yaml');
    await cli.ok('forms create Copy --file wells.yaml');
    write('export.csv', csv);
    await cli.ok('forms submit Copy --csv export.csv');
    const copies = (await cli.ok('forms records list Copy --json')).json() as FormRecord[];
    expect(copies.map((record) => record.answers)).toEqual(await answers());
    const ndjson = (await cli.ok('forms records export Wells -o ndjson')).stdout;
    write('whole.ndjson', ndjson);
    expect((await cli.ok('forms submit Wells --csv whole.ndjson --json')).json()).toMatchObject({
      recorded: 0,
      repeated: 2,
    });
  });

  it('are listed, shown, changed and deleted', async () => {
    write('wells.csv', `site,depth\n${rows(3)}`);
    await cli.ok('forms submit Wells --csv wells.csv');
    const [record] = await records();
    const id = record?.id ?? '';
    expect(
      (await run('forms records list Wells --fields answers.site,answers.depth -o csv --limit 1'))[1],
    ).toBe('answers.site,answers.depth\r\nWell 1,0\r\n');
    expect(await run('forms records list Wells --since 2027-01-01')).toEqual([
      0,
      '',
      expect.stringContaining('No record here'),
    ]);
    expect((await run('forms records list Wells --since soon'))[0]).toBe(2);
    expect(await run(`forms records update Wells ${id} --answer depth=7`)).toEqual([
      0,
      'Changed 1 answer of rec_1 (revision 2).\n',
      '',
    ]);
    expect(await run(`forms records update Wells ${id} --answer depth=7`)).toEqual([
      0,
      'rec_1 is like that already.\n',
      'Nothing to do.\n',
    ]);
    await cli.ok(['forms', 'records', 'update', 'Wells', id, '--data', '{"depth":null}']);
    const shown = (await cli.ok(`forms records show Wells ${id} --json`)).json() as FormRecord;
    expect([shown.answers, shown.revision]).toEqual([{ site: 'Well 1' }, 3]);
    expect((await run(`forms records update Wells ${id} --answer depth=1 --if-revision 1`))[0]).toBe(6);
    expect((await run(`forms records update Wells ${id}`))[0]).toBe(2);
    expect((await run(['forms', 'records', 'update', 'Wells', id, '--data', '{"depth":{}}']))[0]).toBe(2);
    expect((await run(`forms records delete Wells ${id}`))[0]).toBe(8);
    expect(await run(`forms records delete Wells ${id} --yes`)).toEqual([
      0,
      'Deleted rec_1.\n',
      expect.stringContaining('This will delete the record rec_1 of Wells'),
    ]);
    expect((await run(`forms records delete Wells ${id} --yes`))[1]).toBe('rec_1 is deleted already.\n');
    expect((await run(`forms records show Wells ${id}`))[0]).toBe(5);
  });
});

describe('forms sms', () => {
  it('sends to each number once, and says who gets nothing', async () => {
    const words = [
      'forms',
      'sms',
      'Wells',
      '--to',
      '+41791234567,0041 79 123 45 67,079',
      '--mode',
      'structured',
    ];
    const [code, stdout, stderr] = await run([...words, '--fields', 'to,outcome,detail', '-o', 'csv']);
    expect([code, stdout]).toEqual([
      3,
      'to,outcome,detail\r\n' +
        "'+41791234567,queued,\r\n" +
        '0041 79 123 45 67,duplicate,the number is there already\r\n' +
        '079,invalid_number,it has no country code: write it like +41 79 123 45 67\r\n',
    ]);
    expect(stderr).toContain('Goes to 1 telephone for 1 message (1 each).');
    expect(stderr).toContain('1 number of 3 got nothing');
    const dry = await cli.ok('forms sms Wells --to +41791234568 --mode interactive --dry-run --json');
    expect(dry.json()).toMatchObject({ queued: 1, messages_each: 5, credits: 5 });
  });

  it('asks on a terminal how, and whether', async () => {
    const done = await cli.run('forms sms Wells --to +41791234567', {
      answers: [
        ['How', ''],
        ['Go on?', 'y'],
      ],
    });
    expect([done.code, done.stderr.includes('send Wells of acme to 1 telephone, structured')]).toEqual([
      0,
      true,
    ]);
  });

  it('lists for staff what a --dev server kept', async () => {
    const dev = await startServer({ setup: { dev: true } });
    const other = new Cli(dev);
    await other.signIn('ana@example.com');
    await other.staff();
    await other.ok('accounts create Acme --slug acme');
    const form = { schema: 'tenantctl/form/v1', name: 'Wells', title: 'Wells', questions: wells };
    await other.ok('forms create Wells --file - --account acme', { stdin: JSON.stringify(form) });
    await other.ok('forms sms Wells --to +41791234567 --mode structured --account acme');
    const listed = (await other.ok('dev messages --profile staff --json')).json();
    expect(listed).toMatchObject([{ to: '+41791234567', mode: 'structured', state: 'queued' }]);
    await dev.close();
  });
});
