import { Alert, Badge, Loader, Modal } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';

import { api, given, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import type { Column } from '@/parts/DataTable';
import { Failure } from '@/parts/States';
import { text as parts } from '@/parts/text';
import { ThingTable } from '@/parts/Things';

import { DestinationForm } from './DestinationForm';
import { text } from './text';

type Destination = Schemas['AlertDestination'];

/** Who is told. */
export function Destinations({ add }: { add: ReactNode }) {
  const t = useText(text);
  const mayChange = useMay('change');
  const destinations = useEvery('alert-destinations');
  const where = (one: Destination) => (one.mail ? one.mail.recipients.join(', ') : (one.url ?? ''));
  const columns: Column<Destination>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    { key: 'kind', title: t('kind'), cell: (one) => t(`kind.${one.kind}`), plain: (one) => one.kind },
    { key: 'where', title: t('where'), cell: (one) => <span className="mono" style={{ overflowWrap: 'anywhere' }}>{where(one)}</span>, plain: where, from: 'sm' },
    { key: 'least', title: t('least'), cell: (one) => t(one.leastSeverity), plain: (one) => one.leastSeverity, from: 'sm' },
    {
      key: 'enabled', title: t('state'), plain: (one) => t(one.enabled ? 'on' : 'off'),
      cell: (one) => (
        <Badge miw="max-content" variant="outline" size="sm" color="gray">
          {t(one.enabled ? 'on' : 'off')}
        </Badge>
      ),
    },
  ];
  return (
    <ThingTable
      noun="alert-destinations"
      of={destinations}
      label={t('destinations')}
      columns={columns}
      name={(one) => one.name}
      may={mayChange}
      form={(one, close) => <DestinationForm of={one} close={close} />}
      acts={(one) => [{ label: t('test'), dialog: (close) => <Test of={one} close={close} /> }]}
      removeWhat={(one) => t('removeWhat', { name: one.name })}
      empty={t('noDestinations')}
      emptyWhat={t('noDestinationsWhat')}
      add={add}
    />
  );
}

/** Sends a message that says it is a test, and shows what came of it. */
function Test({ of, close }: { of: Destination; close: () => void }) {
  const t = useText(text);
  const p = useText(parts);
  const [trial, setTrial] = useState<Schemas['TrialView'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    void api.POST('/api/v1/alert-destinations/{id}/test', { params: { path: { id: of.id } } }).then((answer) => setTrial(given(answer))).catch(setError);
  }, [of.id]);
  return (
    <Modal opened onClose={close} title={t('testOf', { name: of.name })} closeButtonProps={{ 'aria-label': p('close') }}>
      <div aria-live="polite">
        {!trial && error === null && <Loader size="xs" aria-label={t('testing')} />}
        {error !== null && <Failure error={error} />}
        {trial && (
          <Alert color={trial.ok ? 'green' : 'red'} variant="light" title={t(trial.ok ? 'testTaken' : 'testFailed')}>
            {trial.message}
          </Alert>
        )}
      </div>
    </Modal>
  );
}
