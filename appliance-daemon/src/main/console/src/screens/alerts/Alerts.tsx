import { Badge, Box, Button, Select, Tabs, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { $api, api, given, refresh, type Schemas } from '@/api/client';
import { useEvents } from '@/api/events';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { useAdding } from '@/parts/Things';
import { useParam } from '@/parts/url';
import { Ago } from '@/parts/values';
import { count } from '@/text/figures';

import { DestinationForm } from './DestinationForm';
import { Destinations } from './Destinations';
import { text } from './text';

type AlertView = Schemas['AlertView'];
const STATES = ['open', 'acknowledged', 'resolved'] as const;

/** What is wrong and who looks after it; and who is told. */
export default function Alerts() {
  const t = useText(text);
  const [tab, setTab] = useParam('tab', 'alerts');
  const adding = useAdding(t('create'), useMay('change') && tab === 'destinations');
  return (
    <Page title={t('title')} about={t('about')} actions={adding.button}>
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="alerts">{t('title')}</Tabs.Tab>
          <Tabs.Tab value="destinations">{t('destinations')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="alerts">
          <AlertTable />
        </Tabs.Panel>
        <Tabs.Panel value="destinations">
          <Destinations add={adding.button} />
        </Tabs.Panel>
      </Tabs>
      {adding.open && <DestinationForm of={undefined} close={adding.close} />}
    </Page>
  );
}

function AlertTable() {
  const t = useText(text);
  const mayChange = useMay('change');
  const [state, setState] = useParam('state');
  const [chosen, setChosen] = useState<AlertView | null>(null);
  const narrowed = STATES.find((one) => one === state);
  const standing = useEvents(['alerts'], () => void alerts.refetch());
  const alerts = $api.useQuery(
    'get',
    '/api/v1/alerts',
    { params: { query: { limit: 500, ...(narrowed ? { state: narrowed } : {}) } } },
    { refetchInterval: standing === 'lost' || standing === 'off' ? 15_000 : false },
  );
  const columns: Column<AlertView>[] = [
    { key: 'severity', title: t('severity'), cell: (alert) => <Severity of={alert.severity} />, plain: (alert) => t(alert.severity), sort: (alert) => ['info', 'warning', 'critical'].indexOf(alert.severity), from: 'sm' },
    { key: 'about', title: t('what'), cell: (alert) => <What of={alert} />, plain: (alert) => alert.about },
    { key: 'kind', title: t('kindOf'), hidden: true, cell: () => null, plain: (alert) => t(`kindOf.${alert.kind}`) },
    { key: 'message', title: t('message'), cell: (alert) => <Text size="sm" style={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>{alert.message}</Text>, plain: (alert) => alert.message, from: 'sm' },
    { key: 'state', title: t('state'), cell: (alert) => <span style={{ whiteSpace: 'nowrap' }}>{t(alert.state)}</span>, plain: (alert) => t(alert.state), from: 'sm' },
    { key: 'by', title: t('by'), cell: (alert) => alert.acknowledgedBy ?? '–', plain: (alert) => alert.acknowledgedBy, from: 'md' },
    { key: 'since', title: t('since'), cell: (alert) => <Ago time={alert.since} />, plain: (alert) => alert.since, from: 'sm' },
    { key: 'times', title: t('times'), right: true, cell: (alert) => count(alert.times), plain: (alert) => alert.times, from: 'lg' },
  ];
  return (
    <>
      <Shown of={alerts}>
        {(page) => (
          <DataTable
            label={t('title')}
            file="alerts"
            rows={page.items}
            columns={columns}
            id={(alert) => alert.id}
            filters={
              <Select
                size="xs"
                w={150}
                aria-label={t('state')}
                data={[{ value: '', label: t('current') }, ...STATES.map((one) => ({ value: one, label: t(one) }))]}
                value={narrowed ?? ''}
                allowDeselect={false}
                onChange={(value) => setState(value || null)}
              />
            }
            actions={
              mayChange
                ? (alert) =>
                    alert.state === 'open' && (
                      <Button size="compact-xs" variant="default" onClick={() => setChosen(alert)} aria-label={`${t('acknowledge')}: ${alert.about}`}>
                        {t('acknowledge')}
                      </Button>
                    )
                : undefined
            }
            empty={narrowed ? <Empty title={t(`none.${narrowed}`)}>{t(`none.${narrowed}.what`)}</Empty> : <Empty title={t('empty')}>{t('emptyWhat')}</Empty>}
          />
        )}
      </Shown>
      {chosen && <Acknowledge of={chosen} close={() => setChosen(null)} />}
    </>
  );
}

/** What it is about, of which kind; on a narrow page also how bad and what is wrong, which have columns of their own elsewhere. */
function What({ of }: { of: AlertView }) {
  const t = useText(text);
  return (
    <Box miw="8rem">
      <Box hiddenFrom="sm"><Severity of={of.severity} /></Box>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{of.about}</Text>
      <Text size="xs" c="dimmed">{t(`kindOf.${of.kind}`)}</Text>
      <Text size="xs" mt={4} hiddenFrom="sm" style={{ overflowWrap: 'anywhere' }}>{of.message}</Text>
    </Box>
  );
}

/** By word and colour: never by colour alone. */
function Severity({ of }: { of: AlertView['severity'] }) {
  const t = useText(text);
  return (
    <Badge miw="max-content" variant="outline" size="sm" color="gray" c={of === 'critical' ? 'var(--bad)' : of === 'warning' ? 'var(--warn)' : undefined}>
      {t(of)}
    </Badge>
  );
}

function Acknowledge({ of, close }: { of: AlertView; close: () => void }) {
  const t = useText(text);
  const [note, setNote] = useState('');
  return (
    <Confirm
      title={t('acknowledgeOf', { name: of.about })}
      verb={t('acknowledge')}
      close={close}
      act={async () => {
        given(await api.POST('/api/v1/alerts/{id}/acknowledge', { params: { path: { id: of.id } }, body: { note: note.trim() || null } }));
        await refresh();
      }}
    >
      <Text size="sm" mb="xs">
        {of.message} {t('acknowledgeWhat')}
      </Text>
      <Textarea label={t('note')} value={note} maxLength={1000} autosize minRows={2} onChange={(event) => setNote(event.currentTarget.value)} data-autofocus />
    </Confirm>
  );
}
