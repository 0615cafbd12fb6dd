import { describe, expect, test } from 'vitest';
import { conflictError, fromProblem, temporaryError, usageError } from '../../src/errors.ts';
import { capture, people, person } from './capture.ts';

describe('one thing', () => {
  test('is a fact a line', async () => {
    const { out, text } = capture({ tty: true });
    await out.item(people, person({ name: null }));
    expect((await text()).stdout).toBe(
      'EMAIL    ana@acme.io\nNAME\nSEATS    2\nSTATE    active\nMODULES  forms, parsers\n',
    );
  });

  test('is name, tab, value for programs', async () => {
    const { out, text } = capture();
    await out.item(people.slice(0, 2), person());
    expect((await text()).stdout).toBe('EMAIL\tana@acme.io\nNAME\tAna\n');
  });

  test.each([
    ['json', '{\n  "id": "mbr_1"\n}\n'],
    ['ndjson', '{"id":"mbr_1"}\n'],
    ['yaml', 'id: mbr_1\n'],
    ['csv', 'id\r\nmbr_1\r\n'],
    ['id', 'mbr_1\n'],
    ['table', 'ID\tmbr_1\n'],
    ['none', ''],
  ] as const)('in %s with --fields id', async (format, expected) => {
    const { out, text } = capture({ format, fields: ['id'] });
    await out.item(people, person());
    expect((await text()).stdout).toBe(expected);
  });
});

describe('what a change answered', () => {
  test('is a sentence for people and the answer for programs', async () => {
    const table = capture();
    await table.out.result({ changed: true }, 'Removed ana@acme.io');
    expect((await table.text()).stdout).toBe('Removed ana@acme.io\n');

    const json = capture({ format: 'json' });
    await json.out.result({ changed: true }, 'Removed ana@acme.io');
    expect((await json.text()).stdout).toBe('{\n  "changed": true\n}\n');
  });

  test('without a sentence is its fields', async () => {
    const { out, text } = capture();
    await out.result({ changed: true, labels: { env: 'dev' }, ids: [1, 2], none: null });
    expect((await text()).stdout).toBe('CHANGED\tyes\nLABELS\t{"env":"dev"}\nIDS\t1, 2\nNONE\t\n');
  });
});

describe('a tree', () => {
  const root = {
    label: 'acme (organization)',
    id: 'acc_1',
    children: [
      { label: 'acme-dev', id: 'acc_2', children: [{ label: 'default', id: 'wsp_1' }] },
      { label: 'acme-prod', id: 'acc_3' },
    ],
  };
  const data = { id: 'acc_1', children: [{ id: 'acc_2' }, { id: 'acc_3' }] };
  async function drawn(options: Parameters<typeof capture>[0]) {
    const { out, text } = capture(options);
    await out.tree(root, data);
    return (await text()).stdout;
  }

  test('is drawn', async () => {
    expect(await drawn({ tty: true })).toBe(
      'acme (organization)\n├── acme-dev\n│   └── default\n└── acme-prod\n',
    );
  });
  test('in ASCII where the locale is not UTF-8', async () => {
    expect(await drawn({ env: { LANG: 'C' } })).toBe(
      'acme (organization)\n|-- acme-dev\n|   `-- default\n`-- acme-prod\n',
    );
    expect(await drawn({ env: { LC_ALL: 'C', LANG: 'C.UTF-8' } })).toContain('|--');
  });
  test('is the data in machine formats', async () => {
    expect(JSON.parse(await drawn({ format: 'json' }))).toEqual(data);
    expect(await drawn({ format: 'ndjson' })).toBe(`${JSON.stringify(data)}\n`);
    expect(await drawn({ format: 'id' })).toBe('acc_1\nacc_2\nwsp_1\nacc_3\n');
    expect(await drawn({ format: 'csv' })).toBe(
      'depth,id,label\r\n0,acc_1,acme (organization)\r\n1,acc_2,acme-dev\r\n2,wsp_1,default\r\n1,acc_3,acme-prod\r\n',
    );
  });
});

describe('notes go to stderr', () => {
  test('and --quiet leaves only what must be said', async () => {
    for (const [quiet, expected] of [
      [false, 'a note\nread this\nWarning: careful\n'],
      [true, 'read this\nWarning: careful\n'],
    ] as const) {
      const { out, text } = capture({ quiet });
      out.note('a note');
      out.say('read this');
      out.warn('careful');
      expect(await text()).toEqual({ stdout: '', stderr: expected });
    }
  });

  test('events go to stdout, in ndjson only', async () => {
    const ndjson = capture({ format: 'ndjson' });
    ndjson.out.event({ event: 'ready', url: 'http://127.0.0.1:7411' });
    expect((await ndjson.text()).stdout).toBe('{"event":"ready","url":"http://127.0.0.1:7411"}\n');
    const json = capture({ format: 'json' });
    json.out.event({ event: 'ready' });
    expect((await json.text()).stdout).toBe('');
  });
});

describe('an error', () => {
  const problem = fromProblem(
    {
      title: 'Not allowed',
      status: 403,
      detail: 'only an admin of acme may invite',
      code: 'forbidden',
      request_id: 'req_8f2c',
      errors: [{ pointer: '/role', detail: 'is not known' }],
      reasons: [
        { check: 'member', ok: true, text: 'you are a member of acme' },
        { check: 'R29', ok: false, text: 'a user invites nobody' },
      ],
    },
    { hint: 'tenantctl access explain invites.send' },
  );

  test('tells people what, why, what to try and what to quote', async () => {
    const { out, text } = capture({ tty: true });
    await out.error(problem);
    expect(await text()).toEqual({
      stdout: '',
      stderr: [
        'Error: only an admin of acme may invite',
        '  Not allowed',
        '  - /role: is not known',
        '  - yes  you are a member of acme (member)',
        '  - no   a user invites nobody (R29)',
        '  Try:  tenantctl access explain invites.send',
        '  Code: forbidden   Request ID: req_8f2c',
        '',
      ].join('\n'),
    });
  });

  test.each(['json', 'ndjson', 'yaml', 'csv', 'id'] as const)(
    'is one line of JSON on stderr with %s',
    async (format) => {
      const { out, text } = capture({ format, tty: true });
      await out.error(problem);
      const { stdout, stderr } = await text();
      expect(stdout).toBe('');
      expect(stderr.split('\n')).toHaveLength(2);
      expect(JSON.parse(stderr)).toEqual({
        error: {
          code: 'forbidden',
          message: 'only an admin of acme may invite. Not allowed',
          status: 403,
          request_id: 'req_8f2c',
          hint: 'tenantctl access explain invites.send',
          retryable: false,
          details: [{ pointer: '/role', detail: 'is not known' }],
          reasons: problem.reasons,
        },
      });
    },
  );

  test('says null for what there is not', async () => {
    const { out, text } = capture({ format: 'json' });
    await out.error(temporaryError('the server did not answer'));
    expect((await text()).stderr).toBe(
      '{"error":{"code":"temporary","message":"the server did not answer","status":null,"request_id":null,"hint":null,"retryable":true,"details":null,"reasons":null}}\n',
    );
  });

  test('is short when there is little to say', async () => {
    const { out, text } = capture({ format: 'none' });
    await out.error(usageError('--email is missing'));
    await out.error(conflictError('stale', { code: 'stale' }));
    expect((await text()).stderr).toBe(
      'Error: --email is missing\n  Code: usage\nError: stale\n  Code: stale\n',
    );
  });

  test('of ours shows its stack only with --debug', async () => {
    const bug = new TypeError('x is undefined');
    const plain = capture();
    await plain.out.error(bug);
    expect((await plain.text()).stderr).toBe('Error: unexpected: x is undefined\n  Code: internal\n');
    const debug = capture({ debug: true });
    await debug.out.error(bug);
    expect((await debug.text()).stderr).toContain('messages.test.ts');
  });
});
