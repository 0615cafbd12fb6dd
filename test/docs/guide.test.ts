import { describe, expect, it } from 'vitest';
import { difference, Names, readGuide } from './guide.ts';

const page = (...lines: string[]) => lines.join('\n');
const shown = (...lines: string[]) => lines.map((text, at) => ({ text, at: at + 1 }));
const one = 'acc_01m82rawrxem9t1rdac7vzkc7k';
const other = 'acc_00000000000000000000000000';

describe('a guide', () => {
  it('is commands with what they show and ask, and the files that they need', () => {
    const text = page(
      '# Title',
      '```console',
      '$ npx tenantctl accounts create "Acme Ltd" \\',
      '    --slug acme',
      'Created acme.',
      '',
      '$ tenantctl members remove ana',
      '? Go on?  yes',
      'Removed ana.',
      '```',
      '```csv people.csv',
      'email',
      '```',
      '```json',
      '{}',
      '```',
    );
    expect(readGuide(text)).toEqual([
      {
        command: 'npx tenantctl accounts create "Acme Ltd" --slug acme',
        at: 3,
        answers: [],
        shown: [
          { text: 'Created acme.', at: 5 },
          { text: '', at: 6 },
        ],
      },
      {
        command: 'tenantctl members remove ana',
        at: 7,
        answers: [['Go on?', 'yes']],
        shown: [{ text: 'Removed ana.', at: 9 }],
      },
      { file: 'people.csv', content: 'email\n' },
    ]);
    expect(() => readGuide('```console\nno command\n```')).toThrow('line 2');
    expect(() => readGuide('```console\n$ tenantctl x\n? Go on? yes\n```')).toThrow('line 3');
  });

  it('is compared line by line: ids are bound where they first stand, times and ... stand for any', () => {
    const names = new Names();
    const at = '2026-03-02T09:00:00.000Z';
    expect(
      difference(shown(`made ${one} at 2020-01-01 00:00Z`), [`made ${other} at 2026-03-02 09:00Z`], names),
    ).toBeNull();
    expect(names.real(`show ${one}`)).toBe(`show ${other}`);
    expect(
      difference(shown(`again ${one} ${at}`), [`again ${other} 2027-03-02T09:00:00.000Z`], names),
    ).toBeNull();
    expect(difference(shown(`again ${one}`), [`again ${one}`], names)).toContain('line 1');
    expect(difference(shown('a', '...', 'd'), ['a', 'b', 'c', 'd'], names)).toBeNull();
    expect(difference(shown('a', '...'), ['a', 'b'], names)).toBeNull();
    expect(difference(shown('a ... c'), ['a b c'], names)).toBeNull();
    expect(difference(shown('key tctl_api_x...'), ['key tctl_api_abc'], names)).toBeNull();
  });

  it('notices what is missing, what is too much and what is other', () => {
    const names = new Names();
    expect(difference(shown('a', 'b'), ['a'], names)).toContain('line 2 shows');
    expect(difference(shown('a'), ['a', 'b'], names)).toContain('not shown');
    expect(difference(shown('a', '...', 'z'), ['a', 'b'], names)).toContain('line 3 shows');
    expect(difference(shown('(a)'), ['a'], names)).toContain('line 1 shows');
    expect(difference(shown(`id ${one}`), ['id acc_short'], names)).toContain('line 1 shows');
  });
});
