import { describe, expect, it } from 'vitest';

import { decimal, money, percentOf, sum, units } from './money';

describe('money', () => {
  it('adds what doubles would round', () => {
    expect(sum(['0.1', '0.2'])).toBe('0.3');
    expect(sum(['9007199254740993', '0.000000000000000001'])).toBe('9007199254740993.000000000000000001');
    expect(sum([])).toBe('0');
  });

  it('keeps signs and drops zeros at the end', () => {
    expect(sum(['-0.5', '0.25'])).toBe('-0.25');
    expect(decimal(units('12.3400'))).toBe('12.34');
    expect(decimal(units('-0.000001'))).toBe('-0.000001');
  });

  it('refuses what is no decimal', () => {
    for (const wrong of ['', 'abc', '1e5', '1,5', 'NaN']) expect(() => units(wrong)).toThrow('not a decimal');
  });

  it('tells shares without dividing doubles', () => {
    expect(percentOf('1', '3')).toBe(33.3);
    expect(percentOf('1000', '1000')).toBe(100);
    expect(percentOf('5', '0')).toBe(0);
  });

  it('shows a small cost as more than nothing', () => {
    expect(money('0.00000745', 'USD')).toBe('$0.00000745');
    expect(money('0.4', 'USD')).toBe('$0.40');
    expect(money('0.123456', 'USD')).toBe('$0.1235');
    expect(money('0', 'USD')).toBe('$0.00');
    expect(money('1234.5', 'USD')).toBe('$1,234.50');
    expect(money('12345678901234567.89', 'USD')).toBe('$12,345,678,901,234,567.89');
  });

  it('shows an unknown currency all the same', () => {
    expect(money('1', 'no currency')).toBe('1 no currency');
    expect(money('1', null)).toBe('1.00');
  });
});
