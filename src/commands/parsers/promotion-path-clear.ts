import type { Context } from '../../context.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { declarePath } from './declare-path.ts';

const spec = {
  path: 'parsers promotion-path clear',
  summary: 'Declare no order: parsers are promoted no more, and copied as before',
  examples: [
    'tenantctl parsers promotion-path clear --account acme',
    'tenantctl parsers promotion-path clear --json',
  ],
  operations: ['promotion_path.show', 'promotion_path.update'],
  next: 'tenantctl parsers promotion-path set ACCOUNT...',
} as const satisfies VerbSpec;

export type PathClearOptions = OptionsOf<typeof spec>;

export function pathClearCommand(ctx: Context, run = pathClearRun): Verb {
  return verb(spec, ctx, run);
}

export async function pathClearRun(_options: PathClearOptions, ctx: Context): Promise<void> {
  await declarePath(ctx, []);
}
