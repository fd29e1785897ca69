import { useQuery } from '@tanstack/react-query';

import { api, given, type Schemas } from './client';
import { useEvents } from './events';
import { openAlerts, take } from './live';
import { useMay } from './session';

const ASK_EVERY = 30_000;

/** The alerts that nobody looks after yet, the newest first, as far as this person may see them; undefined until it is known. */
export function useOpenAlerts(): readonly Schemas['AlertView'][] | undefined {
  const may = useMay('view_box');
  const standing = useEvents(['alerts'], take);
  const alerts = useQuery({
    queryKey: openAlerts,
    queryFn: async () => given(await api.GET('/api/v1/alerts', { params: { query: { limit: 500 } } })).items,
    enabled: may,
    refetchInterval: standing === 'lost' || standing === 'off' ? ASK_EVERY : false,
  });
  if (alerts.isLoading) return undefined;
  return (may && alerts.data?.filter((alert) => alert.state === 'open')) || [];
}
