import { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { usageError } from '../errors.ts';

/** Standard input as bytes; a terminal would wait for somebody who does not know that he is waited for. */
export function inputStream({ world: { stdin } }: Context): Readable {
  if (stdin.isTTY === true) {
    throw usageError('--csv - reads stdin, and stdin is a terminal', {
      code: 'stdin_is_terminal',
      hint: 'give it by a pipe: ... | tenantctl ... --csv -',
    });
  }
  return stdin instanceof Readable ? stdin : new Readable().wrap(stdin);
}
