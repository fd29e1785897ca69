import { useSyncExternalStore } from 'react';

/** The console's two languages. Each message is written in both, side by side: English, Simplified Chinese. */
export type Language = 'en' | 'zh';

const CHOICE = 'gatehouse.language';
const listeners = new Set<() => void>();
let current: Language = remembered();

function remembered(): Language {
  const known = typeof localStorage === 'undefined' ? null : localStorage.getItem(CHOICE);
  if (known === 'en' || known === 'zh') return known;
  return typeof navigator !== 'undefined' && navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(CHOICE, next);
  document.documentElement.lang = locale();
  listeners.forEach((listener) => listener());
}

/** For Intl and for the page's lang. */
export function locale(): string {
  return current === 'zh' ? 'zh-CN' : 'en';
}

export function useLanguage(): Language {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, language);
}
