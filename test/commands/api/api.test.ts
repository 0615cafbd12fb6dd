import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonFields, withQuery } from '../../../src/commands/api/fields.ts';
import { mintToken } from '../../../src/contract/token.ts';
import { json, problem, scripted } from '../../client/wire.ts';
import { newConfigDir, runCli } from '../../support/cli.ts';

const env = { TENANTCTL_TOKEN: mintToken('api') };

describe('api', () => {
  it('prints the answer as JSON, with the version filled in', async () => {
    const { send, sent } = scripted(json({ a: 'x\u202ey' }));
    const done = await runCli('api /accounts/acme', { send, env });
    expect([done.code, sent[0]?.method, sent[0]?.url]).toEqual([
      0,
      'GET',
      'http://127.0.0.1:7411/v1/accounts/acme',
    ]);
    expect([done.json(), done.stdout.includes('\u202e')]).toEqual([{ a: 'x\u202ey' }, false]);
  });

  it('makes a POST of fields, typed or not', async () => {
    const { send, sent } = scripted(json({}, 201));
    await runCli(
      ['api', '/accounts', '-f', 'name=1', '-F', 'n=2', '-F', 'on=true', '-F', 'l[]=a', '-F', 'l[]=b'],
      { send, env },
    );
    expect([sent[0]?.method, sent[0]?.body, sent[0]?.headers['idempotency-key']?.length]).toEqual([
      'POST',
      '{"n":2,"on":true,"l":["a","b"],"name":"1"}',
      36,
    ]);
  });

  it('puts the fields of a GET into the query', async () => {
    const { send, sent } = scripted(json({ data: [], next_cursor: null }));
    await runCli('api GET /accounts?q=a -f kind=standard', { send, env });
    expect(sent[0]?.url).toBe('http://127.0.0.1:7411/v1/accounts?q=a&kind=standard');
  });

  it("sends a file, and headers of one's own", async () => {
    const file = join(newConfigDir(), 'body.json');
    writeFileSync(file, '{"name":"Acme"}');
    const { send, sent } = scripted(json({}));
    await runCli(['api', 'PATCH', 'accounts/acme', '--input', file, '-H', 'If-Match: "3"'], { send, env });
    expect([sent[0]?.body, sent[0]?.headers['if-match'], sent[0]?.headers['content-type']]).toEqual([
      '{"name":"Acme"}',
      '"3"',
      'application/json',
    ]);
  });

  it('follows the cursors', async () => {
    const { send, sent } = scripted(
      json({ data: [1, 2], next_cursor: 'c' }),
      json({ data: [3], next_cursor: null }),
    );
    const done = await runCli('api /accounts --paginate', { send, env });
    expect([done.json(), sent[1]?.url]).toEqual([[1, 2, 3], 'http://127.0.0.1:7411/v1/accounts?cursor=c']);
  });

  it('tells a refusal as any command does', async () => {
    const { send } = scripted(problem(403, 'forbidden'));
    const done = await runCli('api /accounts/acme --json', { send, env });
    expect([done.code, done.stdout, JSON.parse(done.stderr).error.code]).toEqual([9, '', 'forbidden']);
  });

  it.each([
    'api https://evil.test/v1/me',
    'api //evil.test/v1/me',
    'api /accounts/../staff',
    'api FETCH /accounts',
    'api /accounts -H Authorization:x',
    'api DELETE /accounts/acme --dry-run',
    'api DELETE /accounts/acme --read-only',
    'api',
  ])('refuses %s and sends nothing', async (argv) => {
    expect(await runCli(argv, { env })).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('fields', () => {
  it('nest', () => {
    expect(
      jsonFields([
        ['a[b][c]', 1],
        ['a[d]', 2],
        ['e[]', 3],
      ]),
    ).toEqual({ a: { b: { c: 1 }, d: 2 }, e: [3] });
  });

  it.each(['a[', '[a]', 'a[][b]', '__proto__', 'a[__proto__]', 'a[__proto__][b]'])('refuse %s', (key) => {
    expect(() => jsonFields([[key, 1]])).toThrow();
    expect(Object.hasOwn(Object.prototype, 'b')).toBe(false);
  });

  it('replace what the query has', () => {
    expect(withQuery('/a?b=1&c=2', { b: 3 })).toBe('/a?c=2&b=3');
  });
});
