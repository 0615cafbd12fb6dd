import { describe, expect, it } from 'vitest';
import { drawDifference } from '../../../src/estate/compare/draw.ts';
import { change, invited, reviewed } from '../apply/apply.world.ts';

const plain = (_tone: unknown, text: string) => text;
const people = Array.from({ length: 300 }, (_, at) => invited(`p${at}@x.example`));
const bob = change({ op: 'delete', kind: 'member', key: 'bob@x.example', id: 'mbr_1' });
const eve = change({ op: 'conflict', kind: 'member', key: 'eve@x.example', note: 'eve declined' });
const difference = { set: reviewed([...people, bob, eve]), notes: [], costs: [] };

describe('a difference that would run through a terminal', () => {
  const text = drawDifference(difference, plain, 20);

  it('is cut, and says by how much and how to see it all', () => {
    expect(text.match(/^ {2}[+~!-] /gm)).toHaveLength(20);
    expect(text).toContain('... and 282 more changes: tenantctl diff -f FILE | less');
    expect(text).toMatch(/300 to make, 0 to change, 1 to remove, 1 in conflict; mail to 300\.\n$/);
  });

  it('shows what conflicts and what goes before what is made', () => {
    expect(text).toContain('  - member bob@x.example\n');
    expect(text).toContain('  ! member eve@x.example\n      eve declined\n');
  });

  it('is whole anywhere else', () => {
    const whole = drawDifference(difference, plain);
    expect(whole.match(/^ {2}[+~!-] /gm)).toHaveLength(302);
    expect(whole).not.toContain('more changes');
  });
});

describe('who is mailed', () => {
  it('is said with the address where it is another spelling', () => {
    const written = { ...invited('ann@x.example'), mail: 'Ann@x.example' };
    const text = drawDifference({ ...difference, set: reviewed([written, invited('cas@x.example')]) }, plain);
    expect(text).toContain('+ member ann@x.example  mail to Ann@x.example\n');
    expect(text).toContain('+ member cas@x.example  mailed\n');
  });
});
