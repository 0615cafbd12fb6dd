import { addressSource } from '../../bulk/addresses.ts';
import { accountOf, batchOperations, runFile, withFile, withSource } from '../../bulk/file-job.ts';
import type { RowSource } from '../../bulk/input.ts';
import { offerRules } from '../../bulk/offer-rules.ts';
import { offersOf } from '../../bulk/places.ts';
import type { Report } from '../../bulk/report.ts';
import type { Context } from '../../context.ts';
import type { BatchDefaults } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { permissionSetFlag } from '../permission-set.ts';
import { inviteFacts } from './columns.ts';
import { offerOf, withSet } from './offer.ts';

const spec = {
  path: 'invites send',
  summary: 'Invite people: addresses, or a file of them',
  about:
    'A file is checked as a whole before anything is sent. People who are members or invited already, repeated and disposable addresses are skipped with their reason. The same command again, after whatever interruption, sends only what is missing.',
  args: { email: { help: 'whom to invite', rest: true, optional: true } },
  flags: {
    csv: { value: 'FILE', help: 'rows with a column email, and role, modules, ... ; - is stdin; NDJSON too' },
    map: { value: 'FIELD=HEADING', repeat: true, help: 'which column is what: email=Mail' },
    role: { value: 'ROLE', help: 'where a row names none (default user, or member in an organization)' },
    modules: { value: 'A,B', list: true, help: 'what a user is granted, or none' },
    children: { value: 'A,B', list: true, help: 'managed accounts or sub-accounts to grant' },
    workspaces: { value: 'W=ROLE', list: true, help: 'workspaces to add them to, with a role' },
    permissionSet: permissionSetFlag,
    reinviteDeclined: { help: 'also those who declined before' },
    report: { value: 'FILE', help: 'write what became of each row' },
    allowInvalid: { help: 'invite the good rows of a file with bad ones' },
    allowPartial: { help: 'invite as many as there are seats for' },
    reason: { value: 'TEXT', help: 'staff: why they invite somebody into an account' },
  },
  examples: [
    'tenantctl invites send ana@example.com ben@example.com --role user --modules forms,reports',
    'tenantctl invites send --csv people.csv --role user --modules none --report out.csv',
    'tenantctl invites send --csv people.csv --map email=Mail --dry-run',
    'tenantctl invites send ana@example.com --modules forms --account acme --accounts env=dev',
  ],
  operations: ['accounts.show', 'accounts.tree', 'permission_sets.show', ...batchOperations, 'invites.send'],
  fanOut: { without: ['report', 'reason'] },
  next: 'tenantctl invites list --state pending',
} as const satisfies VerbSpec;

export type SendOptions = OptionsOf<typeof spec>;

export function sendCommand(ctx: Context, run = sendRun): Verb {
  return verb(spec, ctx, run);
}

export async function sendRun(options: SendOptions, ctx: Context): Promise<void> {
  checkInput(options);
  if (options.reason !== undefined) return await sendOne(options, ctx);
  const { csv, email } = options;
  if (csv !== undefined) {
    const work = (source: RowSource, report: Report | null) => sendAll({ options, ctx, source, report });
    return await withFile(ctx, 'invites', { ...options, csv }, work);
  }
  const source = addressSource(email);
  await withSource(ctx, 'invites', options, source, (report) => sendAll({ options, ctx, source, report }));
}

function checkInput({ email, csv, map }: SendOptions): void {
  if (csv === undefined && email.length === 0) {
    throw usageError('whom to invite?', {
      code: 'missing_argument',
      hint: 'name addresses, or a file with --csv FILE (- is stdin)',
    });
  }
  if (csv !== undefined && email.length > 0) {
    throw usageError('addresses and --csv contradict each other', { code: 'invalid_value' });
  }
  if (csv === undefined && map !== undefined)
    throw usageError('--map goes with --csv', { code: 'invalid_value' });
}

interface Sending {
  readonly options: SendOptions;
  readonly ctx: Context;
  readonly source: RowSource;
  readonly report: Report | null;
}

async function sendAll({ options, ctx, source, report }: Sending): Promise<void> {
  const account = await accountOf(ctx);
  const defaults = offerOf(await withSet(ctx, options, account.id), account);
  if (options.csv === undefined) mustHaveModules(defaults);
  const offers = await offersOf(ctx.client(), account, source, defaults, options.map);
  mustExist('--children', defaults.children, offers.children);
  mustExist(
    '--workspaces',
    defaults.workspaces?.map((place) => place.workspace),
    offers.workspaces,
  );
  const head = { kind: 'invites', defaults } as const;
  await runFile({ ctx, account, head, source, report, options }, offerRules(offers));
}

/** R12, for addresses; of a file each row is told by itself, for it may have a column of modules. */
function mustHaveModules({ role, modules }: BatchDefaults<'invites'>): void {
  if (role !== 'user' || modules !== undefined) return;
  throw usageError('--modules is missing', {
    code: 'missing_flag',
    why: 'A user has only the modules that are granted.',
    hint: '--modules forms,reports, or --modules none',
  });
}

function mustExist(
  flag: string,
  given: readonly string[] | undefined,
  known: ReadonlySet<string> | undefined,
): void {
  const wrong = known && given?.find((name) => !known.has(name));
  if (wrong !== undefined)
    throw usageError(`${flag} ${wrong}: the account has none of that name`, { code: 'invalid_value' });
}

/** Staff invite one person at a time, and say why: that is no batch. */
async function sendOne(options: SendOptions, ctx: Context): Promise<void> {
  const [email, ...more] = options.email;
  if (email === undefined || more.length > 0) {
    throw usageError('--reason goes with one address', { code: 'invalid_value' });
  }
  const client = ctx.client();
  const account = await client.call('accounts.show', { params: { account: ctx.account() } });
  const flags = await withSet(ctx, options, account.id);
  const body = { email, ...offerOf(flags, account), reason: options.reason };
  const invite = await client.call('invites.send', { params: { account: account.id }, body });
  await ctx.out.item(inviteFacts, invite);
}
