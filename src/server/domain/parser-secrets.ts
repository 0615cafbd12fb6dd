import type { Body } from '../../contract/shapes.ts';
import { DomainError, invalid } from './errors.ts';
import type { SealedSecret } from './ports/parsers.ts';
import type { PlaceWork } from './work.ts';

type Values = NonNullable<Body<'parsers.update'>['secrets']>;

export interface SecretsChange {
  readonly set: readonly SealedSecret[];
  /** Names of values that go. */
  readonly taken: readonly string[];
}

/**
 * What setting secrets comes to. A value is sealed at once and goes nowhere else; setting one counts as a change
 * whatever it was before, so that nobody finds out by trying.
 * @param declared names that the definition declares, after the change
 * @param held names that have a value now; one that is not declared any more loses it
 */
export function secretsChange(
  work: Pick<PlaceWork, 'deps' | 'tenant'>,
  parserId: string,
  values: Values,
  { declared, held }: { declared: readonly string[]; held: readonly string[] },
): SecretsChange {
  const unknown = Object.keys(values).find((name) => !declared.includes(name));
  if (unknown !== undefined)
    throw invalid(
      `/secrets/${unknown}`,
      'is no secret that the definition declares: add it to its `secrets`.',
    );
  const { seal } = work.deps;
  const set = Object.entries(values).flatMap(([name, value]) => {
    if (value === null) return [];
    if (seal === null) {
      const text =
        'This server keeps no secrets: it has no key to seal them with. Nothing was changed; everything but setting secrets works.';
      throw new DomainError('secrets_not_configured', text);
    }
    const sealed = seal.seal(value, { accountId: work.tenant.accountId, parserId, name });
    return [{ name, sealed, keyId: seal.keyId }];
  });
  return { set, taken: held.filter((name) => values[name] === null || !declared.includes(name)) };
}
