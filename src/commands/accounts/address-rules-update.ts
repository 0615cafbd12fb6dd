import type { Context } from '../../context.ts';
import { parseAddress } from '../../contract/address.ts';
import type { AddressRules } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'accounts address-rules update',
  summary: 'Allow or deny mail domains, or take them off both lists',
  about: 'Domains that are not named stay as they are. A domain is on one list at most.',
  args: { account: { help: 'slug or id; without it the one that you work in', optional: true } },
  flags: {
    allow: {
      value: 'DOMAIN,...',
      list: true,
      help: 'invite addresses there although the domain is disposable',
    },
    deny: { value: 'DOMAIN,...', list: true, help: 'never invite addresses there' },
    remove: { value: 'DOMAIN,...', list: true, help: 'take off either list' },
  },
  examples: [
    'tenantctl accounts address-rules update acme --deny rival.example,spam.example',
    'tenantctl accounts address-rules update acme --allow mailinator.com --remove rival.example',
  ],
  operations: ['address_rules.show', 'address_rules.update'],
  fanOut: true,
  next: 'tenantctl accounts address-rules show ACCOUNT',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const wanted = {
    allow: domains('--allow', options.allow),
    deny: domains('--deny', options.deny),
    remove: domains('--remove', options.remove),
  };
  checkOnce(wanted);
  const account = ctx.account(options.account);
  const client = ctx.client();
  const before = await client.call('address_rules.show', { params: { account } });
  const rules = merged(before, wanted);
  const changed = JSON.stringify(rules) !== JSON.stringify(merged(before, nothing));
  const after = changed
    ? await client.call('address_rules.update', { params: { account }, body: rules })
    : before;
  const text = `allowed: ${list(after.allow)}; denied: ${list(after.deny)}.`;
  await tellChange(ctx, { value: after, changed, done: `Changed: ${text}`, already: `As before: ${text}` });
}

interface Wanted {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly remove: readonly string[];
}

const nothing: Wanted = { allow: [], deny: [], remove: [] };

function checkOnce({ allow, deny, remove }: Wanted): void {
  const all = [...allow, ...deny, ...remove];
  const twice = all.find((domain, at) => all.indexOf(domain) !== at);
  if (twice !== undefined) throw usageError(`${twice} is named twice`, { code: 'invalid_value' });
  if (all.length > 0) return;
  throw usageError('nothing to change', { hint: 'tenantctl accounts address-rules update --help' });
}

function merged(before: AddressRules, { allow, deny, remove }: Wanted): AddressRules {
  const kept = (old: readonly string[], add: readonly string[], other: readonly string[]) =>
    [...new Set([...old, ...add])].filter((one) => !remove.includes(one) && !other.includes(one)).sort();
  return { allow: kept(before.allow, allow, deny), deny: kept(before.deny, deny, allow) };
}

/** By the function that reads addresses, so that `Example.COM` and `example.com` are one. */
function domains(flag: string, given: readonly string[] = []): string[] {
  return given.map((text) => {
    const parsed = parseAddress(`x@${text.replace(/^@/, '')}`);
    if (parsed.ok) return parsed.domain;
    throw usageError(`${flag} ${text}: not a domain: ${parsed.reason}`, { code: 'invalid_value' });
  });
}

const list = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));
