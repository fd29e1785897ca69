import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';

import { text } from './text';

export type Access = Schemas['ApiToken']['access'];

/** What a token may open, the least first. */
export const ACCESSES: readonly Access[] = ['metrics', 'finance', 'auditor', 'governance_admin', 'appliance_admin'];

export function useAccessWord(): (access: Access) => string {
  const t = useText(text);
  const w = useWords();
  return (access) => (access === 'metrics' ? t('metrics') : w('role', access));
}
