import type { Context } from '../../context.ts';
import type { Item } from '../../contract/shapes.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'dev mail',
  summary: 'List the mail that was captured instead of sent',
  about:
    'Newest first, with the links in it. Only against a server that runs with --dev, and only for staff.',
  flags: { to: { value: 'ADDRESS', help: 'only to this address' } },
  examples: [
    'tenantctl dev mail --profile local-staff',
    'tenantctl dev mail --profile local-staff --to ana@example.com --limit 1 --json | jq -r .[0].links[0]',
  ],
  operations: ['dev.mail'],
  next: 'tenantctl invites accept',
} as const satisfies VerbSpec;

export function mailCommand(ctx: Context, run = mailRun): Verb {
  return verb(spec, ctx, run);
}

export async function mailRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('dev.mail', { query: options }, ctx.max());
  await ctx.out.list(columns, rows, ctx.listing('No mail yet.'));
}

const columns: readonly Column<Item<'dev.mail'>>[] = [
  { header: 'AT', value: (mail) => mail.at },
  { header: 'TO', value: (mail) => mail.to },
  { header: 'SUBJECT', value: (mail) => mail.subject },
  { header: 'LINKS', value: (mail) => mail.links, keep: true },
  { header: 'ID', value: (mail) => mail.id },
];
