import { onAccount, onPlatform } from '../domain/change.ts';
import {
  inviteSubAccount,
  listSubAccounts,
  resendSubAccount,
  showSubAccount,
  unlinkSubAccount,
  updateSubAccount,
} from '../domain/sub-accounts.ts';
import { leaveUmbrella, showUmbrella } from '../domain/umbrella.ts';
import {
  acceptUmbrella,
  declineUmbrella,
  listUmbrellaInvites,
  previewUmbrellaInvite,
  showConsent,
} from '../domain/umbrella-invites.ts';
import type { Handlers } from '../http/bind.ts';

export const umbrella = {
  'sub_accounts.list': onAccount('sub_accounts.list', listSubAccounts),
  'sub_accounts.invite': onAccount('sub_accounts.invite', inviteSubAccount),
  'sub_accounts.show': onAccount('sub_accounts.show', showSubAccount),
  'sub_accounts.update': onAccount('sub_accounts.update', updateSubAccount),
  'sub_accounts.resend': onAccount('sub_accounts.resend', resendSubAccount),
  'sub_accounts.unlink': onAccount('sub_accounts.unlink', unlinkSubAccount),
  'umbrella_invites.list': onPlatform('umbrella_invites.list', listUmbrellaInvites),
  'umbrella_invites.preview': onPlatform('umbrella_invites.preview', previewUmbrellaInvite),
  'umbrella_invites.consent': onPlatform(
    'umbrella_invites.consent',
    showConsent,
    ({ query }) => query.account,
  ),
  'umbrella_invites.accept': onPlatform(
    'umbrella_invites.accept',
    acceptUmbrella,
    ({ body }) => body.account,
  ),
  'umbrella_invites.decline': onPlatform('umbrella_invites.decline', declineUmbrella),
  'umbrella.show': onAccount('umbrella.show', showUmbrella),
  'umbrella.unlink': onAccount('umbrella.unlink', leaveUmbrella),
} satisfies Partial<Handlers>;
