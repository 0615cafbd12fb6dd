import { accountOf, batchOperations, runFile, withFile } from '../../bulk/file-job.ts';
import { rulesFor } from '../../bulk/places.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { capFlags, capsText, chosenCaps, offerDefaults } from '../caps.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'sub-accounts invite',
  summary: 'Invite an account under the umbrella, or a file of them',
  about:
    'By the address of its owner, who sees what it comes to and accepts or not within seven days; until then nothing has any effect. You pay for what a sub-account uses, so how much it may use a month must be said, or that there is no cap. The answer is the same whether address or account exist. A file is checked as a whole before anything is sent: columns First, Email, Mobile, Cap uploads, Cap messages, and Sub account, which where it is there says which rows are meant. The same command again, after whatever interruption, sends only what is missing.',
  args: { ownerEmail: { help: 'address of an administrator of the account', optional: true } },
  flags: {
    ...capFlags,
    invitee: { value: 'SLUG', help: 'only this account may accept' },
    firstName: { value: 'NAME', help: 'how the mail greets them' },
    mobile: { value: 'NUMBER', help: 'their mobile, with its country code' },
    reinviteDeclined: { help: 'invite again somebody who has declined' },
    csv: { value: 'FILE', help: 'rows with a column Email, and First, Mobile, ... ; - is stdin; NDJSON too' },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'which column is what: email=Mail' },
    report: { value: 'FILE', help: 'write what became of each row' },
    allowInvalid: { help: 'invite the good rows of a file with bad ones' },
  },
  examples: [
    'tenantctl sub-accounts invite pia@partner.example --cap 500',
    'tenantctl sub-accounts invite pia@partner.example --invitee partner --cap-uploads 500 --cap-messages none',
    'tenantctl sub-accounts invite pia@partner.example --cap none --first-name Pia --mobile "+41 79 123 45 67"',
    'tenantctl sub-accounts invite --csv partners.csv --cap-uploads 500 --cap-messages none --report out.csv',
  ],
  operations: ['sub_accounts.invite', 'accounts.show', ...batchOperations],
  next: 'tenantctl sub-accounts list --state invited',
} as const satisfies VerbSpec;

export type InviteOptions = OptionsOf<typeof spec>;

export function inviteCommand(ctx: Context, run = inviteRun): Verb {
  return verb(spec, ctx, run);
}

export async function inviteRun(options: InviteOptions, ctx: Context): Promise<void> {
  const { csv, ownerEmail: email } = options;
  checkInput(options);
  if (csv !== undefined) return await inviteMany({ ...options, csv }, ctx);
  if (email !== undefined) await inviteOne(options, email, ctx);
}

function checkInput({
  ownerEmail,
  csv,
  map,
  report,
  allowInvalid,
  invitee,
  firstName,
  mobile,
}: InviteOptions): void {
  const contradiction = (text: string) => usageError(text, { code: 'invalid_value' });
  if (csv === undefined) {
    if (ownerEmail === undefined) {
      const hint = 'name the address of an owner, or a file of them with --csv FILE (- is stdin)';
      throw usageError('whom to invite?', { code: 'missing_argument', hint });
    }
    if (map !== undefined || report !== undefined || allowInvalid)
      throw contradiction('--map, --report and --allow-invalid go with --csv');
    return;
  }
  if (ownerEmail !== undefined) throw contradiction('an address and --csv contradict each other');
  if (invitee !== undefined || firstName !== undefined || mobile !== undefined)
    throw contradiction('--invitee, --first-name and --mobile go with one address: a file has columns');
}

async function inviteMany(options: InviteOptions & { readonly csv: string }, ctx: Context): Promise<void> {
  const defaults = offerDefaults(options);
  await withFile(ctx, 'sub_accounts', options, async (source, report) => {
    const account = await accountOf(ctx);
    const head = { kind: 'sub_accounts', defaults } as const;
    const rules = await rulesFor(ctx.client(), account, source, head, options.map);
    await runFile({ ctx, account, head, source, report, options }, rules);
  });
}

async function inviteOne(options: InviteOptions, email: string, ctx: Context): Promise<void> {
  const { invitee, firstName: first_name, mobile, reinviteDeclined } = options;
  const params = { account: ctx.account() };
  const caps = await chosenCaps(options, ctx);
  const body = { email, invitee, caps, first_name, mobile, reinvite_declined: reinviteDeclined };
  const link = await ctx.client().call('sub_accounts.invite', { params, body });
  const until = link.expires_at.slice(0, 10);
  await ctx.out.result(
    link,
    `Invited ${link.email} under the umbrella of ${params.account}, ${capsText(link.caps)}, until ${until}.`,
  );
}
