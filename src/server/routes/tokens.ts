import { onAccount, onPlatform, onPlatformPrepared } from '../domain/change.ts';
import {
  createAccountToken,
  createToken,
  listAccountTokens,
  listTokens,
  prepareToken,
  revokeAccountToken,
  revokeToken,
} from '../domain/tokens.ts';
import type { Handlers } from '../http/bind.ts';

export const tokens = {
  'tokens.list': onPlatform('tokens.list', listTokens),
  'tokens.create': onPlatformPrepared('tokens.create', prepareToken, createToken),
  'tokens.revoke': onPlatform('tokens.revoke', revokeToken),
  'account_tokens.list': onAccount('account_tokens.list', listAccountTokens),
  'account_tokens.create': onAccount('account_tokens.create', createAccountToken),
  'account_tokens.revoke': onAccount('account_tokens.revoke', revokeAccountToken),
} satisfies Partial<Handlers>;
