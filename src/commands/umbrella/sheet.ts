import type { ConsentSheet, LinkEnd } from '../../contract/types.ts';
import { capsText } from '../caps.ts';
import { counted } from '../change.ts';

type Changes = ConsentSheet['changes'];
type Form = ConsentSheet['forms']['now'][number];

export const words = (name: string): string => name.replaceAll('_', ' ');
const limitText = (limit: number | null): string => (limit === null ? 'no limit' : String(limit));

/** `seats 5 -> 100`. */
export function changesText({ entitlements, limits }: Changes): string[] {
  return [
    ...entitlements.map(({ name, after }) => `${words(name)}: ${after ? 'yes' : 'no'}`),
    ...limits.map(({ name, before, after }) => `${words(name)} ${limitText(before)} -> ${limitText(after)}`),
  ];
}

/** So many forms fit on the screen that the question is asked on; `umbrella consent --json` has them all. */
const MOST_NAMED = 12;

const placed = ({ workspace, name }: Form): string =>
  workspace === 'default' ? name : `${workspace}/${name}`;

/** Forms by role, so that the least usual stands out: a role, and the forms that have it. */
export function formLines(forms: readonly Form[]): string[] {
  const named = forms.slice(0, MOST_NAMED);
  const lines = [...Map.groupBy(named, ({ role }) => role)].map(
    ([role, some]) => `${words(role)}: ${some.map(placed).join(', ')}`,
  );
  const more = forms.length - named.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}

/** What somebody agrees to, in one screen: what is seen, who pays, what it gives, how it ends (D12). */
export function sheetLines({ umbrella, account, forms, caps, changes, terms }: ConsentSheet): string[] {
  const gains = changesText(changes);
  return [
    forms.now.length === 0
      ? `${umbrella.name} sees no form yet, for ${account.slug} owns none`
      : `${umbrella.name} sees ${counted(forms.now.filter(({ role }) => role !== 'none').length, 'form')}: ${formLines(forms.now).join('; ')}`,
    `each form to come is seen as ${words(forms.later)}, until you choose otherwise`,
    `${umbrella.name} pays for uploads and messages: ${capsText(caps)}`,
    gains.length === 0 ? 'your plan gives as much already' : `you get: ${gains.join(', ')}`,
    ...terms.slice(1),
  ];
}

/** What ends with a link. */
export function endLines({ changes, excess, forms_ended, forms_kept, grants }: LinkEnd): string[] {
  const loss = changesText(changes);
  return [
    ...(forms_ended.length > 0
      ? [`${counted(forms_ended.length, 'form')} not seen any more: ${formLines(forms_ended).join('; ')}`]
      : []),
    ...(forms_kept.length > 0
      ? [
          `${counted(forms_kept.length, 'form stays', 'forms stay')} shared: ${formLines(forms_kept).join('; ')}`,
        ]
      : []),
    'you pay for uploads and messages yourself from now on; used credits stay used',
    ...(loss.length > 0 ? [`your own plan counts: ${loss.join(', ')}`] : []),
    ...excess.map(
      ({ limit, used, own }) =>
        `${used} ${words(limit)}, and your plan has ${own}: they stay, and nothing new is allowed until they fit`,
    ),
    ...(grants > 0
      ? [
          `${counted(grants, 'person of the umbrella loses the grant', 'people of the umbrella lose their grant')}`,
        ]
      : []),
  ];
}
