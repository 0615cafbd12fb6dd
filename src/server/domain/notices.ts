import { mailTo } from './mailed-secrets.ts';
import type { Work } from './work.ts';

/** Mails every active administrator of an account. It is about them, so no daily limit of an account holds it back. */
export async function noticeToAdmins(
  work: Work,
  account: { readonly id: string },
  notice: { readonly subject: string; readonly text: string },
): Promise<void> {
  const admins = await work.tenantOf(account.id).members.admins();
  for (const admin of admins) await mailTo(work, 'notice', admin, { ...notice });
}
