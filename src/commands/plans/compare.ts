import type { Context } from '../../context.ts';
import type { Plan } from '../../contract/types.ts';
import { usageError } from '../../errors.ts';
import type { Cell, Column } from '../../output/columns.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { named } from '../named.ts';
import { planFields } from './columns.ts';

const spec = {
  path: 'plans compare',
  summary: 'Compare plans field by field',
  args: { plan: { help: 'names of two or more', rest: true } },
  flags: { diff: { help: 'only the fields in which they differ' } },
  examples: [
    'tenantctl plans compare basic professional',
    'tenantctl plans compare starter professional business --diff',
    'tenantctl plans compare basic professional --json',
  ],
  operations: ['plans.list'],
  next: 'tenantctl plans preview PLAN',
} as const satisfies VerbSpec;

export type CompareOptions = OptionsOf<typeof spec>;

/** A field of all compared plans. `values` is by plan name, as the contract has them. */
interface Compared {
  readonly field: string;
  readonly differs: boolean;
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
}

export function compareCommand(ctx: Context, run = compareRun): Verb {
  return verb(spec, ctx, run);
}

export async function compareRun(options: CompareOptions, ctx: Context): Promise<void> {
  const names = [...new Set(options.plan)];
  if (names.length < 2)
    throw usageError('name two plans or more', { hint: 'tenantctl plans compare basic professional' });
  const plans = await chosen(ctx, names);
  const rows = planFields.map(({ field, raw }): Compared => {
    const values = plans.map((plan) => [plan.name, raw(plan)] as const);
    const differs = new Set(values.map(([, value]) => value)).size > 1;
    return { field, differs, values: Object.fromEntries(values) };
  });
  const shown = rows.filter(({ differs }) => differs || options.diff !== true);
  await ctx.out.list(columnsFor(plans), shown, ctx.listing('They differ in nothing.'));
}

async function chosen(ctx: Context, names: readonly string[]): Promise<Plan[]> {
  const { data } = await ctx.client().call('plans.list');
  return await Promise.all(names.map((name) => named(data, 'plan', name)));
}

function columnsFor(plans: readonly Plan[]): Column<Compared>[] {
  const known = new Map(planFields.map((one) => [one.field, one]));
  const text = ({ field }: Compared, plan: Plan): Cell => known.get(field)?.text(plan);
  return [
    { header: 'FIELD', value: ({ field }) => known.get(field)?.header ?? field },
    ...plans.map(
      (plan): Column<Compared> => ({
        header: plan.name.toUpperCase(),
        value: (row) => text(row, plan),
        align: 'right',
      }),
    ),
  ];
}
