import { limits } from '../contract/limits.ts';
import { parsePhone } from '../contract/phone.ts';
import type { BatchDefaults } from '../contract/types.ts';
import { type CheckRules, type RowErrorCode, shown } from './check.ts';
import type { InputRow } from './rows.ts';

type Defaults = BatchDefaults<'sub_accounts'>;
type Wrong = { readonly code: RowErrorCode; readonly message: string };

const CAP_MAX = 1_000_000_000;

function isCap(word: string): boolean {
  return word.toLowerCase() === 'none' || (/^\d{1,10}$/.test(word) && Number(word) <= CAP_MAX);
}

/** D11: both caps, by the row or for the file as a whole. */
function judgeCaps({ cap_uploads, cap_messages }: InputRow, { caps }: Defaults): Wrong | null {
  const units = [
    ['uploads', cap_uploads, caps?.upload],
    ['messages', cap_messages, caps?.message],
  ] as const;
  for (const [unit, word, fallback] of units) {
    if (word === undefined) {
      if (fallback !== undefined) continue;
      const message = `it names no cap: add a column Cap ${unit}, or --cap-${unit} N|none`;
      return { code: 'invalid_cap', message };
    }
    if (!isCap(word))
      return { code: 'invalid_cap', message: `${shown(word)} is no cap of ${unit}: a whole number, or none` };
  }
  return null;
}

function judgeMobile({ mobile }: InputRow): Wrong | null {
  const phone = mobile === undefined ? null : parsePhone(mobile);
  if (mobile === undefined || phone === null || phone.ok) return null;
  return { code: 'invalid_mobile', message: `${shown(mobile)} is no mobile number: ${phone.reason}` };
}

function numberOf(mobile: string | undefined): string | null {
  const phone = mobile === undefined ? null : parsePhone(mobile);
  return phone?.ok === true ? phone.number : null;
}

const capsIn = (input: InputRow, { caps }: Defaults) => [
  input.cap_uploads?.toLowerCase() ?? caps?.upload,
  input.cap_messages?.toLowerCase() ?? caps?.message,
];

/** Rows that invite the owner of an address under the umbrella; one that a column does not mark asks for nothing. */
export function subAccountRules(defaults: Defaults): CheckRules {
  const marked = ({ sub_account }: InputRow) => sub_account === undefined || sub_account === true;
  return {
    judge: (input) => (marked(input) ? (judgeMobile(input) ?? judgeCaps(input, defaults)) : null),
    about: () => '',
    asks: (input) =>
      JSON.stringify(
        marked(input) && [input.first_name ?? null, numberOf(input.mobile), ...capsIn(input, defaults)],
      ),
    differing: 'another mark, cap, name or number',
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** What the contract takes for one line of text (`oneLine`), which needs Zod and so is not loaded here. */
function judgeText(name: string, text: string | undefined, most: number): Wrong | null {
  if (text === undefined) return null;
  const code = 'invalid_contact' as const;
  if (text.length > most) return { code, message: `the ${name} is longer than ${most} characters` };
  if (control.test(text) || !text.isWellFormed())
    return { code, message: `the ${name} ${shown(text)} has a control character in it` };
  return null;
}

function judgeGroups({ groups = [] }: InputRow): Wrong | null {
  if (groups.length > limits.contactGroups) {
    const message = `it has ${groups.length} groups, at most ${limits.contactGroups}`;
    return { code: 'invalid_contact', message };
  }
  for (const group of groups) {
    const wrong = judgeText('group', group, limits.groupNameChars);
    if (wrong) return wrong;
  }
  return null;
}

function judgeContact(input: InputRow, defaults: Defaults): Wrong | null {
  return (
    judgeMobile(input) ??
    judgeText('first name', input.first_name, limits.contactNameChars) ??
    judgeText('last name', input.last_name, limits.contactNameChars) ??
    judgeText('organization', input.organization, limits.organizationChars) ??
    judgeGroups(input) ??
    (input.sub_account === true ? judgeCaps(input, defaults) : null)
  );
}

/** Rows that save contacts: known by the address, or by the number where there is no address. */
export function contactRules(defaults: Defaults): CheckRules {
  return {
    nameless: ({ mobile }) => {
      const number = numberOf(mobile);
      return number === null ? null : `tel:${number}`;
    },
    judge: (input) => judgeContact(input, defaults),
    about: () => '',
    asks: (input) =>
      JSON.stringify([
        input.first_name ?? null,
        input.last_name ?? null,
        numberOf(input.mobile),
        input.organization ?? null,
        input.groups ?? null,
        input.sub_account ?? null,
        ...(input.sub_account === true ? capsIn(input, defaults) : []),
      ]),
    differing: 'something else in it',
  };
}
