import type { Trx } from './transaction.ts';

/** Slugs that were given up and rest (D17). A scope is `accounts`, or an account's id for those of its workspaces. */
export function retiredSlugs(trx: Trx, scope: string) {
  return {
    /** @param exceptId what may have it back: the one it was retired from */
    async has(slug: string, now: string, exceptId: string): Promise<boolean> {
      const retired = await trx
        .selectFrom('retired_slugs')
        .select('target_id')
        .where('scope', '=', scope)
        .where('slug', '=', slug)
        .where('free_at', '>', now)
        .where('target_id', '<>', exceptId)
        .executeTakeFirst();
      return retired !== undefined;
    },

    async retire(slug: string, targetId: string, at: string, freeAt: string): Promise<void> {
      await trx
        .insertInto('retired_slugs')
        .values({ scope, slug, target_id: targetId, free_at: freeAt, created_at: at })
        .onConflict((oc) =>
          oc.columns(['scope', 'slug']).doUpdateSet({ target_id: targetId, free_at: freeAt, created_at: at }),
        )
        .execute();
    },

    async reclaim(slug: string, targetId: string): Promise<void> {
      await trx
        .deleteFrom('retired_slugs')
        .where('scope', '=', scope)
        .where('slug', '=', slug)
        .where('target_id', '=', targetId)
        .execute();
    },
  };
}
