import { afterEach, beforeEach, expect, it } from 'vitest';
import { changePlace } from '../../../src/estate/files/change-place.ts';
import { Folder } from './files.ts';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const TEXT = `accounts:
  acme:
    kind: organization
    plan: business
    workspaces:
      ops:
        members: { Ann@acme.example: viewer }
        parsers:
          Bill: { copy_from: acme/Invoice }
    members: { ann@ACME.example: member }
    permission_sets: { readers: { role: member } }
    parsers:
      Invoice: { copy_from: lab/Invoice }
`;

it.each([
  ['account', '', '3:3'],
  ['plan', '', '5:5'],
  ['workspace', 'ops', '7:7'],
  ['workspace_member', 'ops/ann@acme.example', '8:20'],
  ['parser', 'ops/Bill', '10:11'],
  ['member', 'ann@acme.example', '11:16'],
  ['permission_set', 'readers', '12:24'],
  ['parser', 'default/Invoice', '14:7'],
  ['member', 'who.goes@acme.example', '3:3'],
] as const)('the place of a %s %s', async (kind, key, place) => {
  const { tree, mistakes } = await folder.estate('a.yaml', TEXT).read(['a.yaml']);
  expect(mistakes).toEqual([]);
  expect(changePlace(tree, { kind, account: 'acme', key })).toBe(`a.yaml:${place}`);
});
