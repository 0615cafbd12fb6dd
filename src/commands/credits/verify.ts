import type { Context } from '../../context.ts';
import type { CreditDrift } from '../../contract/types.ts';
import { otherError } from '../../errors.ts';
import { counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { driftColumns } from './columns.ts';

const spec = {
  path: 'credits verify',
  summary: 'Recompute every balance from the ledger (staff only)',
  about:
    'Page by page, while the server goes on working; each page is read at one moment. Lists every total that its entries do not come to, and ends with 1 if there is any.',
  examples: ['tenantctl credits verify --profile staff', 'tenantctl credits verify --profile staff --json'],
  operations: ['credits.verify'],
  next: 'tenantctl credits ledger --account ACCOUNT',
} as const satisfies VerbSpec;

export type VerifyOptions = OptionsOf<typeof spec>;

export function verifyCommand(ctx: Context, run = verifyRun): Verb {
  return verb(spec, ctx, run);
}

export async function verifyRun(_options: VerifyOptions, ctx: Context): Promise<void> {
  const seen = { payers: 0, entries: 0, drift: 0 };
  await ctx.out.list(driftColumns, driftOf(ctx, seen), { all: true, empty: 'No drift.' });
  ctx.out.note(
    `${counted(seen.payers, 'account')} and ${counted(seen.entries, 'entry', 'entries')} were recomputed.`,
  );
  if (seen.drift === 0) return;
  throw otherError(
    `${counted(seen.drift, 'total')} ${seen.drift === 1 ? 'is' : 'are'} not what the entries come to`,
    {
      code: 'ledger_drift',
      why: 'The entries cannot be changed, so the totals were, past the server.',
    },
  );
}

async function* driftOf(
  ctx: Context,
  seen: { payers: number; entries: number; drift: number },
): AsyncGenerator<CreditDrift> {
  const client = ctx.client();
  let cursor: string | undefined;
  do {
    const page = await client.call('credits.verify', { query: { cursor } });
    seen.payers += page.payers;
    seen.entries += page.entries;
    seen.drift += page.data.length;
    yield* page.data;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
