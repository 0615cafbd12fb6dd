import { describe, expect, it } from 'vitest';
import { chartText, sparkline } from '../../src/output/bars.ts';
import { widthOf } from '../../src/output/width.ts';

const bars = [
  { label: '2026-01', value: 0 },
  { label: '2026-02', value: 1 },
  { label: '2026-03', value: 1_200 },
  { label: '2026-04', value: 600 },
];
const look = { width: 60, unicode: true, ellipsis: '…' };

describe('a sparkline', () => {
  it('has a character a value, and only nothing at the bottom', () => {
    expect(sparkline([0, 1, 600, 1_200], true)).toBe('▁▂▅█');
    expect(sparkline([0, 1, 600, 1_200], false)).toBe('_.=#');
    expect(sparkline([0, 0], true)).toBe('▁▁');
    expect(sparkline([], true)).toBe('');
  });
});

describe('a chart', () => {
  it('draws bars as long as their numbers, under a line of the same', () => {
    expect(chartText({ title: 'UPLOADS', bars, sparkline: true }, look)).toBe(
      [
        'UPLOADS  ▁▂█▅',
        '2026-01      0',
        '2026-02      1  ▏',
        `2026-03  1,200  ${'█'.repeat(40)}`,
        `2026-04    600  ${'█'.repeat(20)}`,
        '',
      ].join('\n'),
    );
  });

  it('keeps to ASCII where the terminal does', () => {
    const text = chartText({ title: 'UPLOADS', bars }, { ...look, unicode: false, ellipsis: '...' });
    expect(text).toMatch(/^[\n\u0020-\u007e]*$/);
    expect(text).toContain(`2026-04    600  ${'#'.repeat(20)}\n`);
  });

  it('fits any width, and cuts labels before bars', () => {
    const long = [
      { label: 'a-sub-account-with-a-very-long-name', value: 7 },
      { label: '東京', value: 3 },
    ];
    for (const width of [20, 24, 40, 80, 200]) {
      const lines = chartText({ title: 'U', bars: long }, { ...look, width }).split('\n');
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    }
    expect(chartText({ title: 'U', bars: long }, { ...look, width: 20 }).split('\n')[1]).toBe(
      'a-sub-acco…  7  ████',
    );
  });

  it('of nothing is empty bars', () => {
    expect(chartText({ title: 'U', bars: [{ label: 'x', value: 0 }] }, look)).toBe('U\nx  0\n');
  });
});
