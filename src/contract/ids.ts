/** Ids carry their type and sort by time: a prefix, then a UUIDv7 (RFC 9562) in lower-case base32, 26 characters. */
export const idPrefixes = {
  account: 'acc',
  user: 'usr',
  member: 'mbr',
  invite: 'inv',
  workspace: 'wsp',
  parser: 'prs',
  form: 'frm',
  resource: 'res',
  link: 'lnk',
  token: 'tok',
  delegation: 'dlg',
  session: 'ses',
  batch: 'bat',
  event: 'evt',
  receipt: 'rcp',
  mail: 'mai',
  record: 'rec',
  message: 'msg',
  contact: 'ctc',
  entry: 'ent',
} as const;

export type IdKind = keyof typeof idPrefixes;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const body = `[${alphabet}]{26}`;

export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${idPrefixes[kind]}_${body}$`);
}

/** Does the text look like an id of any kind? A slug never does. */
export function looksLikeId(text: string): boolean {
  return /^[a-z]{3}_/.test(text);
}

/**
 * Encodes 16 bytes as 26 characters whose order is the order of the bytes.
 * @param bytes a UUIDv7
 */
export function encodeId(kind: IdKind, bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  // 128 bits in 26 characters of 5: two leading zero bits keep the order.
  held = 2;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += alphabet[(bits >>> held) & 31];
      bits &= (1 << held) - 1;
    }
  }
  return `${idPrefixes[kind]}_${text}`;
}
