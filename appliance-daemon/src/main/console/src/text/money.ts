import { locale } from '@/i18n/language';

// Money is a decimal string in the API and stays exact here: sums go through BigInt, never through a double.
const DIGITS = 18;

/** The decimal as a count of 10^-18. */
export function units(decimal: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal.trim());
  if (!match) throw new Error(`not a decimal: ${decimal}`);
  const fraction = (match[3] ?? '').slice(0, DIGITS).padEnd(DIGITS, '0');
  const amount = BigInt(`${match[2]}${fraction}`);
  return match[1] ? -amount : amount;
}

export function decimal(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  return `${sign}${digits.slice(0, -DIGITS)}${fraction ? `.${fraction}` : ''}`;
}

export function sum(amounts: readonly string[]): string {
  return decimal(amounts.reduce((total, amount) => total + units(amount), 0n));
}

/** What remains of `whole`; never less than nothing. */
export function remaining(whole: string, part: string): string {
  const left = units(whole) - units(part);
  return decimal(left < 0n ? 0n : left);
}

/** How many percent `part` is of `whole`, rounded down to a tenth; 0 where there is no whole. */
export function percentOf(part: string, whole: string): number {
  const all = units(whole);
  return all <= 0n ? 0 : Number((units(part) * 1000n) / all) / 10;
}

/** For scales of charts only. */
export function approximately(amount: string): number {
  return Number(amount);
}

/** Two digits behind the point; small amounts keep four digits that count, so that a call's cost is not 0.00. */
export function money(amount: string | null, currency: string | null | undefined): string {
  if (amount === null) return '–';
  const size = Math.abs(Number(amount));
  const most = size === 0 || size >= 1 ? 2 : Math.min(DIGITS, 3 - Math.floor(Math.log10(size)));
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: most };
  const style = currency ? { style: 'currency' as const, currency, currencyDisplay: 'narrowSymbol' as const } : {};
  try {
    return new Intl.NumberFormat(locale(), { ...style, ...digits }).format(amount as Intl.StringNumericLiteral);
  } catch {
    return `${amount} ${currency ?? ''}`.trim();
  }
}
