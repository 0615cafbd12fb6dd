import type { SecretsPort } from '../domain/ports/secrets.ts';
import type { Trx } from './transaction.ts';

export function secretsStore(trx: Trx): SecretsPort {
  return {
    async insert({ hash, purpose, email, emailFolded, userId, state, expiresAt, at }) {
      await trx
        .insertInto('mailed_secrets')
        .values({
          hash,
          purpose,
          email,
          email_folded: emailFolded,
          name: null,
          user_id: userId,
          state,
          expires_at: expiresAt,
          used_at: null,
          created_at: at,
        })
        .execute();
    },
    async find(hash, purpose) {
      const row = await trx
        .selectFrom('mailed_secrets')
        .select(['purpose', 'email', 'email_folded', 'user_id', 'state', 'expires_at'])
        .where('hash', '=', hash)
        .where('purpose', '=', purpose)
        .executeTakeFirst();
      if (!row) return null;
      const { email, state } = row;
      return {
        purpose,
        email,
        emailFolded: row.email_folded,
        userId: row.user_id,
        state,
        expiresAt: row.expires_at,
      };
    },
    async use(hash, at) {
      const { numUpdatedRows } = await trx
        .updateTable('mailed_secrets')
        .set({ state: 'used', used_at: at })
        .where('hash', '=', hash)
        .where('state', '=', 'pending')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async revokePending(whose, purpose) {
      const query = trx
        .updateTable('mailed_secrets')
        .set({ state: 'revoked' })
        .where('purpose', '=', purpose)
        .where('state', '=', 'pending');
      await ('userId' in whose
        ? query.where('user_id', '=', whose.userId)
        : query.where('email_folded', '=', whose.emailFolded)
      ).execute();
    },
    async countSince(emailFolded, purpose, since) {
      const row = await trx
        .selectFrom('mailed_secrets')
        .where('email_folded', '=', emailFolded)
        .where('purpose', '=', purpose)
        .where('created_at', '>', since)
        .select((eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('n'))
        .executeTakeFirstOrThrow();
      return row.n;
    },
  };
}
