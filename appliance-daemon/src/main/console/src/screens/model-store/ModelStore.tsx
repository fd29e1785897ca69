import { Alert, Anchor, Button, List, Tabs, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useRef, type ReactNode } from 'react';
import { Link } from 'wouter';

import { $api, api, given, refresh, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { DataTable, type Column } from '@/parts/DataTable';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Empty, Shown } from '@/parts/States';
import { useParams } from '@/parts/url';
import { Ago, Status, type Tone } from '@/parts/values';
import { bytes, count, short } from '@/text/figures';

import { ImportForm } from './ImportForm';
import { Imports } from './Imports';
import { ModelFacts } from './ModelFacts';
import { text } from './text';

type Model = Schemas['StoredModelView'];

const CHECKS: Readonly<Record<Schemas['ModelCheck']['state'], Tone>> = { running: 'warn', sound: 'ok', unsound: 'bad', failed: 'bad' };

/** The models on the box's disk, and how they come there. */
export default function ModelStore() {
  const t = useText(text);
  const mayChange = useMay('operate');
  const live = useLive(2, ['imports']);
  const [address, change] = useParams();
  const tab = address.get('tab') ?? 'models';
  const begun = useRef(false);
  const store = $api.useQuery('get', '/api/v1/model-store/models', {}, { refetchInterval: live.beside });
  const imports = $api.useQuery('get', '/api/v1/model-store/imports', {}, { refetchInterval: live.interval });
  const under = (imports.data?.imports ?? []).filter((one) => one.state === 'active').length;
  const button = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => change({ new: '1' })}>
      {t('import')}
    </Button>
  );
  return (
    <Page
      title={t('title')}
      about={t('about', { directory: store.data?.directory ?? '…' })}
      actions={
        <>
          <LiveStamp at={imports.dataUpdatedAt} of={live} failing={imports.isRefetchError} />
          {button}
        </>
      }
    >
      {store.data && store.data.untrusted.length > 0 && (
        <Alert color="red" variant="light" c="inherit" title={t('untrusted')}>
          <List size="sm">
            {store.data.untrusted.map((one) => (
              <List.Item key={one.id}>
                <span className="mono">{one.id}</span>: {one.findings.join(' ')}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Tabs value={tab} onChange={(next) => change({ tab: next })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="models">{t('models')}</Tabs.Tab>
          <Tabs.Tab value="imports">{under > 0 ? t('importsRunning', { count: count(under) }) : t('imports')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="models">
          <Shown of={store}>{({ models }) => <Models of={models} add={button} />}</Shown>
        </Tabs.Panel>
        <Tabs.Panel value="imports">
          <Shown of={imports}>{(all) => <Imports of={all.imports} add={button} />}</Shown>
        </Tabs.Panel>
      </Tabs>
      {address.has('new') && mayChange && (
        <ImportForm
          hubs={store.data?.hubs ?? []}
          begun={() => (begun.current = true)}
          close={() => {
            change({ new: null, ...(begun.current ? { tab: 'imports' } : {}) });
            begun.current = false;
          }}
        />
      )}
    </Page>
  );
}

function Models({ of, add }: { of: readonly Model[]; add: ReactNode }) {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('operate');
  const verify = async (one: Model, depth: 'quick' | 'full') => {
    const check = given(await api.POST('/api/v1/model-store/models/{model}/verify', { params: { path: { model: one.id } }, body: { depth } }));
    notifications.show({ message: `${one.name}: ${w('check', check.state)}`, ...(check.state === 'unsound' || check.state === 'failed' ? { color: 'red', autoClose: false as const } : {}) });
    await refresh();
  };
  const checked = (one: Model) => (one.check ? w('check', one.check.state) : t('notChecked'));
  const columns: Column<Model>[] = [
    {
      key: 'name', title: t('name'), plain: (one) => one.name,
      cell: (one) => (
        <>
          {one.name}
          <Text size="xs" c="dimmed" className="mono">
            {one.digest.slice(0, 12)}
          </Text>
        </>
      ),
    },
    { key: 'bytes', title: t('size'), right: true, cell: (one) => bytes(one.bytes), plain: (one) => one.bytes },
    { key: 'shape', title: t('shape'), cell: (one) => shapeOf(one, t('shapeless')), plain: (one) => shapeOf(one, t('shapeless')), from: 'md' },
    { key: 'source', title: t('source'), cell: (one) => (one.inPlace ? `${one.source} (${t('inPlace')})` : one.source), plain: (one) => one.source, from: 'lg' },
    {
      key: 'check', title: t('check'), plain: checked,
      cell: (one) =>
        one.check ? (
          <>
            <Status tone={CHECKS[one.check.state]}>{checked(one)}</Status>
            <Text size="xs" c="dimmed">
              {t(`depth.${one.check.depth}`)}, <Ago time={one.check.endedAt ?? one.check.startedAt} />
            </Text>
          </>
        ) : (
          <Status tone="idle">{checked(one)}</Status>
        ),
    },
    { key: 'usedBy', title: t('usedBy'), cell: (one) => one.usedBy ?? '–', plain: (one) => one.usedBy, from: 'sm' },
    { key: 'importedAt', title: t('importedAt'), cell: (one) => <Ago time={one.importedAt} />, plain: (one) => one.importedAt, from: 'lg' },
  ];
  return (
    <DataTable
      label={t('models')}
      file="stored-models"
      rows={of}
      columns={columns}
      id={(one) => one.id}
      actions={(one) => (
        <RowMenu
          name={one.name}
          acts={[
            { label: t('show'), dialog: (close) => <ModelFacts id={one.id} name={one.name} close={close} /> },
            ...(mayChange
              ? [
                  { label: t('verifyQuick'), run: () => verify(one, 'quick') },
                  { label: t('verifyFull'), run: () => verify(one, 'full') },
                ]
              : []),
          ]}
          {...(mayChange && one.usedBy === null
            ? {
                remove: () => api.DELETE('/api/v1/model-store/models/{model}', { params: { path: { model: one.id } } }),
                removeWhat: t(one.inPlace ? 'removeInPlaceWhat' : 'removeWhat', { size: bytes(one.bytes) }),
              }
            : {})}
        />
      )}
      empty={
        <Empty title={t('empty')} action={add}>
          {t('emptyWhat')}{' '}
          <Anchor component={Link} href="/deployments" size="sm" underline="always">
            {t('toDeployments')}
          </Anchor>
        </Empty>
      }
    />
  );
}

function shapeOf(one: Model, without: string): string {
  if (!one.shape) return without;
  const { format, parameters, quantisation, architecture } = one.shape;
  return [parameters === null ? null : short(parameters), architecture, quantisation === 'none' ? null : quantisation, format].filter(Boolean).join(' · ');
}
