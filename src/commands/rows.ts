import type { Context } from '../context.ts';

/** Is one thing of the contract shown as rows, for people and spreadsheets? Else it is printed as it is, or its fields. */
export function showsRows(ctx: Context): boolean {
  return (ctx.out.format === 'table' || ctx.out.format === 'csv') && ctx.flags.fields === undefined;
}
