/** Commands that go on until somebody ends them: no test may wait for the end of one. */
export const endless: ReadonlySet<string> = new Set(['serve', 'audit tail']);
