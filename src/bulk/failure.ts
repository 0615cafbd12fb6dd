import { type TenantctlError, usageError } from '../errors.ts';

/** The file cannot be read as a whole: nothing was sent. `line` is 1-based, as an editor shows it. */
export function badInput(name: string, line: number | null, message: string, hint?: string): TenantctlError {
  const pointer = line === null ? name : `${name}:${line}`;
  return usageError(line === null ? `${name}: ${message}` : `${name}, line ${line}: ${message}`, {
    code: 'bad_input_file',
    hint,
    details: [{ pointer, detail: message }],
  });
}

/** How a reader refuses: the file's name is already bound. */
export type Refuse = (line: number | null, message: string, hint?: string) => TenantctlError;
