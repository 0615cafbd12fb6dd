import { keysOf } from '../../contract/keys.ts';
import { aboutAccount, type Decision, decide, type Standing, worksInWorkspace } from './access.ts';
import { type Action, accessTable } from './access-table.ts';
import type { Actor } from './actor.ts';
import { invalid } from './errors.ts';

/** Whatever can be asked about: the rows of the access table. */
export const actions: readonly Action[] = keysOf(accessTable);

const CLOSEST = 3;

/** How many letters must be added, taken away or changed to make one of the other. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1];
    for (const [column, wanted] of [...other].entries()) {
      const changed = (above[column] ?? 0) + (letter === wanted ? 0 : 1);
      line.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}

/** `member.remove` and `members remove` are taken for what they nearly are. */
function closestTo(text: string): string[] {
  const plain = text.toLowerCase().replaceAll(/[^a-z_]+/g, '.');
  return actions
    .map((action) => ({ action, far: distance(plain, action) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, CLOSEST)
    .map(({ action }) => action);
}

export function actionNamed(text: string): Action {
  const found = actions.find((action) => action === text);
  if (found) return found;
  throw invalid('/action', `is no action: the closest are ${closestTo(text).join(', ')}.`);
}

/** Somebody, and how they stand to the account that is asked about. */
export interface Placed {
  readonly actor: Actor;
  readonly standing: Standing | null;
}

/** The decision as the operation itself would ask for it: in the account, in the workspace, or in neither. */
export function decisionOn(action: Action, { actor, standing }: Placed): Decision {
  const where = aboutAccount(action) === 'never' ? null : standing;
  return decide(actor, action, where, where !== null && worksInWorkspace(action));
}
