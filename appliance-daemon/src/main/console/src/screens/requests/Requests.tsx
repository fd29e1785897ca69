import { Button, Group, Select, Text, Textarea } from '@mantine/core';
import { useState } from 'react';

import { api, given, refresh, tag, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay, useMe } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { Ago } from '@/parts/values';

import { text } from './text';

type Request = Schemas['AccessRequest'];
type Verb = 'approve' | 'decline' | 'withdraw';
const STATES = ['pending', 'approved', 'declined', 'withdrawn'] as const;

/** Wishes to use models: for those who wish and those who decide. */
export default function Requests() {
  const t = useText(text);
  const me = useMe();
  const mayDecide = useMay('manage_projects');
  const [state, setState] = useParam('state', 'pending');
  const [chosen, setChosen] = useState<{ of: Request; verb: Verb } | null>(null);
  const requests = useEvery('access-requests', state === 'all' ? {} : { state });
  const own = (request: Request) => request.requester === me.name;
  const columns: Column<Request>[] = [
    { key: 'model', title: t('model'), cell: (request) => request.model, plain: (request) => request.model },
    { key: 'project', title: t('project'), cell: (request) => `${request.department}/${request.project}`, plain: (request) => `${request.department}/${request.project}` },
    { key: 'requester', title: t('requester'), cell: (request) => request.requester, plain: (request) => request.requester },
    { key: 'reason', title: t('reason'), cell: (request) => <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{request.reason}</Text>, plain: (request) => request.reason, from: 'sm' },
    { key: 'state', title: t('state'), cell: (request) => t(request.state), plain: (request) => t(request.state) },
    { key: 'decidedBy', title: t('decidedBy'), cell: (request) => request.decidedBy ?? '–', plain: (request) => request.decidedBy, from: 'md' },
    { key: 'note', title: t('note'), cell: (request) => request.note ?? '–', plain: (request) => request.note, from: 'lg' },
    { key: 'createdAt', title: t('createdAt'), cell: (request) => <Ago time={request.createdAt} />, plain: (request) => request.createdAt, from: 'sm' },
  ];
  const button = (of: Request, verb: Verb) => (
    <Button key={verb} size="compact-xs" variant="default" onClick={() => setChosen({ of, verb })} aria-label={`${t(verb)}: ${of.model}, ${of.requester}`}>
      {t(verb)}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')}>
      <Shown of={requests}>
        {(all) => (
          <DataTable
            label={t('title')}
            file="access-requests"
            rows={all}
            columns={columns}
            id={(request) => request.id}
            filters={
              <Select
                size="xs"
                w={150}
                aria-label={t('state')}
                data={[...STATES.map((one) => ({ value: one, label: t(one) })), { value: 'all', label: t('all') }]}
                value={state}
                allowDeselect={false}
                onChange={(value) => setState(value)}
              />
            }
            actions={(request) =>
              request.state === 'pending' && (
                <Group gap={4} wrap="nowrap" justify="flex-end">
                  {mayDecide && (!own(request) || me.roles.includes('appliance_admin')) && [button(request, 'approve'), button(request, 'decline')]}
                  {own(request) && button(request, 'withdraw')}
                </Group>
              )
            }
            empty={<Empty title={t('empty')}>{t('emptyWhat')}</Empty>}
          />
        )}
      </Shown>
      {chosen && <Decide of={chosen.of} verb={chosen.verb} close={() => setChosen(null)} />}
    </Page>
  );
}

function Decide({ of, verb, close }: { of: Request; verb: Verb; close: () => void }) {
  const t = useText(text);
  const [note, setNote] = useState('');
  const params = { path: { id: of.id }, header: { 'If-Match': tag(of.version) } };
  const body = { note: note.trim() || null };
  return (
    <Confirm
      title={`${t(verb)}: ${of.model}`}
      verb={t(verb)}
      close={close}
      act={async () => {
        if (verb === 'approve') given(await api.POST('/api/v1/access-requests/{id}/approve', { params, body }));
        else if (verb === 'decline') given(await api.POST('/api/v1/access-requests/{id}/decline', { params, body }));
        else given(await api.POST('/api/v1/access-requests/{id}/withdraw', { params }));
        await refresh();
      }}
    >
      <Text size="sm" mb="xs">
        {t(`${verb}What`, { project: `${of.department}/${of.project}`, model: of.model, name: of.requester })}
      </Text>
      {verb !== 'withdraw' && (
        <Textarea label={t('noteTo', { name: of.requester })} value={note} maxLength={1000} autosize minRows={2} onChange={(event) => setNote(event.currentTarget.value)} data-autofocus />
      )}
    </Confirm>
  );
}
