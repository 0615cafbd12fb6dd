import type { Setting, Settings } from '../../config/resolve.ts';
import type { Context } from '../../context.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';

const spec = {
  path: 'config list',
  summary: 'List every setting; --show-origin says what decided it',
  about:
    'Order: flag, environment, .tenantctl.json of the project, profile, default. Secrets are never shown.',
  flags: { showOrigin: { help: 'say which flag, variable or file it came from' } },
  examples: ['tenantctl config list --show-origin', 'tenantctl config list --profile staging --json'],
  operations: [],
  next: 'tenantctl help environment',
} as const satisfies VerbSpec;

export function listCommand(ctx: Context, run = listRun): Verb {
  return verb(spec, ctx, run);
}

interface SettingRow {
  readonly key: string;
  readonly value: string | number | boolean | null;
  readonly origin: string;
  readonly source: string | null;
}

export async function listRun(options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const rows = rowsOf(ctx.config().settings);
  const origin = options.showOrigin === true ? originColumns : [];
  await ctx.out.list([...columns, ...origin], rows, ctx.listing('nothing is set'));
}

function rowsOf(settings: Settings): SettingRow[] {
  const { credential, ...rest } = settings;
  const plain = Object.entries<Setting<string | number | boolean | null>>(rest);
  const rows = plain.map(([key, { value, origin, source }]) => ({ key, value, origin, source }));
  return [...rows, { ...credential, key: 'credential', value: credential.value.from }];
}

const columns: readonly Column<SettingRow>[] = [
  { header: 'KEY', value: (row) => row.key },
  { header: 'VALUE', value: (row) => row.value },
];
const originColumns: readonly Column<SettingRow>[] = [
  { header: 'ORIGIN', value: (row) => row.origin },
  { header: 'SOURCE', value: (row) => row.source },
];
