import type { Context } from '../../context.ts';
import { type Outcomes, tellEach } from '../each.ts';

export async function tell(ctx: Context, done: Outcomes, word: string, same: string): Promise<void> {
  const failed = done.failed.map(({ name, ...why }) => ({ invite: name, ...why }));
  await tellEach(ctx, done, { things: 'invitations', word, same }, { ...done, failed });
}
