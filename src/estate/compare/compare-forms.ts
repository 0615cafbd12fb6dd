import type { Change } from '../changes.ts';
import type { FormText } from '../model.ts';
import { changed, differing, type Sides } from './sides.ts';

const CONTENT = ['title', 'description', 'questions'] as const;

/** Forms that accounts own, by what they ask. What others share with them is changed where it belongs. */
export function formChanges(sides: Sides): Change[] {
  return sides.pairs('forms').flatMap(({ account, key, wanted, live }): Change[] => {
    const about = { kind: 'form', account, key } as const;
    if (wanted === undefined)
      return sides.prunes('form') ? [changed({ ...about, op: 'delete' }, [], live)] : [];
    const fields = differing<Partial<FormText>>(CONTENT, wanted.content ?? {}, live?.content);
    const unread = sides.unread(account, 'form');
    if (unread !== null) return [changed({ ...about, op: 'conflict' }, fields, undefined, { note: unread })];
    if (live === undefined) return [changed({ ...about, op: 'create' }, fields, undefined)];
    return fields.length === 0 ? [] : [changed({ ...about, op: 'update' }, fields, live)];
  });
}
