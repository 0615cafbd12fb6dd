import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { foldAddress } from '../../src/contract/address.ts';
import { expected, people } from '../people-csv.ts';
import { listOf, numberOf, objectOf, textOf } from './answers.ts';
import { DemoFailure, type Stage } from './stage.ts';
import { bold, print } from './terminal.ts';

/** What the demo did beside inviting the file. */
export interface Deeds {
  readonly account: string;
  readonly batch: string;
  readonly report: string;
  /** Members before the file was sent, and who had been invited before. */
  readonly members: readonly string[];
  readonly invitedBefore: readonly string[];
  /** Who accepted an invitation of the file. */
  readonly accepted: readonly string[];
  /** Invited to another account, by files. */
  readonly elsewhere: readonly string[];
  /** Whose invitation was sent again on purpose. */
  readonly resent: readonly string[];
}

/** One line of the proof. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** What is wrong, by name; nothing when all is well. */
  readonly wrong: readonly string[];
}

function folded(email: string): string {
  return foldAddress(email) ?? email;
}

/** Every person of the file, once. */
function wantedAddresses(): string[] {
  return people(['fine']).map(({ email }) => folded(email));
}

function countsOf(addresses: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const address of addresses) counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
}

/** Whoever does not occur as often as they should. */
function miscounted(found: Map<string, number>, wanted: Map<string, number>): string[] {
  const all = new Set([...found.keys(), ...wanted.keys()]);
  return [...all]
    .filter((address) => (found.get(address) ?? 0) !== (wanted.get(address) ?? 0))
    .map((address) => `${address}: ${found.get(address) ?? 0} instead of ${wanted.get(address) ?? 0}`);
}

export function counted(what: string, number: number, wanted: number): Check {
  const wrong = number === wanted ? [] : [`${number} instead of ${wanted}`];
  return { what, expected: String(wanted), found: String(number), wrong };
}

async function everybodyOnce(stage: Stage, deeds: Deeds): Promise<Check[]> {
  const inAccount = ['--account', deeds.account, '--all'];
  const members = listOf(await stage.json(['members', 'list', ...inAccount]), 'the members');
  const invites = listOf(await stage.json(['invites', 'list', ...inAccount]), 'the invitations');
  const memberAddresses = members.map((member) =>
    folded(textOf(objectOf(member['user'], 'a member'), 'email')),
  );
  const open = invites.filter((invite) => invite['state'] !== 'accepted');
  const found = [...memberAddresses, ...open.map((invite) => folded(textOf(invite, 'email')))];
  const wanted = wantedAddresses();
  return [
    {
      what: 'every address exactly once: member or invited',
      expected: `${wanted.length} once each`,
      found: `${new Set(found).size} addresses, ${found.length} entries`,
      wrong: miscounted(countsOf(found), countsOf(wanted)),
    },
    {
      what: 'members: those of before, and who accepted',
      expected: String(deeds.members.length + deeds.accepted.length),
      found: String(members.length),
      wrong: miscounted(
        countsOf(memberAddresses),
        countsOf([...deeds.members, ...deeds.accepted].map(folded)),
      ),
    },
  ];
}

async function oneMessageEach(stage: Stage, deeds: Deeds): Promise<Check> {
  const mails = listOf(await stage.json(['dev', 'mail', '--all', '--profile', 'local-staff']), 'the mail');
  const invitations = mails.filter((mail) => textOf(mail, 'subject').startsWith('Invitation to'));
  const wanted = countsOf([
    ...wantedAddresses(),
    ...deeds.resent.map(folded),
    ...deeds.elsewhere.map(folded),
  ]);
  const all = expected.invited + deeds.resent.length + deeds.elsewhere.length;
  return {
    what: 'captured mail: one message each (two where sent again)',
    expected: `${all} messages`,
    found: `${invitations.length} messages`,
    wrong: miscounted(countsOf(invitations.map((mail) => folded(textOf(mail, 'to')))), wanted),
  };
}

/** Each row of the batch by its number, from the API. */
async function rowsOfBatch(stage: Stage, { account, batch }: Deeds): Promise<Map<number, string>> {
  const path = `/accounts/${account}/batches/${batch}/rows`;
  const rows = listOf(await stage.json(['api', path, '--paginate']), 'the rows of the batch');
  return new Map(rows.map((row) => [numberOf(row, 'row'), textOf(row, 'outcome')]));
}

function outcomeChecks(outcomes: readonly string[], deeds: Deeds): Check[] {
  const known = deeds.members.length + deeds.invitedBefore.length;
  const wanted: Readonly<Record<string, number>> = {
    invited: expected.invited - known,
    already_member: deeds.members.length,
    already_invited: deeds.invitedBefore.length,
    duplicate_row: expected.duplicate_row,
    disposable: expected.disposable,
    invalid_email: expected.invalid_email,
  };
  const found = countsOf(outcomes);
  const names = new Set([...Object.keys(wanted), ...found.keys()]);
  return [...names].map((name) => counted(`rows: ${name}`, found.get(name) ?? 0, wanted[name] ?? 0));
}

/** The report beside the API: the same outcome for each row, and a reason wherever nobody was invited. */
async function reasonForEach(deeds: Deeds, rows: ReadonlyMap<number, string>): Promise<Check> {
  const text = await readFile(deeds.report, 'utf8');
  const parsed: unknown = parse(text, { bom: true, columns: true, delimiter: ';' });
  const lines = listOf(parsed, 'the report');
  const wrong = lines
    .filter((line) => {
      const status = textOf(line, '_status');
      return (
        rows.get(Number(textOf(line, '_row'))) !== status || (status !== 'invited' && line['_error'] === '')
      );
    })
    .map(
      (line) =>
        `row ${textOf(line, '_row')}: ${textOf(line, '_status')} without a reason, or not what the API says`,
    );
  if (lines.length !== expected.rows) wrong.push(`${lines.length} lines instead of ${expected.rows}`);
  const skipped = lines.filter((line) => line['_status'] !== 'invited').length;
  return {
    what: 'report: every row that was not invited has its reason',
    expected: `${expected.rows} rows`,
    found: `${lines.length} rows, ${skipped} reasons`,
    wrong,
  };
}

function table(checks: readonly Check[]): void {
  const widest = (pick: (check: Check) => string) => Math.max(...checks.map((check) => pick(check).length));
  const [what, wanted, found] = [
    widest((check) => check.what),
    Math.max(
      8,
      widest((check) => check.expected),
    ),
    widest((check) => check.found),
  ];
  print(bold(`  ${'CHECK'.padEnd(what)}  ${'EXPECTED'.padEnd(wanted)}  FOUND`));
  for (const check of checks) {
    const mark = check.wrong.length === 0 ? 'OK' : 'WRONG';
    print(
      `  ${check.what.padEnd(what)}  ${check.expected.padEnd(wanted)}  ${check.found.padEnd(found)}  ${mark}`,
    );
  }
}

/** Asks the API and compares. Throws DemoFailure that names what is not as it should be. */
export async function prove(stage: Stage, deeds: Deeds, others: readonly Check[]): Promise<void> {
  const rows = await rowsOfBatch(stage, deeds);
  const checks = [
    ...(await everybodyOnce(stage, deeds)),
    await oneMessageEach(stage, deeds),
    counted('rows of the file with an outcome', rows.size, expected.rows),
    ...outcomeChecks([...rows.values()], deeds),
    await reasonForEach(deeds, rows),
    ...others,
  ];
  table(checks);
  const wrong = checks.flatMap((check) => check.wrong.slice(0, 5).map((one) => `${check.what}: ${one}`));
  if (wrong.length > 0) throw new DemoFailure(wrong.join('\n'));
}
