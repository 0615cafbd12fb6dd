import type { Context } from '../../context.ts';
import { formRoles } from '../../contract/limits.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { setShares } from './sharing.ts';

const roles = formRoles.filter((role) => role !== 'none');
const choices = [...roles, 'automatic'] as const;

const spec = {
  path: 'forms share',
  summary: 'Choose the role that other accounts have on a form',
  about:
    'viewer sees the questions, data_collector adds records, data_manager also sees and edits them, form_admin edits the questions too. What is chosen for the umbrella stands instead of what it has by itself, and automatic goes back to that. Sharing on and deleting stay with the owning account.',
  args: {
    name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' },
    account: {
      help: 'slugs of accounts that you see or that are linked to this one, or ids of any',
      rest: true,
    },
  },
  flags: {
    role: { value: 'ROLE', choices, required: 'Which role', help: `their role: ${choices.join(', ')}` },
  },
  examples: [
    'tenantctl forms share Visit umbrella --role form_admin --account partner',
    'tenantctl forms share Visit umbrella --role automatic',
    'tenantctl forms share Visit acc_01jqm3v0000000000000000000 --role viewer --dry-run',
  ],
  operations: ['forms.share'],
  next: 'tenantctl forms shares NAME',
} as const satisfies VerbSpec;

export type ShareOptions = OptionsOf<typeof spec>;

export function shareCommand(ctx: Context, run = shareRun): Verb {
  return verb(spec, ctx, run);
}

export async function shareRun({ name, account, role }: ShareOptions, ctx: Context): Promise<void> {
  await setShares(ctx, { name, accounts: account, role: role === 'automatic' ? null : role });
}
