import { locale } from '@/i18n/language';

const NOTHING = '–';

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : new Intl.NumberFormat(locale()).format(value);
}

/** Short, for tiles and axes: 1.2M. The exact figure belongs beside it, as a title. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  const digits = Math.abs(value) < 1000 ? { maximumFractionDigits: 1 } : { maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(locale(), { notation: 'compact', ...digits }).format(value);
}

export function percent(share: number | null | undefined, digits = 0): string {
  return share === null || share === undefined
    ? NOTHING
    : new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: digits }).format(share);
}

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let step = 0;
  while (Math.abs(size) >= 1024 && step < steps.length - 1) {
    size /= 1024;
    step++;
  }
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: size < 10 && step > 0 ? 1 : 0 }).format(size)} ${steps[step]}`;
}

export function fixed(value: number | null | undefined, digits: number, unit = ''): string {
  if (value === null || value === undefined) return NOTHING;
  const text = new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  return unit ? `${text} ${unit}` : text;
}

export function millis(value: number | null | undefined): string {
  if (value === null || value === undefined) return NOTHING;
  if (value < 1) return `${fixed(value, 2)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 60_000) return `${fixed(value / 1000, value < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(value / 60_000)} min ${Math.round((value % 60_000) / 1000)} s`;
}

export function micros(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : millis(value / 1000);
}
