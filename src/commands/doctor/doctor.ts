import type { Context } from '../../context.ts';
import { otherError } from '../../errors.ts';
import type { Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import type { Finding } from './finding.ts';

const spec = {
  path: 'doctor',
  summary: 'Check this machine, the connection and the credential, and say what to do',
  about:
    'Node, files, proxy, certificate authorities, the API and how old it is, both clocks, the keyring, the credential. Nothing is changed; it ends with 1 if something is broken.',
  examples: [
    'tenantctl doctor',
    'tenantctl doctor --profile staging',
    'tenantctl doctor --json | jq .[].status',
  ],
  operations: ['me.show'],
  next: 'tenantctl config list --show-origin',
} as const satisfies VerbSpec;

export function doctorCommand(ctx: Context, run = doctorRun): Verb {
  return verb(spec, ctx, run);
}

const tones = { ok: 'good', warning: 'warn', failed: 'bad', skipped: 'dim' } as const;

const columns: readonly Column<Finding>[] = [
  { header: 'CHECK', value: (row) => row.check, keep: true },
  { header: 'STATUS', value: (row) => row.status, tone: (row) => tones[row.status], keep: true },
  { header: 'FOUND', value: (row) => row.found },
  { header: 'TRY', value: (row) => row.try },
];

export async function doctorRun(_options: OptionsOf<typeof spec>, ctx: Context): Promise<void> {
  const { examine } = await import('./examine.ts');
  const findings = await ctx.out.wait('Checking', examine(ctx));
  await ctx.out.list(columns, findings, { all: true });
  const failed = findings.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return;
  throw otherError(`${failed.map(({ check }) => check).join(', ')}: not in order`, {
    code: 'not_healthy',
    hint: failed.find((finding) => finding.try !== null)?.try ?? undefined,
  });
}
