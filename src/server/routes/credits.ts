import { onAccount, onPlatform, onPlatformLined } from '../domain/change.ts';
import { grantCredits, verifyLedger } from '../domain/credit-grants.ts';
import { listLedger, showCredits, showUsage } from '../domain/credit-views.ts';
import { payersOf, recordUsage } from '../domain/usage-reports.ts';
import type { Handlers } from '../http/bind.ts';

export const credits = {
  'credits.show': onAccount('credits.show', showCredits),
  'credits.ledger': onAccount('credits.ledger', listLedger),
  'credits.usage': onAccount('credits.usage', showUsage),
  'credits.grant': onAccount('credits.grant', grantCredits),
  'credits.verify': onPlatform('credits.verify', verifyLedger),
  'usage.record': onPlatformLined('usage.record', payersOf, recordUsage),
} satisfies Partial<Handlers>;
