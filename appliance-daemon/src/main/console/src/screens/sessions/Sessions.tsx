import { Badge, Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, type Schemas } from '@/api/client';
import { lost, useMay, useMe } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Confirm } from '@/parts/Confirm';
import { DataTable, type Column } from '@/parts/DataTable';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { Ago } from '@/parts/values';

import { browserOf } from './browser';
import { text } from './text';

type Open = Schemas['OpenSession'];

/** Who is signed in: one's own sessions, and everybody's for who manages people. */
export default function Sessions() {
  const t = useText(text);
  const w = useWords();
  const me = useMe();
  const everybody = useMay('manage_people');
  const live = useLive(10);
  const [user, setUser] = useParam('user');
  const [ending, setEnding] = useState<Open | null>(null);
  const sessions = $api.useQuery('get', '/api/v1/sessions', { params: { query: user ? { user } : {} } }, { refetchInterval: live.interval });
  const way = (one: Open) => (one.provider ? `${w('way', one.way)} ${one.provider}` : w('way', one.way));
  const columns: Column<Open>[] = [
    {
      key: 'name', title: t('who'), plain: (one) => one.name,
      cell: (one) => (
        <>
          {one.name} {one.current && <Badge size="sm">{t('current')}</Badge>}
          {one.user?.email && (
            <Text size="xs" c="dimmed">
              {one.user.email}
            </Text>
          )}
        </>
      ),
    },
    { key: 'way', title: t('way'), cell: way, plain: way, from: 'sm' },
    { key: 'address', title: t('address'), cell: (one) => <span className="mono">{one.address}</span>, plain: (one) => one.address, from: 'xs' },
    { key: 'agent', title: t('agent'), cell: (one) => <span title={one.agent}>{browserOf(one.agent) || '–'}</span>, plain: (one) => one.agent, from: 'md' },
    { key: 'createdAt', title: t('since'), cell: (one) => <Ago time={one.createdAt} />, plain: (one) => one.createdAt, from: 'sm' },
    { key: 'seenAt', title: t('seen'), cell: (one) => <Ago time={one.seenAt} />, plain: (one) => one.seenAt },
    { key: 'expiresAt', title: t('ends'), cell: (one) => <Ago time={one.expiresAt} />, plain: (one) => one.expiresAt, from: 'lg' },
  ];
  return (
    <Page
      title={t(everybody ? 'title' : 'mine')}
      about={t('about')}
      actions={<LiveStamp at={sessions.dataUpdatedAt} of={live} failing={sessions.isRefetchError} />}
    >
      <Shown of={sessions}>
        {({ items }) => (
          <DataTable
            label={t('title')}
            file="sessions"
            rows={items}
            columns={columns}
            id={(one) => one.id}
            filters={
              user && (
                <Button size="compact-xs" variant="default" onClick={() => setUser(null)}>
                  {t('onlyOne', { name: items[0]?.name ?? t('somebody') })}
                </Button>
              )
            }
            actions={(one) => (
              <Button size="compact-xs" variant="default" onClick={() => setEnding(one)} aria-label={t('endOf', { name: one.name, address: one.address })}>
                {t('end')}
              </Button>
            )}
            empty={<Empty title={t('empty')}>{t(me.confirmBy === 'nothing' ? 'emptyToken' : 'emptyWhat')}</Empty>}
          />
        )}
      </Shown>
      {ending && (
        <Confirm
          title={t('endOf', { name: ending.name, address: ending.address })}
          verb={t('end')}
          close={() => setEnding(null)}
          act={async () => {
            await api.DELETE('/api/v1/sessions/{id}', { params: { path: { id: ending.id } } });
            if (ending.current) lost();
            else notifications.show({ message: t('ended', { name: ending.name }) });
          }}
        >
          {t(ending.current ? 'endOwnWhat' : 'endWhat')}
        </Confirm>
      )}
    </Page>
  );
}
