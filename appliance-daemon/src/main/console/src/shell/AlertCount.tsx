import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';

import { api, given } from '@/api/client';
import { useEvents } from '@/api/events';
import { openAlerts, take } from '@/api/live';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';

import { text } from './text';

const ASK_EVERY = 30_000;
const MOST = 99;

/** How many alerts nobody looks after yet, as far as this person may see them; 0 for who may not. */
export function useOpenAlerts(): number {
  const may = useMay('view_box');
  const standing = useEvents(['alerts'], take);
  const alerts = useQuery({
    queryKey: openAlerts,
    queryFn: async () => given(await api.GET('/api/v1/alerts', { params: { query: { limit: 500 } } })).items,
    enabled: may,
    refetchInterval: standing === 'lost' || standing === 'off' ? ASK_EVERY : false,
  });
  return (may && alerts.data?.filter((alert) => alert.state === 'open').length) || 0;
}

/** That number beside the screen's name; nothing for none. */
export function AlertCount({ of }: { of: number }) {
  const t = useText(text);
  if (of === 0) return null;
  return (
    <span className="count">
      <span aria-hidden>{of > MOST ? `${MOST}+` : of}</span>
      <VisuallyHidden>{t('openAlerts', { count: of })}</VisuallyHidden>
    </span>
  );
}
