import { acceptInvite, declineInvite, prepareAccept, previewInvite } from '../domain/acceptance.ts';
import {
  cancelBatch,
  checkRows,
  createBatch,
  finishBatch,
  listBatches,
  listRows,
  revokeBatch,
  sendRows,
  showBatch,
} from '../domain/batches.ts';
import { onAccount, onPlatform, onPlatformPrepared } from '../domain/change.ts';
import {
  listInvites,
  resendInvite,
  resendInvites,
  revokeInvite,
  sendInvite,
  showInvite,
} from '../domain/invites.ts';
import type { Handlers } from '../http/bind.ts';

export const invites = {
  'invites.list': onAccount('invites.list', listInvites),
  'invites.send': onAccount('invites.send', sendInvite),
  'invites.show': onAccount('invites.show', showInvite),
  'invites.revoke': onAccount('invites.revoke', revokeInvite),
  'invites.resend': onAccount('invites.resend', resendInvite),
  'invites.resend_many': onAccount('invites.resend_many', resendInvites),
  'invites.preview': onPlatform('invites.preview', previewInvite),
  'invites.accept': onPlatformPrepared('invites.accept', prepareAccept, acceptInvite),
  'invites.decline': onPlatform('invites.decline', declineInvite),
  'batches.list': onAccount('batches.list', listBatches),
  'batches.create': onAccount('batches.create', createBatch),
  'batches.check': onAccount('batches.check', checkRows),
  'batches.show': onAccount('batches.show', showBatch),
  'batches.rows': onAccount('batches.rows', listRows),
  'batches.send': onAccount('batches.send', sendRows),
  'batches.finish': onAccount('batches.finish', finishBatch),
  'batches.cancel': onAccount('batches.cancel', cancelBatch),
  'batches.revoke': onAccount('batches.revoke', revokeBatch),
} satisfies Partial<Handlers>;
