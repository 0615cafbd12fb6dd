import type { Context } from '../../context.ts';
import { parserConflicts } from '../../contract/limits.ts';
import { usageError } from '../../errors.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { placeFrom, placeOf } from '../place.ts';
import { copyParsers } from './copying.ts';
import { plainNamesOrAll } from './names.ts';

const spec = {
  path: 'parsers copy',
  summary: 'Copy parsers to other accounts of the family',
  about:
    'Their content without values of secrets: those wait for their own at each target, and are listed with the commands that set them. Every target is checked before anything is written, and all is written or nothing. On a terminal the plan is shown and asked about; elsewhere the command is the consent.',
  args: { name: { help: 'names or ids; or --all', rest: true, optional: true } },
  flags: {
    from: {
      value: 'ACCOUNT',
      help: 'the source, ACCOUNT[/WORKSPACE] (default: the account that you work in)',
    },
    to: {
      value: 'ACCOUNT,...',
      list: true,
      help: 'the targets, ACCOUNT[/WORKSPACE] each',
      required: 'To which accounts?',
    },
    onConflict: {
      value: 'WHAT',
      choices: parserConflicts,
      help: 'where the name is taken: fail (default: nothing is written), skip, rename or overwrite',
    },
    force: { help: 'overwrite also what was made or edited at the target' },
  },
  examples: [
    'tenantctl parsers copy Invoice Receipt --from acme-dev --to acme-staging',
    'tenantctl parsers copy --all --from acme-dev --to acme-eu,acme-us --on-conflict overwrite --dry-run',
    'tenantctl parsers copy Invoice --from acme-dev --to acme-prod --on-conflict rename --json',
  ],
  operations: ['parsers.copy'],
  next: 'tenantctl parsers diff --from ACCOUNT --to ACCOUNT',
} as const satisfies VerbSpec;

export type CopyOptions = OptionsOf<typeof spec>;

export function copyCommand(ctx: Context, run = copyRun): Verb {
  return verb(spec, ctx, run);
}

export async function copyRun(options: CopyOptions, ctx: Context): Promise<void> {
  const { onConflict = 'fail', force = false } = options;
  const names = plainNamesOrAll(ctx, options.name);
  if (force && onConflict !== 'overwrite')
    throw usageError('--force goes with --on-conflict overwrite', { code: 'invalid_value' });
  const from = options.from === undefined ? placeOf(ctx) : placeFrom('--from', options.from);
  const to = options.to.map((text) => placeFrom('--to', text));
  await copyParsers(ctx, { from, to, names, onConflict, force });
}
