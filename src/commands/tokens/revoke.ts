import type { Context } from '../../context.ts';
import { idPattern } from '../../contract/ids.ts';
import type { Token } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { asTyped, tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'tokens revoke',
  summary: 'Revoke a token: it stops working at once',
  args: { token: { help: 'its id (tok_...), never its secret' } },
  flags: { accountToken: { help: 'one that is bound to the account, whoever made it' } },
  examples: [
    'tenantctl tokens revoke tok_01jq8m5v0xdn2k7y3c9r6w4hbz',
    'tenantctl tokens revoke tok_01jq8m5v0xdn2k7y3c9r6w4hbz --account-token --account acme --yes',
  ],
  operations: ['tokens.list', 'tokens.revoke', 'account_tokens.list', 'account_tokens.revoke'],
  next: 'tenantctl tokens list',
} as const satisfies VerbSpec;

export type RevokeOptions = OptionsOf<typeof spec>;

export function revokeCommand(ctx: Context, run = revokeRun): Verb {
  return verb(spec, ctx, run);
}

export async function revokeRun(options: RevokeOptions, ctx: Context): Promise<void> {
  checkId(options.token);
  const client = ctx.client();
  const account = options.accountToken === true ? ctx.account() : undefined;
  const found = await findToken(options.token, account, ctx);
  if (ctx.flags.dryRun !== true && found?.state !== 'revoked') {
    const flag = account === undefined ? '' : ` --account-token --account ${account}`;
    await ctx.confirmed({
      weight: 'yes',
      what: `revoke the token ${found?.name ?? options.token}`,
      consequences: consequencesOf(found),
      command: asTyped(ctx, `tenantctl tokens revoke ${options.token}${flag}`),
    });
  }
  const { token } = options;
  const done =
    account === undefined
      ? await client.call('tokens.revoke', { params: { token } })
      : await client.call('account_tokens.revoke', { params: { account, token } });
  const name = found?.name ?? token;
  await tellChange(ctx, {
    value: done,
    changed: done.changed,
    done: `Revoked ${name}.`,
    already: `${name} is revoked already.`,
  });
}

/** What is no id may be a secret, pasted by mistake: it is not repeated. */
function checkId(token: string): void {
  if (idPattern('token').test(token)) return;
  throw usageError('TOKEN is not the id of a token', {
    code: 'invalid_value',
    why: 'It begins with tok_; the secret, which begins with tctl_, is not needed.',
    hint: 'tenantctl tokens list',
  });
}

/** Its id tells people nothing: its name and when it was last used do. */
async function findToken(id: string, account: string | undefined, ctx: Context): Promise<Token | undefined> {
  const client = ctx.client();
  const tokens =
    account === undefined
      ? client.pages('tokens.list', {})
      : client.pages('account_tokens.list', { params: { account } });
  for await (const token of tokens) if (token.id === id) return token;
  return undefined;
}

function consequencesOf(token: Token | undefined): string[] {
  const used = token === undefined ? [] : [`last used: ${token.last_used_at ?? 'never'}`];
  return ['whatever uses it is refused from then on; it cannot be taken back', ...used];
}
