import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cliDoc } from '../../scripts/cli-doc.ts';
import { errorsDoc } from '../../scripts/errors-doc.ts';
import { estateDoc } from '../../scripts/estate-doc.ts';
import { fileAtRoot } from '../../scripts/generated-file.ts';
import { rolesDoc } from '../../scripts/roles-doc.ts';
import { errorCodes } from '../../src/contract/errors.ts';
import { modules } from '../../src/contract/limits.ts';
import { accessTable } from '../../src/server/domain/access-table.ts';

const page = (path: string) => readFileSync(fileAtRoot(path), 'utf8');

describe('generated pages', () => {
  it('docs/errors.md is what the contract says (else: npm run docs)', () => {
    expect(page('docs/errors.md')).toBe(errorsDoc());
  });

  it('docs/cli.md is what the commands say (else: npm run docs)', () => {
    expect(page('docs/cli.md')).toBe(cliDoc());
  });

  it('docs/roles.md is what the table of rights says (else: npm run docs)', () => {
    expect(page('docs/roles.md')).toBe(rolesDoc());
  });

  it('the tables of docs/estate.md are what the form of the file says (else: npm run docs)', () => {
    expect(page('docs/estate.md')).toBe(estateDoc());
  });

  it('every operation and every further action has its row, and every module says what it opens', () => {
    const rows = [...rolesDoc().matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name);
    expect(new Set(rows)).toEqual(new Set([...modules, ...Object.keys(accessTable)]));
    expect(rows.length).toBe(modules.length + Object.keys(accessTable).length);
    expect(rolesDoc()).toContain('| `settings` | `accounts.update` |');
  });

  it('every code has a row with its status', () => {
    const rows = [...errorsDoc().matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(rows).toEqual(Object.entries(errorCodes).map(([code, { status }]) => [code, status]));
  });
});
