import type { Context } from '../context.ts';
import type { Caps } from '../contract/types.ts';
import { usageError } from '../errors.ts';
import { counted } from './change.ts';
import type { FlagSpecs } from './spec.ts';

type Cap = Caps['upload'];

/** A cap for both units, or one for each; `none` must be said (D11). */
export const capFlags = {
  cap: { value: 'N|none', help: 'at most N uploads and N messages a month, or none: no cap' },
  capUploads: { value: 'N|none', help: 'the same for uploads alone' },
  capMessages: { value: 'N|none', help: 'the same for messages alone' },
} as const satisfies FlagSpecs;

interface CapOptions {
  readonly cap?: string | undefined;
  readonly capUploads?: string | undefined;
  readonly capMessages?: string | undefined;
}

/** No cap that means anything is higher; the server refuses it too. */
const MOST = 1_000_000_000;

export function readCap(text: string, flag: string): Cap {
  if (text === 'none') return 'none';
  if (/^\d{1,10}$/.test(text) && Number(text) <= MOST) return Number(text);
  throw usageError(`${flag} ${text}: not a number of units a month, nor none`, { code: 'invalid_value' });
}

/** Those that were given. */
export function givenCaps({ cap, capUploads, capMessages }: CapOptions): Partial<Caps> {
  const upload = capUploads ?? cap;
  const message = capMessages ?? cap;
  return {
    ...(upload !== undefined && {
      upload: readCap(upload, capUploads === undefined ? '--cap' : '--cap-uploads'),
    }),
    ...(message !== undefined && {
      message: readCap(message, capMessages === undefined ? '--cap' : '--cap-messages'),
    }),
  };
}

/** Of a file: what holds where a row says nothing else. */
export function offerDefaults(options: CapOptions & { readonly reinviteDeclined?: true | undefined }) {
  const caps = givenCaps(options);
  return {
    ...(Object.keys(caps).length > 0 && { caps }),
    ...(options.reinviteDeclined && { reinvite_declined: true }),
  };
}

/** Both, asked for on a terminal: no cap is a choice that somebody makes, never what happens by itself. */
export async function chosenCaps(options: CapOptions, ctx: Context): Promise<Caps> {
  const given = givenCaps(options);
  const ask = async (flag: string, what: string): Promise<Cap> =>
    readCap(
      (
        await ctx.prompt.input({ message: `At most how many ${what} a month? A number, or none`, flag })
      ).trim(),
      flag,
    );
  return {
    upload: given.upload ?? (await ask('--cap or --cap-uploads', 'uploads')),
    message: given.message ?? (await ask('--cap or --cap-messages', 'messages')),
  };
}

/** `500 uploads a month, no cap on messages`. */
export function capsText({ upload, message }: Caps): string {
  if (upload === 'none')
    return message === 'none' ? 'no cap' : `no cap on uploads, ${counted(message, 'message')} a month`;
  const uploads = counted(upload, 'upload');
  return message === 'none'
    ? `${uploads} a month, no cap on messages`
    : `${uploads} and ${counted(message, 'message')} a month`;
}
