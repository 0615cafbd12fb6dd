import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'auth password change',
  summary: 'Change the password; ends your other sessions',
  about:
    'Asks for both, or reads them from stdin: the current one on the first line, the new one on the second.',
  flags: { passwordStdin: { help: 'read both passwords from stdin' } },
  examples: [
    'tenantctl auth password change',
    'tenantctl auth password change --password-stdin < passwords.txt',
  ],
  operations: ['auth.password_change'],
  person: true,
} as const satisfies VerbSpec;

export function passwordChangeCommand(ctx: Context, run = passwordChangeRun): Verb {
  return verb(spec, ctx, run);
}

export async function passwordChangeRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { current, next } = options.passwordStdin === true ? await fromStdin(ctx) : await asked(ctx);
  const body = { current_password: current, password: next };
  const done = await ctx.client().call('auth.password_change', { body });
  await ctx.out.result(done, 'The password is changed. Your other sessions have ended.');
}

async function fromStdin(ctx: Context) {
  const [current = '', next = ''] = (await ctx.readStdin('the passwords')).split(/\r?\n/);
  if (current === '' || next === '') {
    throw usageError('stdin needs two lines: the current password, then the new one', {
      code: 'empty_stdin',
    });
  }
  return { current, next };
}

async function asked(ctx: Context) {
  const question = (message: string) => ctx.prompt.password({ message, flag: '--password-stdin' });
  const current = await question('Current password');
  const next = await question('New password (15 characters or more)');
  if (next !== (await question('New password once more'))) {
    throw usageError('the two new passwords differ', { code: 'passwords_differ' });
  }
  return { current, next };
}
