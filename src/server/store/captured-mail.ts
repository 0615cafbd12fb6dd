import type { CapturedMailPort } from '../domain/ports/captured-mail.ts';
import { toPage } from './keyset.ts';
import type { Trx } from './transaction.ts';

export function capturedMailStore(trx: Trx): CapturedMailPort {
  return {
    async list(toFolded, page) {
      let query = trx
        .selectFrom('captured_mail')
        .select(['id', 'recipient', 'subject', 'body_text', 'created_at'])
        .orderBy('id', 'desc')
        .limit(page.limit + 1);
      if (toFolded !== null) query = query.where('recipient_folded', '=', toFolded);
      const [after] = page.after ?? [];
      if (after !== undefined) query = query.where('id', '<', after);
      return toPage(
        await query.execute(),
        page.limit,
        (row) => [row.id],
        (row) => ({
          id: row.id,
          to: row.recipient,
          subject: row.subject,
          text: row.body_text,
          at: row.created_at,
        }),
      );
    },
  };
}
