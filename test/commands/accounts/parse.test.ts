import { describe, expect, it } from 'vitest';
import { updateCommand as rulesUpdate } from '../../../src/commands/accounts/address-rules-update.ts';
import { createCommand } from '../../../src/commands/accounts/create.ts';
import { deleteCommand } from '../../../src/commands/accounts/delete.ts';
import { labelsChanged, labelsFrom } from '../../../src/commands/accounts/labels.ts';
import { leaveCommand } from '../../../src/commands/accounts/leave.ts';
import { lockCommand } from '../../../src/commands/accounts/lock.ts';
import { releaseCommand } from '../../../src/commands/accounts/release.ts';
import { showCommand } from '../../../src/commands/accounts/show.ts';
import { suspendCommand } from '../../../src/commands/accounts/suspend.ts';
import { treeCommand } from '../../../src/commands/accounts/tree.ts';
import { unlockCommand } from '../../../src/commands/accounts/unlock.ts';
import { updateCommand } from '../../../src/commands/accounts/update.ts';
import { useCommand } from '../../../src/commands/accounts/use.ts';
import { parsed } from '../../support/parse.ts';

describe('the verbs of accounts parse', () => {
  it('what they take', async () => {
    expect(await parsed(showCommand, '')).toEqual({});
    expect(await parsed(showCommand, 'acme')).toEqual({ account: 'acme' });
    expect(await parsed(treeCommand, 'acme')).toEqual({ account: 'acme' });
    expect(await parsed(useCommand, '')).toEqual({});
    expect(await parsed(deleteCommand, 'acme')).toEqual({ account: 'acme' });
    expect(await parsed(leaveCommand, 'acme')).toEqual({ account: 'acme' });
    expect(await parsed(releaseCommand, 'acme')).toEqual({ account: 'acme' });
    expect(await parsed(lockCommand, 'acme')).toEqual({ account: 'acme' });
    expect(await parsed(suspendCommand, 'acme --reason unpaid')).toEqual({
      account: 'acme',
      reason: 'unpaid',
    });
    expect(await parsed(unlockCommand, 'acme --trial-days 30')).toEqual({ account: 'acme', trialDays: 30 });
  });

  it('create', async () => {
    const words =
      'Acme --slug acme --plan basic --master top --label a=b --label c=d --admin-email a@x.io --if-not-exists';
    expect(await parsed(createCommand, words)).toEqual({
      name: 'Acme',
      slug: 'acme',
      plan: 'basic',
      master: 'top',
      label: ['a=b', 'c=d'],
      adminEmail: 'a@x.io',
      ifNotExists: true,
    });
    expect(await parsed(createCommand, 'Big --organization --super-admin a@x.io')).toEqual({
      name: 'Big',
      organization: true,
      superAdmin: 'a@x.io',
    });
    // Which plans there are, the server knows.
    expect(await parsed(createCommand, 'Acme --plan gold')).toEqual({ name: 'Acme', plan: 'gold' });
    await expect(parsed(createCommand, '')).rejects.toThrow(/missing required argument 'NAME'/);
  });

  it('update', async () => {
    const words =
      'acme --name A --label env=dev --remove-label owner --mail-security on --mail-members off --if-revision 3';
    expect(await parsed(updateCommand, words)).toEqual({
      account: 'acme',
      name: 'A',
      label: ['env=dev'],
      removeLabel: ['owner'],
      mailSecurity: 'on',
      mailMembers: 'off',
      ifRevision: 3,
    });
    await expect(parsed(updateCommand, 'acme --if-revision x')).rejects.toThrow('not a whole number');
  });

  it('address-rules update', async () => {
    expect(await parsed(rulesUpdate, '--allow a.com,b.com --deny c.com --remove d.com')).toEqual({
      allow: ['a.com', 'b.com'],
      deny: ['c.com'],
      remove: ['d.com'],
    });
  });
});

describe('labels', () => {
  it('are read, set and taken away', () => {
    expect(labelsFrom(['env=dev', 'note=a=b'])).toEqual({ env: 'dev', note: 'a=b' });
    expect(labelsChanged({ a: '1', b: '2' }, { b: '3', c: '4' }, ['a', 'z'])).toEqual({ b: '3', c: '4' });
  });

  it.each(['env', '=dev', 'env='])('%j is none', (text) => {
    expect(() => labelsFrom([text])).toThrow(`--label ${text}: not KEY=VALUE`);
  });

  it('are not set and taken away at once', () => {
    expect(() => labelsChanged({}, { a: '1' }, ['a'])).toThrow('--label and --remove-label both name a');
  });
});
