import { describe, expect, it } from 'vitest';
import { copyCommand } from '../../../src/commands/parsers/copy.ts';
import { createCommand } from '../../../src/commands/parsers/create.ts';
import { deleteCommand } from '../../../src/commands/parsers/delete.ts';
import { diffCommand } from '../../../src/commands/parsers/diff.ts';
import { exportCommand } from '../../../src/commands/parsers/export.ts';
import { importCommand } from '../../../src/commands/parsers/import.ts';
import { listCommand } from '../../../src/commands/parsers/list.ts';
import { promoteCommand } from '../../../src/commands/parsers/promote.ts';
import { pathSetCommand } from '../../../src/commands/parsers/promotion-path-set.ts';
import { revisionsCommand } from '../../../src/commands/parsers/revisions.ts';
import { rollbackCommand } from '../../../src/commands/parsers/rollback.ts';
import { secretsListCommand } from '../../../src/commands/parsers/secrets-list.ts';
import { secretsSetCommand } from '../../../src/commands/parsers/secrets-set.ts';
import { secretsUnsetCommand } from '../../../src/commands/parsers/secrets-unset.ts';
import { showCommand } from '../../../src/commands/parsers/show.ts';
import { updateCommand } from '../../../src/commands/parsers/update.ts';
import { fileNames } from '../../../src/estate/files/file-names.ts';
import { parsed } from '../../support/parse.ts';

describe('the verbs of parsers parse', () => {
  it('what they take', async () => {
    expect(await parsed(listCommand, '--q a --type invoice --definitions')).toEqual({
      q: 'a',
      type: 'invoice',
      definitions: true,
    });
    expect(await parsed(showCommand, 'A --revision 3')).toEqual({ name: 'A', revision: 3 });
    expect(await parsed(createCommand, 'A --file a.yaml --type t --description d')).toEqual({
      name: 'A',
      file: 'a.yaml',
      type: 't',
      description: 'd',
    });
    expect(await parsed(updateCommand, 'A --file - --rename B --if-revision 2')).toEqual({
      name: 'A',
      file: '-',
      rename: 'B',
      ifRevision: 2,
    });
    expect(await parsed(deleteCommand, 'A B')).toEqual({ name: ['A', 'B'] });
    expect(await parsed(revisionsCommand, 'A')).toEqual({ name: 'A' });
    expect(await parsed(rollbackCommand, 'A --to 3')).toEqual({ name: 'A', to: 3 });
    expect(await parsed(exportCommand, 'A B --dir d')).toEqual({ name: ['A', 'B'], dir: 'd' });
    expect(await parsed(importCommand, 'a.yaml b --on-conflict skip')).toEqual({
      file: ['a.yaml', 'b'],
      onConflict: 'skip',
    });
    expect(await parsed(secretsListCommand, 'A --missing')).toEqual({ name: 'A', missing: true });
    expect(await parsed(secretsSetCommand, 'A s --value-file f')).toEqual({
      name: 'A',
      secret: 's',
      valueFile: 'f',
    });
    expect(await parsed(secretsUnsetCommand, 'A s')).toEqual({ name: 'A', secret: 's' });
    expect(await parsed(pathSetCommand, 'a b c')).toEqual({ step: ['a', 'b', 'c'] });
  });

  it('where from and where to', async () => {
    expect(
      await parsed(copyCommand, 'A B --from a --to b,c --to d/w --on-conflict overwrite --force'),
    ).toEqual({
      name: ['A', 'B'],
      from: 'a',
      to: ['b', 'c', 'd/w'],
      onConflict: 'overwrite',
      force: true,
    });
    expect(await parsed(promoteCommand, 'A --from a --to b --force')).toEqual({
      name: ['A'],
      from: 'a',
      to: 'b',
      force: true,
    });
    expect(await parsed(diffCommand, '--from a --to b --same --detailed-exitcode')).toEqual({
      name: [],
      from: 'a',
      to: 'b',
      same: true,
      detailedExitcode: true,
    });
  });

  it('nothing else', async () => {
    await expect(parsed(rollbackCommand, 'A --to x')).rejects.toThrow('--to x: not a whole number');
    await expect(parsed(importCommand, '')).rejects.toThrow(/missing required argument 'FILE'/);
    await expect(parsed(importCommand, 'a --on-conflict rename')).rejects.toThrow(/--on-conflict <WHAT>/);
    await expect(parsed(secretsSetCommand, 'A s --value x')).rejects.toThrow(/unknown option '--value'/);
  });
});

describe('names of files', () => {
  it.each([
    [['Invoice'], ['Invoice.yaml']],
    [['Invoice DE  v1.2'], ['Invoice-DE-v1.2.yaml']],
    [
      ['a', 'A', 'a-2'],
      ['a.yaml', 'A-2.yaml', 'a-2-2.yaml'],
    ],
    [
      ['nul', 'com1.old', 'console'],
      ['parser-nul.yaml', 'parser-com1.old.yaml', 'console.yaml'],
    ],
  ])('of %j are safe and never twice', (names, files) => {
    expect(names.map(fileNames())).toEqual(files);
  });
});
