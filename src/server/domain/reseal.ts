import type { SealedRow } from './ports/sealed-secrets.ts';
import type { Deps } from './work.ts';

const AT_ONCE = 200;

export interface Resealed {
  readonly resealed: number;
  /** Sealed by a key that this server was not given: they stay as they are. */
  readonly lost: number;
}

/**
 * Seals again, with the key of now, what an earlier one sealed, so that the earlier one can be thrown away.
 * Short transactions one after the other; killed half-way, the next start goes on.
 */
export async function resealSecrets({
  transactions,
  seal,
}: Pick<Deps, 'transactions' | 'seal'>): Promise<Resealed> {
  let after: SealedRow | null = null;
  let [resealed, lost] = [0, 0];
  while (seal !== null) {
    const from: SealedRow | null = after;
    const done = await transactions.write(async ({ platform }) => {
      const rows = await platform.sealedSecrets.underOtherKeys(seal.keyId, from, AT_ONCE);
      const opened = rows.map((row) => ({ row, value: seal.open(row.sealed, row) }));
      for (const { row, value } of opened) {
        if (value === null) continue;
        await platform.sealedSecrets.reseal(row, { sealed: seal.seal(value, row), keyId: seal.keyId });
      }
      return {
        last: rows.at(-1) ?? null,
        of: rows.length,
        opened: opened.filter(({ value }) => value !== null).length,
      };
    });
    resealed += done.opened;
    lost += done.of - done.opened;
    if (done.last === null) break;
    after = done.last;
  }
  return { resealed, lost };
}
