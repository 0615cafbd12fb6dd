import { showBill } from '../domain/bills.ts';
import { onAccount } from '../domain/change.ts';
import { cancelChange, changePlan, previewChange, showSubscription } from '../domain/subscriptions.ts';
import type { Handlers } from '../http/bind.ts';

export const billing = {
  'subscription.show': onAccount('subscription.show', showSubscription),
  'subscription.preview': onAccount('subscription.preview', previewChange),
  'subscription.change': onAccount('subscription.change', changePlan),
  'subscription.cancel_change': onAccount('subscription.cancel_change', cancelChange),
  'billing.show': onAccount('billing.show', showBill),
} satisfies Partial<Handlers>;
