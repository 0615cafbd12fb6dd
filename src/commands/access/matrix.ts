import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { matrixColumns, matrixText } from './columns.ts';

const spec = {
  path: 'access matrix',
  summary: 'Draw every action and role of an account: who may do what',
  about:
    'As things stand in the account, from the table that decides. On a terminal a letter stands for a role that may; a module or a workspace role is shown with nothing else beside it. With --who, what one person may do, and as what: in the workspace of --workspace, or default.',
  flags: {
    who: { value: 'PERSON', help: 'only what this person may do: address or id' },
  },
  examples: [
    'tenantctl access matrix --account acme',
    'tenantctl access matrix --who bo@example.com',
    'tenantctl access matrix -o csv --out access.csv',
  ],
  operations: ['access.matrix'],
  next: 'tenantctl access explain --action ACTION',
} as const satisfies VerbSpec;

export type MatrixOptions = OptionsOf<typeof spec>;

export function matrixCommand(ctx: Context, run = matrixRun): Verb {
  return verb(spec, ctx, run);
}

export async function matrixRun({ who }: MatrixOptions, ctx: Context): Promise<void> {
  const params = { account: ctx.account() };
  const workspace = who === undefined ? undefined : ctx.workspace();
  const matrix = await ctx.client().call('access.matrix', { params, query: { who, workspace } });
  const { out } = ctx;
  const asRows = out.format === 'csv' || out.format === 'id' || (out.format === 'table' && !out.terminal);
  if (!asRows) return await out.result(matrix, matrixText(matrix));
  await out.list(matrixColumns(matrix), matrix.rows, { all: true });
}
