import { Anchor, Button, SimpleGrid } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Link } from 'wouter';

import { $api, api, given, refresh, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { DataTable, type Column } from '@/parts/DataTable';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { Short, Tile } from '@/parts/values';
import { bytes, count, percent, short } from '@/text/figures';
import { money } from '@/text/money';

import { text } from './text';

type Kept = Schemas['KeptOfModel'];

export default function Cache() {
  const t = useText(text);
  const mayChange = useMay('change');
  const live = useLive(5);
  const cache = $api.useQuery('get', '/api/v1/cache', {}, { refetchInterval: live.interval });
  const [act, setAct] = useState<Kept | 'all' | null>(null);
  const told = async (entries: number) => {
    notifications.show({ message: t('purged', { count: count(entries) }) });
    await refresh();
  };
  const columns: Column<Kept>[] = [
    { key: 'name', title: t('model'), cell: (one) => <Anchor component={Link} href={`/models/${one.id}`} fz="inherit">{one.name}</Anchor>, plain: (one) => one.name },
    { key: 'entries', title: t('entries'), right: true, cell: (one) => count(one.entries), plain: (one) => one.entries },
    ...(mayChange
      ? [{ key: 'purge', title: '', right: true, cell: (one: Kept) => <Button size="compact-xs" variant="default" onClick={() => setAct(one)} aria-label={`${t('purgeModel')}: ${one.name}`}>{t('purgeModel')}</Button> }]
      : []),
  ];
  return (
    <Page
      title={t('title')}
      about={t('about')}
      actions={
        <>
          <LiveStamp at={cache.dataUpdatedAt} of={live} failing={cache.isRefetchError} />
          {mayChange && (
            <Button variant="default" disabled={!cache.data || cache.data.entries === 0} onClick={() => setAct('all')}>
              {t('purge')}
            </Button>
          )}
        </>
      }
    >
      <Shown of={cache}>
        {(now) => (
          <>
            <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
              <Tile name={t('hits')} value={<Short value={now.hits} />} note={t('hitRate', { percent: now.hits + now.misses === 0 ? '–' : percent(now.hits / (now.hits + now.misses), 1), count: short(now.hits + now.misses) })} />
              <Tile name={t('entries')} value={<Short value={now.entries} />} note={t('evicted', { count: count(now.evicted) })} />
              <Tile name={t('memory')} value={bytes(now.bytes)} note={t('of', { all: bytes(now.mostBytes) })} />
              <Tile name={t('savedTokens')} value={<Short value={now.savedInputTokens + now.savedOutputTokens} />} note={t('inOut', { input: short(now.savedInputTokens), output: short(now.savedOutputTokens) })} />
              <Tile name={t('savedCost')} value={Object.entries(now.savedCost).map(([currency, amount]) => money(amount, currency)).join(' + ') || '–'} />
            </SimpleGrid>
            <DataTable
              label={t('models')}
              rows={now.models}
              columns={columns}
              id={(one) => one.id}
              searchable={now.models.length > 8}
              empty={
                <Empty title={t('noModels')} action={<Button component={Link} href="/models" variant="default">{t('toModels')}</Button>}>
                  {t('noModelsWhat')}
                </Empty>
              }
            />
          </>
        )}
      </Shown>
      {act === 'all' && (
        <Confirm title={t('purge')} verb={t('purge')} close={() => setAct(null)} act={async () => told(given(await api.POST('/api/v1/cache/purge')).entries)}>
          {t('purgeWhat')}
        </Confirm>
      )}
      {act !== null && act !== 'all' && (
        <Confirm
          title={`${t('purgeModel')}: ${act.name}`}
          verb={t('purgeModel')}
          close={() => setAct(null)}
          act={async () => told(given(await api.POST('/api/v1/models/{id}/cache/purge', { params: { path: { id: act.id } } })).entries)}
        >
          {t('purgeModelWhat', { name: act.name })}
        </Confirm>
      )}
    </Page>
  );
}
