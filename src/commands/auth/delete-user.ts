import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'auth delete-user',
  summary: 'Delete yourself and your personal account',
  about:
    'You leave every account; what you made there stays there. Refused while you are the last administrator of one. It is confirmed by your address.',
  flags: { passwordStdin: { help: 'read the password from the first line of stdin' } },
  examples: [
    'tenantctl auth delete-user',
    'tenantctl auth delete-user --dry-run --password-stdin < password.txt',
  ],
  operations: ['me.show', 'me.delete'],
  person: true,
} as const satisfies VerbSpec;

export function deleteUserCommand(ctx: Context, run = deleteUserRun): Verb {
  return verb(spec, ctx, run);
}

export async function deleteUserRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const client = ctx.client();
  const { user } = await client.call('me.show');
  if (user === null) throw usageError('this credential belongs to an account, not to a person');
  const body = { current_password: await passwordOf(options, ctx) };
  if (ctx.flags.dryRun !== true) {
    const preview = await client.call('me.delete', { body, dryRun: true });
    await ctx.confirmed({
      weight: 'slug',
      what: `delete ${user.email} and the personal account for good`,
      consequences: preview.left_accounts.map((account) => `you leave ${account}`),
      slug: user.email,
      command: 'tenantctl auth delete-user',
    });
  }
  const done = await client.call('me.delete', { body });
  const text = ctx.flags.dryRun === true ? `${user.email} would be deleted.` : `${user.email} is deleted.`;
  await ctx.out.result(done, text);
}

async function passwordOf(options: OptionsOf<typeof spec>, ctx: Context): Promise<string> {
  if (options.passwordStdin !== true) {
    return await ctx.prompt.password({ message: 'Password', flag: '--password-stdin' });
  }
  const [line = ''] = (await ctx.readStdin('the password')).split(/\r?\n/);
  if (line === '') throw usageError('stdin holds no password', { code: 'empty_stdin' });
  return line;
}
