/** The one of these that was most likely meant, if any is near enough: `membres` is `members`. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  if (typed.length > 100) return undefined;
  const most = Math.max(1, Math.floor(typed.length / 3));
  let best: string | undefined;
  let least = most + 1;
  for (const name of known) {
    if (Math.abs(name.length - typed.length) >= least) continue;
    const far = distance(typed.toLowerCase(), name.toLowerCase());
    if (far < least) {
      least = far;
      best = name;
    }
  }
  return best;
}

/** Letters to add, drop, change or swap with the next one. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const now = [row];
    for (let at = 1; at <= b.length; at += 1) {
      const same = a[row - 1] === b[at - 1];
      const steps = [(above[at] ?? 0) + 1, (now[at - 1] ?? 0) + 1, (above[at - 1] ?? 0) + (same ? 0 : 1)];
      if (a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1]) steps.push((before[at - 2] ?? 0) + 1);
      now.push(Math.min(...steps));
    }
    before = above;
    above = now;
  }
  return above[b.length] ?? 0;
}
