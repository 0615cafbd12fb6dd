import type { Context } from '../context.ts';
import { TenantctlError } from '../errors.ts';

/** What a change came to, for people and for programs. */
export interface Change {
  /** The contract's own answer: what machine formats print. */
  readonly value: object;
  readonly changed: boolean;
  /** `Suspended acme.` */
  readonly done: string;
  /** `acme is suspended already.`: repeating is no error (D9). */
  readonly already: string;
}

export async function tellChange(ctx: Context, { value, changed, done, already }: Change): Promise<void> {
  await ctx.out.result(value, changed ? done : already, { changed });
}

/** The object, or null if there is none that one may see: it may be gone already, which only the change itself tells. */
export async function orGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (thrown) {
    if (thrown instanceof TenantctlError && thrown.outcome === 'not_found') return null;
    throw thrown;
  }
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A command to try, with the profile of this run if it was named: without it, it would act as somebody else. */
export function asTyped(ctx: Context, command: string): string {
  return ctx.flags.profile === undefined ? command : `${command} --profile ${ctx.flags.profile}`;
}

/** The account that this run works in by its profile is gone: each command that follows would fail for it. */
export function noteStillChosen(ctx: Context, slug: string): void {
  const { value, origin } = ctx.config().settings.account;
  if (value !== slug || origin !== 'profile') return;
  ctx.out.note(`${slug} is still this profile's account. Try: tenantctl accounts use ACCOUNT`);
}
