import type { Context } from '../../context.ts';
import { copyOutChoices } from '../../contract/limits.ts';
import type { BodyInput } from '../../contract/shapes.ts';
import type { Account } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import { tellChange } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { labelsChanged, labelsFrom } from './labels.ts';

const onOff = ['on', 'off'] as const;

const spec = {
  path: 'accounts update',
  summary: 'Change name, slug, labels, mail preferences or copy-out of an account',
  about:
    'Labels that are not named stay. The labels of a managed account are set by its master. A slug that was given up stays yours for 90 days.',
  args: { account: { help: 'slug or id; not with --accounts or --all-managed' } },
  flags: {
    name: { value: 'NAME', help: 'what people read' },
    slug: { value: 'SLUG', help: 'the new slug; the old one stops working' },
    label: { value: 'KEY=VALUE', repeat: true, help: 'set a label' },
    removeLabel: { value: 'KEY', repeat: true, help: 'take a label away' },
    mailSecurity: { value: 'WHEN', choices: onOff, help: 'mail administrators about security: on or off' },
    mailMembers: { value: 'WHEN', choices: onOff, help: 'mail administrators about members: on or off' },
    copyOut: {
      value: 'WHOM',
      choices: copyOutChoices,
      help: 'who may copy its parsers out: its family (master and managed accounts) or anyone',
    },
    ifRevision: { value: 'N', number: true, help: 'only if it is still at this revision' },
  },
  examples: [
    'tenantctl accounts update acme --name "Acme Ltd"',
    'tenantctl accounts update acme-dev --label env=dev --remove-label owner',
    'tenantctl accounts update --account acme --accounts env=dev --label tier=gold',
    'tenantctl accounts update acme-templates --copy-out anyone',
  ],
  operations: ['accounts.show', 'accounts.update'],
  fanOut: { without: ['slug', 'ifRevision'] },
  next: 'tenantctl accounts show ACCOUNT',
} as const satisfies VerbSpec;

export type UpdateOptions = OptionsOf<typeof spec>;

export function updateCommand(ctx: Context, run = updateRun): Verb {
  return verb(spec, ctx, run);
}

export async function updateRun(options: UpdateOptions, ctx: Context): Promise<void> {
  const set = labelsFrom(options.label ?? []);
  const plain = plainChange(options);
  const touchesLabels = options.label !== undefined || options.removeLabel !== undefined;
  if (Object.keys(plain).length === 0 && !touchesLabels) {
    throw usageError('nothing to change', { hint: 'tenantctl accounts update --help' });
  }
  const client = ctx.client();
  const before = await client.call('accounts.show', { params: { account: options.account } });
  const labels = touchesLabels ? labelsChanged(before.labels, set, options.removeLabel ?? []) : undefined;
  const after = await client.call('accounts.update', {
    params: { account: options.account },
    body: { ...plain, ...(labels === undefined ? {} : { labels: { ...labels } }) },
    // The labels are replaced as a whole: made from a reading, they hold only while it does.
    ifMatch: options.ifRevision ?? (touchesLabels ? before.revision : undefined),
  });
  await tellChange(ctx, {
    value: after,
    changed: after.revision !== before.revision,
    done: `Changed ${after.slug} (revision ${after.revision}).`,
    already: `${after.slug} is like that already.`,
  });
  noteOldSlug(ctx, before, after);
}

function plainChange(options: UpdateOptions): BodyInput<'accounts.update'> {
  const { name, slug, mailSecurity, mailMembers, copyOut } = options;
  const mail = {
    ...(mailSecurity === undefined ? {} : { security: mailSecurity === 'on' }),
    ...(mailMembers === undefined ? {} : { members: mailMembers === 'on' }),
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(slug === undefined ? {} : { slug }),
    ...(Object.keys(mail).length === 0 ? {} : { mail }),
    ...(copyOut === undefined ? {} : { copy_out: copyOut }),
  };
}

function noteOldSlug(ctx: Context, before: Account, after: Account): void {
  const { account } = ctx.config().settings;
  if (before.slug === after.slug || account.value !== before.slug || account.origin === 'flag') return;
  ctx.out.warn(`${account.source ?? 'this run'} still names it ${before.slug}`);
  if (account.origin === 'profile') ctx.out.note(`Try: tenantctl accounts use ${after.slug}`);
}
