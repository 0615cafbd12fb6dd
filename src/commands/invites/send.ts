import { resolve } from 'node:path';
import { addressSource } from '../../bulk/addresses.ts';
import { type CheckResult, checkRows } from '../../bulk/check.ts';
import { openInput, type RowSource } from '../../bulk/input.ts';
import { rulesFor } from '../../bulk/places.ts';
import { freeSeats, type Plan, planRows } from '../../bulk/plan.ts';
import { openReport, type Report } from '../../bulk/report.ts';
import type { Context } from '../../context.ts';
import { batchIdentity } from '../../contract/batch.ts';
import type { Account, Batch } from '../../contract/types.ts';
import { conflictError, usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { refuseBadRows } from './bad-rows.ts';
import { holding, patiently, progressOf, resumeCommand, sendBatch } from './bulk.ts';
import { dryResultOf, planLines, showResult } from './bulk-result.ts';
import { inviteFacts } from './columns.ts';
import { offerOf } from './offer.ts';
import { inputStream } from './stdin.ts';

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
  operations: [
    'accounts.show',
    'accounts.tree',
    'batches.list',
    'batches.check',
    'batches.create',
    'batches.send',
    'batches.rows',
    'batches.show',
    'batches.finish',
    'invites.send',
  ],
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
  const source = await sourceOf(options, ctx);
  try {
    const report = await reportOf(options, ctx, source);
    try {
      await sendAll({ options, ctx, source, report });
    } finally {
      // Closed already where rows were sent; an earlier end leaves what was written.
      await report?.close();
    }
  } finally {
    await source.close();
  }
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

async function sourceOf({ csv, email, map }: SendOptions, ctx: Context): Promise<RowSource> {
  if (csv === undefined) return addressSource(email);
  return await openInput(csv, {
    map,
    directory: ctx.world.cwd,
    stdin: csv === '-' ? inputStream(ctx) : undefined,
  });
}

/** Opened before any work, so that a wrong path fails first. A dry run writes nothing. */
async function reportOf({ report }: SendOptions, ctx: Context, source: RowSource): Promise<Report | null> {
  return report === undefined || ctx.flags.dryRun === true
    ? null
    : await openReport(resolve(ctx.world.cwd, report), source);
}

interface Sending {
  readonly options: SendOptions;
  readonly ctx: Context;
  readonly source: RowSource;
  readonly report: Report | null;
}

async function sendAll(job: Sending): Promise<void> {
  const { options, ctx, source, report } = job;
  const client = ctx.client();
  const params = { account: ctx.account() };
  const account = await patiently(ctx, ctx.world.signal, (patience) =>
    patience.keep((signal) => client.call('accounts.show', { params, signal })),
  );
  const defaults = offerOf(options, account);
  if (options.csv === undefined) mustHaveModules(defaults);
  const rules = await rulesFor(client, account, source, defaults, options.map);
  mustExist('--children', defaults.children, rules.children);
  mustExist(
    '--workspaces',
    defaults.workspaces?.map((place) => place.workspace),
    rules.workspaces,
  );
  const check = await checkRows(source, rules);
  if (check.errorCount > 0 && options.allowInvalid !== true)
    throw await refuseBadRows(ctx, source, check, report);
  if (check.rows === 0) throw usageError(`${source.name}: it has no rows`, { code: 'no_rows' });
  const seatsNeeded = await consented(job, account, check, defaults);
  if (seatsNeeded !== null) await open(job, account, check, defaults, seatsNeeded);
}

/** R12, for addresses; of a file each row is told by itself, for it may have a column of modules. */
function mustHaveModules({ role, modules }: Batch['defaults']): void {
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

/**
 * The plan, shown and agreed to; how many seats it takes. null: it was a dry run. Where nobody looks and
 * the seats suffice in any case, the command is the consent and the server judges each row once, not twice.
 */
async function consented(
  job: Sending,
  account: Account,
  check: CheckResult,
  defaults: Batch['defaults'],
): Promise<number | null> {
  const { options, ctx } = job;
  const most = check.valid;
  const dryRun = ctx.flags.dryRun === true;
  const fits = most <= freeSeats(account.seats);
  if (!dryRun && !ctx.prompt.allowed && (fits || options.allowPartial === true)) return most;
  if (!dryRun && (await isOpen(job, account, check, defaults))) return most;
  const plan = await planned(job, account, check, defaults);
  if (options.allowPartial !== true) mustFit(plan, account);
  if (dryRun) {
    for (const line of planLines(plan, check.rows)) ctx.out.note(line);
    const result = dryResultOf(plan, check.rows);
    ctx.out.event({ event: 'summary', ended: 'done', ...result });
    await showResult(ctx, result);
    return null;
  }
  if (ctx.prompt.allowed) {
    await ctx.confirmed({
      weight: 'yes',
      what: `invite ${plan.outcomes.invited} ${plan.outcomes.invited === 1 ? 'person' : 'people'} to ${account.slug}`,
      consequences: planLines(plan, check.rows),
    });
  }
  return plan.needed;
}

/** A batch of the same rows that is still open was agreed to when it was begun. */
async function isOpen({ ctx }: Sending, account: Account, check: CheckResult, defaults: Batch['defaults']) {
  const digest = batchIdentity('invites', check.digest, defaults);
  const open = ctx
    .client()
    .pages('batches.list', { params: { account: account.id }, query: { state: 'open' } });
  for await (const batch of open) if (batch.digest === digest) return true;
  return false;
}

async function planned(
  { ctx, source }: Sending,
  account: Account,
  check: CheckResult,
  defaults: Batch['defaults'],
): Promise<Plan> {
  const progress = progressOf(ctx, 'Checking', check.rows);
  const { seats } = account;
  const client = ctx.client();
  const plan = await patiently(ctx, ctx.world.signal, (patience) =>
    planRows({ client, account: account.id, source, check, defaults, seats, progress, patience }),
  );
  progress.end();
  return plan;
}

function mustFit({ needed, seats }: Plan, account: Account): void {
  const free = freeSeats(seats);
  if (needed <= free) return;
  throw conflictError(
    `${needed} seats are needed and ${free} are free in ${account.slug}; nothing was sent`,
    {
      code: 'batch_too_large',
      why: `The plan ${account.plan} has ${seats.limit} seats, ${seats.used} are in use.`,
      hint: 'invite as many as there are seats for with --allow-partial, or choose a larger plan',
    },
  );
}

async function open(
  { options, ctx, source, report }: Sending,
  account: Account,
  check: CheckResult,
  defaults: Batch['defaults'],
  seatsNeeded: number,
): Promise<void> {
  const held = holding(ctx);
  const params = { account: account.id };
  const body = {
    kind: 'invites' as const,
    digest: check.digest,
    rows_total: check.rows,
    seats_needed: seatsNeeded,
    defaults,
    allow_partial: options.allowPartial === true,
  };
  const { answer: batch, status } = await patiently(ctx, held.interrupt, (patience) =>
    patience.keep((signal) => held.client.exchange('batches.create', { params, body, signal })),
  );
  const resume = resumeCommand(ctx, account, batch.id, options);
  await sendBatch(ctx, held, { account, source, check, report, batch, resumed: status === 200, resume });
}

/** Staff invite one person at a time, and say why: that is no batch. */
async function sendOne(options: SendOptions, ctx: Context): Promise<void> {
  const [email, ...more] = options.email;
  if (email === undefined || more.length > 0) {
    throw usageError('--reason goes with one address', { code: 'invalid_value' });
  }
  const client = ctx.client();
  const account = await client.call('accounts.show', { params: { account: ctx.account() } });
  const body = { email, ...offerOf(options, account), reason: options.reason };
  const invite = await client.call('invites.send', { params: { account: account.id }, body });
  await ctx.out.item(inviteFacts, invite);
}
