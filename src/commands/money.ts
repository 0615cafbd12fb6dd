/** Cents as people read them, `99.00`. Which currency they are of, the operator of the platform knows. */
export function money(cents: number): string {
  const [whole, part] = [Math.trunc(Math.abs(cents) / 100), Math.abs(cents) % 100];
  return `${cents < 0 ? '-' : ''}${whole}.${String(part).padStart(2, '0')}`;
}
