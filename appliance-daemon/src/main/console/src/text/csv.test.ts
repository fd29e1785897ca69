import { describe, expect, it } from 'vitest';

import { csv, csvCell } from './csv';

describe('csv', () => {
  it('makes text of what a spreadsheet would run', () => {
    for (const attack of ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', ' =cmd|/C calc', '|calc', '%0A=1', '\r=1']) {
      expect(csvCell(attack).replace(/^"/, '')).toMatch(/^'/);
    }
  });

  it('leaves numbers and words as they are', () => {
    expect(csvCell('-12.5')).toBe('-12.5');
    expect(csvCell(-3)).toBe('-3');
    expect(csvCell('search-demo')).toBe('search-demo');
    expect(csvCell(null)).toBe('');
  });

  it('quotes what would break a line', () => {
    expect(csvCell('a,b')).toBe('"a,b"');
    expect(csvCell('say "so"')).toBe('"say ""so"""');
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
  });

  it('begins with a mark that tells its encoding', () => {
    expect(csv(['部门'], [['研发', 1] as never])).toBe('\uFEFF部门\r\n研发,1\r\n');
  });
});
