import type { Context } from '../../context.ts';
import type { Item } from '../../contract/shapes.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'dev messages',
  summary: 'List the messages that were kept instead of sent',
  about:
    'Forms that went out by SMS, newest first. Only against a server that runs with --dev, and only for staff.',
  flags: { to: { value: 'NUMBER', help: 'only to this telephone' } },
  examples: [
    'tenantctl dev messages --profile local-staff',
    "tenantctl dev messages --profile local-staff --to '+41 79 123 45 67' --json | jq -r .[0].text",
  ],
  operations: ['dev.messages'],
} as const satisfies VerbSpec;

export function messagesCommand(ctx: Context, run = messagesRun): Verb {
  return verb(spec, ctx, run);
}

export async function messagesRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const rows = ctx.client().pages('dev.messages', { query: options }, ctx.max());
  await ctx.out.list(columns, rows, ctx.listing('No message yet.'));
}

const columns: readonly Column<Item<'dev.messages'>>[] = [
  { header: 'AT', value: (message) => message.at },
  { header: 'TO', value: (message) => message.to, keep: true },
  { header: 'MODE', value: (message) => message.mode },
  { header: 'STATE', value: (message) => message.state },
  { header: 'QUESTIONS', value: (message) => message.questions.length, align: 'right' },
  { header: 'TEXT', value: (message) => message.text },
  { header: 'ID', value: (message) => message.id },
];
