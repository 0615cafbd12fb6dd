import { expect } from 'vitest';
import type { CreditUnit, UsageOutcome } from '../../src/contract/limits.ts';
import { hashToken, mintToken } from '../../src/contract/token.ts';
import type { Plan } from '../../src/contract/types.ts';
import type { Deps } from '../../src/server/domain/work.ts';
import type { Database } from '../../src/server/store/database.ts';
import { checkLedger } from '../../src/server/store/ledger-check.ts';
import type { TestServer } from './server.ts';

/** A metering token of somebody's, valid for a year, by the store: the operation asks for their password. */
export async function insertMeter(
  { transactions, clock, newId }: Pick<Deps, 'transactions' | 'clock' | 'newId'>,
  email: string,
): Promise<string> {
  const secret = mintToken('meter');
  const now = clock.now();
  await transactions.write(async ({ platform }) => {
    const maker = await platform.users.findByAddress(email);
    if (maker === null) throw new Error(`there is no ${email}`);
    await platform.tokens.insert({
      id: newId('token'),
      hash: hashToken(secret),
      kind: 'meter',
      owner: 'user',
      userId: maker.id,
      accountId: null,
      name: 'meter',
      role: null,
      modules: [],
      reason: 'test',
      createdBy: maker.id,
      expiresAt: new Date(now.getTime() + 365 * 86_400_000).toISOString(),
      at: now.toISOString(),
    });
  });
  return secret;
}

/** A metering token of the staff member that `server.staffToken` makes. */
export async function meterToken(server: TestServer): Promise<string> {
  await server.staffToken();
  return await insertMeter(server.deps, 'staff@platform.example');
}

export type Caps = Readonly<Record<CreditUnit, number | null>>;
export const noCaps: Caps = { upload: null, message: null };

/** Puts an account under an umbrella by the store, past invitation and consent. @returns the link's id */
export async function linkSub(
  server: TestServer,
  umbrellaId: string,
  childId: string,
  caps: Caps = noCaps,
): Promise<string> {
  const id = server.deps.newId('link');
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(({ tenant }) =>
    tenant(umbrellaId).links.insert({ id, childId, kind: 'sub', caps, at }),
  );
  return id;
}

export async function unlinkSub(server: TestServer, umbrellaId: string, linkId: string): Promise<void> {
  const at = server.clock.now().toISOString();
  await server.deps.transactions.write(({ tenant }) => tenant(umbrellaId).links.end(linkId, at));
}

/** What a plan grants a month from the next grant on; null is without limit. */
export async function setMonthly(
  server: TestServer,
  name: string,
  monthly: Readonly<Record<CreditUnit, number | null>>,
): Promise<void> {
  const staff = await server.staffToken();
  const { data } = await server.ok('plans.list');
  const plans: Plan[] = data.map((plan) =>
    plan.name === name
      ? {
          ...plan,
          limits: {
            ...plan.limits,
            uploads_per_month: monthly.upload,
            messages_per_month: monthly.message,
          },
        }
      : plan,
  );
  await server.ok('plans.replace', { token: staff, body: { plans }, headers: { 'if-match': '*' } });
}

/** Reports one use. */
export async function report(
  server: TestServer,
  meter: string,
  account: string,
  amount: number,
  more: { readonly key?: string; readonly unit?: CreditUnit } = {},
): Promise<UsageOutcome> {
  const { key = crypto.randomUUID(), unit = 'upload' } = more;
  const records = [{ account, unit, amount, key, cause: 'parsers.run' }];
  const { results } = await server.ok('usage.record', { token: meter, body: { records } });
  const [result] = results;
  if (result === undefined) throw new Error('a record came to nothing');
  return result.outcome;
}

/** The ledger of every account is what its entries come to. @returns how many entries there are */
export async function ledgerHolds(database: Database): Promise<number> {
  const found = await database.read((trx) => checkLedger(trx, { limit: 100_000, after: null }));
  expect(found.drift).toEqual([]);
  return found.entries;
}
