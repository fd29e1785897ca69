import { Text } from '@mantine/core';

import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useText } from '@/i18n/messages';
import { CopyOnce } from '@/parts/Copy';
import { dateTime } from '@/text/times';

import { snippets } from './snippets';
import { text } from './text';

/** The secret of a key that was just made or rotated. */
export function Issued({ of, rotated = false, close }: { of: Schemas['IssuedKey']; rotated?: boolean; close: () => void }) {
  const t = useText(text);
  const models = useEvery('models');
  const model = of.key.models.find((name) => name !== '*') ?? models.data?.[0]?.name ?? 'MODEL';
  return (
    <CopyOnce
      title={t(rotated ? 'rotated' : 'issued', { name: of.key.name })}
      secret={of.secret}
      label={t('secret')}
      variable="GATEHOUSE_KEY"
      snippets={snippets(of.secret, model)}
      close={close}
    >
      {rotated && <Text size="sm">{of.key.previousValidUntil ? t('overlapUntil', { time: dateTime(of.key.previousValidUntil) }) : t('overlapNone')}</Text>}
    </CopyOnce>
  );
}
