import { Text } from '@mantine/core';

import { useEvery, type Nouns } from '@/api/lists';
import { useMay } from '@/api/session';
import { change } from '@/api/things';
import { useText } from '@/i18n/messages';
import type { Column } from '@/parts/DataTable';
import { ThingPage } from '@/parts/Things';
import { Ago, Status } from '@/parts/values';

import { MachineClientForm } from './MachineClientForm';
import { text } from './text';

type Client = Nouns['machine-clients'];

/** Programs without a secret: whose token or certificate opens which key. */
export default function MachineClients() {
  const t = useText(text);
  const mayChange = useMay('change');
  const clients = useEvery('machine-clients');
  const proof = (one: Client) => t(one.token ? 'token' : 'certificate');
  const who = (one: Client) => (one.token ? `${one.token.claim} = ${one.token.value}` : (one.certificate?.name ?? ''));
  const columns: Column<Client>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    { key: 'proof', title: t('proof'), cell: proof, plain: proof, from: 'sm' },
    {
      key: 'who', title: t('who'), plain: who,
      cell: (one) => (
        <>
          <span className="mono" style={{ overflowWrap: 'anywhere' }}>{who(one)}</span>
          {one.token && (
            <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {one.token.issuer}
            </Text>
          )}
        </>
      ),
    },
    { key: 'issuer', title: t('issuer'), hidden: true, cell: () => null, plain: (one) => one.token?.issuer },
    { key: 'key', title: t('key'), cell: (one) => one.key, plain: (one) => one.key, from: 'md' },
    { key: 'project', title: t('project'), cell: (one) => `${one.department} / ${one.project}`, plain: (one) => `${one.department} / ${one.project}`, from: 'md' },
    { key: 'secret', title: t('secret'), cell: (one) => t(one.secretRefused ? 'secretOff' : 'secretOn'), plain: (one) => t(one.secretRefused ? 'secretOff' : 'secretOn'), from: 'lg' },
    { key: 'state', title: t('state'), cell: (one) => <Status tone={one.enabled ? 'ok' : 'idle'}>{t(one.enabled ? 'on' : 'off')}</Status>, plain: (one) => t(one.enabled ? 'on' : 'off') },
    { key: 'createdAt', title: t('createdAt'), cell: (one) => <Ago time={one.createdAt} />, plain: (one) => one.createdAt, from: 'lg' },
  ];
  return (
    <ThingPage
      noun="machine-clients"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={clients}
      columns={columns}
      name={(one) => one.name}
      may={mayChange}
      form={(one, close) => <MachineClientForm of={one} close={close} />}
      acts={(one) => [
        { label: t(one.enabled ? 'switchOff' : 'switchOn'), run: () => change('machine-clients', one.id, one.version, { enabled: !one.enabled }) },
      ]}
      removeWhat={(one) => t('removeWhat', { name: one.name })}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}
