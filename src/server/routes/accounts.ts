import { createAccount } from '../domain/account-create.ts';
import {
  alreadyDeleted,
  alreadyLeft,
  alreadyReleased,
  deleteAccount,
  leaveAccount,
  releaseAccount,
} from '../domain/account-end.ts';
import { activateAccount, lockFeature, suspendAccount, unlockFeature } from '../domain/account-state.ts';
import { accountTree, listAccounts, showAccount, updateAccount } from '../domain/accounts.ts';
import { onAccount, onPlatform } from '../domain/change.ts';
import type { Handlers } from '../http/bind.ts';

export const accounts = {
  'accounts.list': onPlatform('accounts.list', listAccounts),
  'accounts.create': onPlatform('accounts.create', createAccount, ({ body }) => body.master ?? null),
  'accounts.show': onAccount('accounts.show', showAccount),
  'accounts.update': onAccount('accounts.update', updateAccount),
  'accounts.delete': onAccount('accounts.delete', deleteAccount, alreadyDeleted),
  'accounts.leave': onAccount('accounts.leave', leaveAccount, alreadyLeft),
  'accounts.suspend': onAccount('accounts.suspend', suspendAccount),
  'accounts.activate': onAccount('accounts.activate', activateAccount),
  'accounts.lock': onAccount('accounts.lock', lockFeature),
  'accounts.unlock': onAccount('accounts.unlock', unlockFeature),
  'accounts.release': onAccount('accounts.release', releaseAccount, alreadyReleased),
  'accounts.tree': onAccount('accounts.tree', accountTree),
} satisfies Partial<Handlers>;
