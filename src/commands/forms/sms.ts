import type { Context } from '../../context.ts';
import { smsModes } from '../../contract/limits.ts';
import { parsePhone } from '../../contract/phone.ts';
import type { Answer } from '../../contract/shapes.ts';
import { partialError, usageError } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import { quoted } from '../../output/text.ts';
import { asTyped, counted } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { formAt } from './answers.ts';

const spec = {
  path: 'forms sms',
  summary: 'Send a form by SMS',
  about:
    'structured: all questions in one message, answered by one. interactive: question by question; it costs a message for each and one to begin. All of it is paid when it is sent, and with too few credits nobody gets anything. Up to 1,000 numbers at once, with their country code.',
  args: { form: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME, or an id' } },
  flags: {
    to: { value: 'NUMBER', list: true, required: 'To which numbers', help: 'whom to: +41791234567,+4179...' },
    mode: { value: 'MODE', choices: smsModes, required: 'How', help: 'how the questions are asked' },
    text: { value: 'TEXT', help: 'goes before the questions; else the title of the form' },
  },
  examples: [
    'tenantctl forms sms Wells --to +41791234567 --mode structured --account acme',
    'tenantctl forms sms acme/Wells --to +41791234567,+41791234568 --mode interactive --text "Two minutes for us?"',
    'tenantctl forms sms Wells --to +41791234567 --mode interactive --dry-run',
  ],
  operations: ['forms.show', 'forms.sms'],
  next: 'tenantctl forms records list FORM',
} as const satisfies VerbSpec;

export type SmsOptions = OptionsOf<typeof spec>;
type Outcome = Answer<'forms.sms'>['outcomes'][number];

export function smsCommand(ctx: Context, run = smsRun): Verb {
  return verb(spec, ctx, run);
}

const columns: readonly Column<Outcome>[] = [
  { header: 'TO', value: (one) => one.to, keep: true },
  {
    header: 'OUTCOME',
    value: (one) => one.outcome,
    tone: (one) => (one.outcome === 'invalid_number' ? 'bad' : undefined),
  },
  { header: 'WHY', value: (one) => one.detail },
  { header: 'MESSAGE', value: (one) => one.message_id },
];

export async function smsRun(options: SmsOptions, ctx: Context): Promise<void> {
  const { to, mode, text } = options;
  if (to.length === 0) throw usageError('--to: no number is given', { code: 'invalid_value' });
  const form = await formAt(ctx, namedAt(ctx, options.form));
  const params = { account: form.owner.id, form: form.id };
  const body = { to, mode, ...(text !== undefined && { text }) };
  if (ctx.flags.dryRun !== true && ctx.prompt.allowed) await agreed(ctx, options, form.name, form.owner.slug);
  const sent = await ctx.client().call('forms.sms', { params, body });
  await tell(ctx, sent);
  const failed = sent.outcomes.filter(
    ({ outcome }) => outcome === 'invalid_number' || outcome === 'recipient_limit',
  );
  if (failed.length > 0 && ctx.flags.dryRun !== true) {
    throw partialError(`${counted(failed.length, 'number')} of ${sent.outcomes.length} got nothing`, {
      details: failed
        .slice(0, 20)
        .map(({ to: number, detail }) => ({ pointer: number, detail: detail ?? 'no' })),
    });
  }
}

async function agreed(
  ctx: Context,
  { to, mode, form }: SmsOptions,
  name: string,
  owner: string,
): Promise<void> {
  const numbers = new Set(to.flatMap((one) => numberOf(one)));
  await ctx.confirmed({
    weight: 'yes',
    what: `send ${name} of ${owner} to ${counted(numbers.size, 'telephone')}, ${mode}`,
    consequences: ['message credits, which are not given back'],
    command: asTyped(ctx, `tenantctl forms sms ${quoted(form)} --to ${to.join(',')} --mode ${mode}`),
  });
}

function numberOf(written: string): string[] {
  const phone = parsePhone(written);
  return phone.ok ? [phone.number] : [];
}

async function tell(ctx: Context, sent: Answer<'forms.sms'>): Promise<void> {
  if (ctx.out.format !== 'table' && ctx.out.format !== 'csv') return await ctx.out.result(sent);
  await ctx.out.list(columns, sent.outcomes, { all: true });
  const would = ctx.flags.dryRun === true ? 'Would go' : 'Goes';
  ctx.out.note(
    `${would} to ${counted(sent.queued, 'telephone')} for ${counted(sent.credits, 'message')} (${sent.messages_each} each).`,
  );
}
