import type { AdminRow } from '@/api/trail';
import { useText } from '@/i18n/messages';

import { text } from './text';

interface Deeds {
  /** What was done. */
  deed: (action: string) => string;
  /** To which kind of thing. */
  thing: (objectType: string) => string;
  /** Both, as a line. */
  line: (row: AdminRow) => string;
}

/** How the trail's changes are said; a word that nobody has translated stands as the daemon says it. */
export function useDeeds(): Deeds {
  const t = useText(text);
  const word = (group: 'deed' | 'thing', code: string) => {
    const key = `${group}.${code}`;
    return key in text ? t(key as keyof typeof text) : code.replaceAll(/[_-]/g, ' ');
  };
  const deed = (action: string) => word('deed', action);
  const thing = (objectType: string) => word('thing', objectType);
  return { deed, thing, line: (row) => t('line', { thing: thing(row.objectType), deed: deed(row.action) }) };
}
