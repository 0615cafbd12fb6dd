/** The account's subscription has something to carry out first; whoever meets this settles it and begins again. */
export class SubscriptionDue extends Error {
  override readonly name = 'SubscriptionDue';
  readonly accountId: string;

  constructor(accountId: string) {
    super(`the subscription of ${accountId} is due`);
    this.accountId = accountId;
  }
}
