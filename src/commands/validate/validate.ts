import type { Context } from '../../context.ts';
import { estateFromFiles } from '../../estate/files/from-files.ts';
import { writeEstate } from '../../estate/files/write.ts';
import { type Estate, estateKinds } from '../../estate/model.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { estateFlags } from '../estate-flags.ts';

const spec = {
  path: 'validate',
  summary: 'Check the files of an estate, without a server',
  about:
    'Reads and merges the files as diff and apply do, and tells every mistake at once with its file, line and column: exit 2. Needs no profile and no token, so that it runs where secrets must not be, such as a pull request from a fork. --merged prints the one file that they come to, for a look at what overlays and variables do.',
  flags: {
    ...estateFlags,
    file: { ...estateFlags.file, required: 'File or folder of the estate' },
    merged: { help: 'print the files as one, variables filled in; -o json for JSON' },
  },
  examples: [
    'tenantctl validate -f base.yaml -f prod.yaml',
    'tenantctl validate -f estate/ --var domain=acme.example',
    'tenantctl validate -f base.yaml -f dev.yaml --merged',
  ],
  operations: [],
  next: 'tenantctl help estate',
} as const satisfies VerbSpec;

export type ValidateOptions = OptionsOf<typeof spec>;

export function validateCommand(ctx: Context, run = validateRun): Verb {
  return verb(spec, ctx, run);
}

export async function validateRun(
  { file, var: given, merged }: ValidateOptions,
  ctx: Context,
): Promise<void> {
  const { estate, files, secretVariables } = await estateFromFiles(ctx, { file, var: given });
  if (merged !== true) {
    const counts = Object.fromEntries(estateKinds.map((kind) => [kind, estate[kind].length]));
    const value = { ok: true, files, ...counts, secret_variables: secretVariables };
    return await ctx.out.result(
      value,
      `${files.length === 1 ? 'The file is' : `${files.length} files are`} in order: ${countsText(estate)}.`,
    );
  }
  const format = ctx.out.format === 'json' ? 'json' : 'yaml';
  const { text } = await writeEstate(estate, { format, definitions: 'inline' });
  await ctx.out.raw(text);
}

const words: Readonly<Record<keyof Estate, readonly [one: string, many: string]>> = {
  accounts: ['account', 'accounts'],
  workspaces: ['workspace', 'workspaces'],
  permission_sets: ['permission set', 'permission sets'],
  members: ['member', 'members'],
  workspace_members: ['place in a workspace', 'places in workspaces'],
  parsers: ['parser', 'parsers'],
  forms: ['form', 'forms'],
  sub_accounts: ['sub-account', 'sub-accounts'],
};

function countsText(estate: Estate): string {
  const counts = estateKinds.flatMap((kind) => {
    const count = estate[kind].length;
    const [one, many] = words[kind];
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  return counts.length === 0 ? 'they name no account' : counts.join(', ');
}
