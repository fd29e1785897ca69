import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Status } from '@/parts/values';

import { text } from './text';

export type Key = Schemas['Key'];
export type KeyWord = 'active' | 'disabled' | 'revoked' | 'expired';

export function wordOf(key: Key): KeyWord {
  return key.state === 'active' && key.expiresAt && Date.parse(key.expiresAt) <= Date.now() ? 'expired' : key.state;
}

export function KeyState({ of }: { of: Key }) {
  const t = useText(text);
  const word = wordOf(of);
  return <Status tone={word === 'active' ? 'ok' : word === 'disabled' ? 'warn' : 'idle'}>{t(word)}</Status>;
}
