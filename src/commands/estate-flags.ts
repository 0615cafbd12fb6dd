import type { FlagSpecs } from './spec.ts';

/** Which files an estate is in: the same of every verb that reads them. */
export const estateFlags = {
  file: {
    value: 'FILE',
    short: 'f',
    repeat: true,
    help: 'a file or a folder of them, laid over those before it; - is stdin',
  },
  var: {
    value: 'NAME=VALUE',
    repeat: true,
    help: 'value of ${NAME} in the files; wins over the environment and over vars',
  },
} as const satisfies FlagSpecs;
