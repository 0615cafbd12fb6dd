import type { Client } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import type { Answer } from '../../contract/shapes.ts';
import { usageError } from '../../errors.ts';
import { mailedSecretIn } from '../mailed-secret.ts';

export type Invitation = Answer<'invites.preview'>;

/** What stdin holds, line by line: the secret, then the password, as far as each is read from there. */
export async function linesOfStdin(
  ctx: Context,
  wanted: readonly ('secret' | 'password')[],
): Promise<string[]> {
  if (wanted.length === 0) return [];
  const lines = (await ctx.readStdin(`the ${wanted.join(' and the ')}`)).split(/\r?\n/);
  for (const [at, name] of wanted.entries()) {
    if ((lines[at] ?? '') !== '') continue;
    const needs = wanted.length === 1 ? `no ${name}` : 'less than two lines: the secret, then the password';
    throw usageError(`stdin holds ${needs}`, { code: 'empty_stdin' });
  }
  return lines;
}

export async function askSecret(ctx: Context): Promise<string> {
  const question = {
    message: 'Paste the link from the invitation',
    flag: '--secret-stdin',
    hint: 'the command with --secret-stdin < FILE',
  };
  return mailedSecretIn(await ctx.prompt.password(question));
}

/** Looks, and says what it is about, before anything is done with it. */
export async function preview(ctx: Context, client: Client, secret: string): Promise<Invitation> {
  const found = await client.call('invites.preview', { body: { secret }, anonymous: true });
  const { account, email, role, modules, invited_by, expires_at } = found;
  const by = invited_by === null ? '' : ` by ${invited_by}`;
  const granted = modules.length > 0 ? ` with ${modules.join(', ')}` : '';
  ctx.out.note(`${email} is invited${by} to ${account.name} as ${role}${granted}, until ${expires_at}.`);
  return found;
}
