import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { quoted } from '../../output/text.ts';
import { asTyped } from '../change.ts';
import { type OptionsOf, type Verb, type VerbSpec, verb } from '../command.ts';
import { namedAt } from '../place.ts';
import { changeSecret } from './secret.ts';

const spec = {
  path: 'parsers secrets set',
  summary: 'Give a secret of a parser its value',
  about:
    'It is asked for masked, or read from a file or stdin (one line break at its end is left out); never given by flag, where others could read it. The definition must declare the secret.',
  args: {
    name: { help: 'NAME, or ACCOUNT[/WORKSPACE]/NAME' },
    secret: { help: 'its name in the definition' },
  },
  flags: {
    valueStdin: { help: 'read the value from stdin' },
    valueFile: { value: 'FILE', help: 'read the value from a file' },
  },
  examples: [
    'tenantctl parsers secrets set acme-prod/Invoice supplier_api',
    'pass show supplier | tenantctl parsers secrets set acme-prod/Invoice supplier_api --value-stdin',
    'tenantctl parsers secrets set Invoice supplier_api --value-file key.txt',
  ],
  operations: ['parsers.show', 'parsers.update'],
  next: 'tenantctl parsers secrets list --missing',
} as const satisfies VerbSpec;

export type SecretsSetOptions = OptionsOf<typeof spec>;

export function secretsSetCommand(ctx: Context, run = secretsSetRun): Verb {
  return verb(spec, ctx, run);
}

export async function secretsSetRun(options: SecretsSetOptions, ctx: Context): Promise<void> {
  const at = namedAt(ctx, options.name);
  const value = (await valueOf(options, ctx)).replace(/\r?\n$/, '');
  if (value === '') throw usageError('the value is empty', { code: 'empty_value' });
  const { after } = await changeSecret(ctx.client(), at, options.secret, value);
  await ctx.out.result(after, `Set ${options.secret} of ${after.name} (revision ${after.revision}).`);
}

async function valueOf(options: SecretsSetOptions, ctx: Context): Promise<string> {
  const { name, secret, valueStdin, valueFile } = options;
  if (valueStdin === true && valueFile !== undefined)
    throw usageError('--value-stdin and --value-file exclude each other', { code: 'invalid_value' });
  if (valueStdin === true) return await ctx.readStdin('the value');
  if (valueFile !== undefined) return await fileText(ctx, valueFile);
  const hint = asTyped(ctx, `tenantctl parsers secrets set ${quoted(name)} ${secret} --value-stdin`);
  return await ctx.prompt.password({
    message: `Value of ${secret}`,
    flag: '--value-stdin or --value-file',
    hint,
  });
}

async function fileText(ctx: Context, name: string): Promise<string> {
  try {
    return await readFile(resolve(ctx.world.cwd, name), 'utf8');
  } catch (cause) {
    throw usageError(`--value-file ${name}: it cannot be read`, {
      code: 'bad_input_file',
      why: cause instanceof Error ? cause.message : undefined,
      cause,
    });
  }
}
