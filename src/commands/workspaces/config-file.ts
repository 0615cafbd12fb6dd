import type { Context } from '../../context.ts';
import { limits } from '../../contract/limits.ts';
import { usageError } from '../../errors.ts';
import { readText } from '../file.ts';

/** The bytes of a file may be more than those of what it says: blanks. */
const MOST_BYTES = 16 * limits.resourceConfigBytes;

/** The JSON object in a file, or on stdin for `-`. */
export async function configFrom(ctx: Context, path: string): Promise<Record<string, unknown>> {
  const text = await readText(ctx, path, 'the config', MOST_BYTES);
  const name = path === '-' ? 'stdin' : path;
  const config = parsed(text, name);
  if (isObject(config)) return config;
  throw usageError(`${name}: the config must be a JSON object`, { code: 'invalid_value' });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : undefined;
    throw usageError(`${name} is not JSON`, { code: 'invalid_value', why, cause });
  }
}
