import type { Tenant } from './ports.ts';
import type { Work } from './work.ts';

/** Mails every active administrator of an account; in their own words nothing comes from people but names (D20). */
export async function noticeToAdmins(
  work: Work,
  account: { readonly id: string },
  notice: { readonly subject: string; readonly text: string },
): Promise<void> {
  const tenant: Tenant = work.tenantOf(account.id);
  const admins = await tenant.members.admins();
  if (admins.length === 0) return;
  await work.platform.outbox.enqueue(
    admins.map(({ email, emailFolded }) => ({
      id: work.deps.newId('mail'),
      accountId: account.id,
      inviteId: null,
      kind: 'notice',
      recipient: email,
      recipientFolded: emailFolded,
      payload: { ...notice },
      at: work.now.toISOString(),
    })),
  );
  work.afterCommit(work.deps.mailQueued);
}
