import { randomBytes } from 'node:crypto';
import { DomainError, invalid } from './errors.ts';
import type { Work } from './work.ts';

/** Days in which nobody else gets a slug that was given up (D17). */
const RETIRED_DAYS = 90;
const LONGEST_DERIVED = 48;
const RANDOM_BYTES = 3;

/** Words that stand for something else in paths, on the command line or to people. */
const reserved = new Set(
  (
    'accept account accounts admin all api audit auth bill billing default dev device docs health healthz help ' +
    'invites login logout mail me members metrics new none null openapi personal plans readyz roles root security ' +
    'self settings signup staff status sub-accounts support system tenantctl tokens umbrella undefined users www'
  ).split(' '),
);

/** Until when a slug given up now stays free of others. */
export function retiredUntil(now: Date): string {
  return new Date(now.getTime() + RETIRED_DAYS * 86_400_000).toISOString();
}

/** Refuses a slug that cannot be given; whose it is or was, it does not say. */
export async function claimSlug(
  work: Pick<Work, 'platform' | 'now'>,
  slug: string,
  accountId?: string,
): Promise<void> {
  if (reserved.has(slug)) throw invalid('/slug', `is a reserved word: ${slug}. Choose another.`);
  if (await work.platform.accounts.slugTaken(slug, work.now.toISOString(), accountId)) {
    throw new DomainError('slug_taken', `The slug ${slug} is taken, or was until lately. Choose another.`);
  }
}

function readable(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase();
  const hyphened = plain
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return hyphened.slice(0, LONGEST_DERIVED).replace(/-+$/, '');
}

/** A free slug made from a name; with something random behind it when the plain one cannot be had. */
export async function freeSlug(
  name: string,
  noun: 'account' | 'workspace',
  taken: (slug: string) => Promise<boolean>,
): Promise<string> {
  const plain = readable(name);
  if (plain.length >= 3 && !(await taken(plain))) return plain;
  return `${plain || noun}-${randomBytes(RANDOM_BYTES).toString('hex')}`;
}

/** The same for an account, whose slug is free among all accounts and no reserved word. */
export async function slugFrom(work: Pick<Work, 'platform' | 'now'>, name: string): Promise<string> {
  const at = work.now.toISOString();
  return freeSlug(
    name,
    'account',
    async (slug) => reserved.has(slug) || (await work.platform.accounts.slugTaken(slug, at)),
  );
}
