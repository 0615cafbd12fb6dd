import { describe, expect, test } from 'vitest';
import { capture, people, person } from './capture.ts';

const rows = [
  person(),
  person({ id: 'mbr_2', email: 'bob@acme.io', name: null, active: false, modules: [] }),
];

async function listed(options: Parameters<typeof capture>[0], given = rows) {
  const { out, text } = capture(options);
  await out.list(people, given, { empty: 'no members yet; invite one: tenantctl invites send a@x.io' });
  return text();
}

describe('a list', () => {
  test('is a table on a terminal', async () => {
    expect(await listed({ tty: true })).toEqual({
      stdout: [
        'EMAIL        NAME  SEATS  STATE        MODULES',
        'ana@acme.io  Ana       2  active       forms, parsers',
        'bob@acme.io            2  deactivated',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  test('is separated by tabs elsewhere', async () => {
    expect(await listed({})).toEqual({
      stdout:
        'EMAIL\tNAME\tSEATS\tSTATE\tMODULES\n' +
        'ana@acme.io\tAna\t2\tactive\tforms, parsers\n' +
        'bob@acme.io\t\t2\tdeactivated\t\n',
      stderr: '',
    });
  });

  test('can do without headers', async () => {
    expect((await listed({ headers: false })).stdout).toMatch(/^ana@acme/);
    expect((await listed({ headers: false, tty: true })).stdout).toBe(
      'ana@acme.io  Ana  2  active       forms, parsers\nbob@acme.io       2  deactivated\n',
    );
    expect((await listed({ headers: false, format: 'csv' })).stdout).toMatch(/^ana@acme/);
  });

  test('is the rows themselves in json', async () => {
    const { stdout } = await listed({ format: 'json' });
    expect(stdout).toBe(`${JSON.stringify(rows, null, 2)}\n`);
  });

  test('is the same json on a terminal', async () => {
    expect(await listed({ format: 'json', tty: true })).toEqual(await listed({ format: 'json' }));
  });

  test('is a row a line in ndjson', async () => {
    expect((await listed({ format: 'ndjson' })).stdout).toBe(
      rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
  });

  test('is a sequence in yaml', async () => {
    expect((await listed({ format: 'yaml', fields: ['id', 'name', 'account.slug'] })).stdout).toBe(
      '- id: mbr_1\n  name: Ana\n  account:\n    slug: acme\n- id: mbr_2\n  name: null\n  account:\n    slug: acme\n',
    );
  });

  test('is RFC 4180 in csv, with formulas escaped', async () => {
    const odd = person({ name: '=HYPERLINK("x")', email: 'a,b@c.d', seats: -3 });
    expect((await listed({ format: 'csv' }, [odd])).stdout).toBe(
      'email,name,seats,state,modules\r\n"a,b@c.d","\'=HYPERLINK(""x"")",-3,active,"forms,parsers"\r\n',
    );
  });

  test('is ids, a line each, or the field asked for', async () => {
    expect((await listed({ format: 'id' })).stdout).toBe('mbr_1\nmbr_2\n');
    expect((await listed({ format: 'id', fields: ['email'] })).stdout).toBe('ana@acme.io\nbob@acme.io\n');
  });

  test('is nothing with none', async () => {
    expect(await listed({ format: 'none' })).toEqual({ stdout: '', stderr: '' });
  });
});

describe('an empty list', () => {
  const next = 'no members yet; invite one: tenantctl invites send a@x.io\n';
  test.each([
    ['table', '', next],
    ['json', '[]\n', ''],
    ['ndjson', '', ''],
    ['yaml', '[]\n', ''],
    ['csv', 'email,name,seats,state,modules\r\n', ''],
    ['id', '', ''],
    ['none', '', ''],
  ] as const)('in %s', async (format, stdout, stderr) => {
    expect(await listed({ format }, [])).toEqual({ stdout, stderr });
    expect(await listed({ format, tty: true }, [])).toEqual({ stdout, stderr });
  });
});

describe('--fields', () => {
  const fields = ['email', 'account.labels.env', 'modules'];
  test('projects every format', async () => {
    const [row] = rows;
    const projected = { email: row?.email, account: { labels: { env: 'dev' } }, modules: row?.modules };
    const one = rows.slice(0, 1);
    expect((await listed({ fields, format: 'json' }, one)).stdout).toBe(
      `${JSON.stringify([projected], null, 2)}\n`,
    );
    expect((await listed({ fields, format: 'ndjson' }, one)).stdout).toBe(`${JSON.stringify(projected)}\n`);
    expect((await listed({ fields, format: 'csv' }, one)).stdout).toBe(
      'email,account.labels.env,modules\r\nana@acme.io,dev,"forms,parsers"\r\n',
    );
    expect((await listed({ fields }, one)).stdout).toBe(
      'EMAIL\tACCOUNT.LABELS.ENV\tMODULES\nana@acme.io\tdev\tforms, parsers\n',
    );
  });

  test('takes null on the way for null', async () => {
    const bare = person({ account: { slug: 'x', labels: null } });
    expect((await listed({ fields: ['account.labels.env'], format: 'json' }, [bare])).stdout).toBe(
      '[\n  {\n    "account": {\n      "labels": null\n    }\n  }\n]\n',
    );
  });

  test('an unknown one is a usage error that names the known ones, before anything is written', async () => {
    const { out, text } = capture({ fields: ['emial'], format: 'json' });
    await expect(out.list(people, rows)).rejects.toMatchObject({
      outcome: 'usage',
      code: 'unknown_field',
      message: 'there is no field "emial"',
      why: '--fields takes: id, email, name, seats, active, account, account.slug, account.labels, modules',
    });
    expect(await text()).toEqual({ stdout: '', stderr: '' });
  });
});

describe('a table on a terminal stops at 50', () => {
  async function* many(pulled: { rows: number; ended: boolean }, count: number) {
    try {
      for (let at = 0; at < count; at += 1) {
        pulled.rows += 1;
        yield person({ email: `p${at}@acme.io` });
      }
    } finally {
      pulled.ended = true;
    }
  }

  test('and pulls no more than it must', async () => {
    const pulled = { rows: 0, ended: false };
    const { out, text } = capture({ tty: true });
    await out.list(people, many(pulled, 1000));
    const { stdout, stderr } = await text();
    expect(stdout.split('\n')).toHaveLength(52);
    expect(stderr).toBe('showing 50; use --all for the rest\n');
    expect(pulled).toEqual({ rows: 51, ended: true });
  });

  test.each([
    ['exactly 50 rows', { tty: true }, 50, {}],
    ['--all', { tty: true }, 1200, { all: true }],
    ['no terminal', {}, 1200, {}],
    ['json on a terminal', { tty: true, format: 'ndjson' as const }, 1200, {}],
  ])('but not with %s', async (_name, options, count, list) => {
    const { out, text } = capture({ headers: false, ...options });
    await out.list(people, many({ rows: 0, ended: false }, count), list);
    const { stdout, stderr } = await text();
    expect(stdout.trimEnd().split('\n')).toHaveLength(count);
    expect(stderr).toBe('');
  });
});
