import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';

import { api, tag, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { currencyOf, merged, useUsage } from '@/api/usage';
import { useText } from '@/i18n/messages';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Empty, Shown } from '@/parts/States';
import { useParam } from '@/parts/url';
import { Simulated } from '@/parts/values';
import { count } from '@/text/figures';
import { approximately, money } from '@/text/money';
import { startOfMonth } from '@/text/times';

import { Test } from './Test';
import { text } from './text';
import { UpstreamForm } from './UpstreamForm';

type Upstream = Schemas['UpstreamServer'];

export default function Upstreams() {
  const t = useText(text);
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const upstreams = useEvery('upstreams');
  const usage = useUsage({ from: startOfMonth(new Date()).toISOString(), groupBy: 'upstream' }, { enabled: mayUsage });
  const lines = merged(usage.data?.lines ?? [], 'upstream');
  const currency = currencyOf(lines);
  const line = (one: Upstream) => lines.find((each) => each.by['upstream'] === one.name);
  const [creating, setCreating] = useParam('new');
  const columns: Column<Upstream>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    { key: 'kind', title: t('kind'), cell: (one) => <>{one.kind} {one.simulated && <Simulated />}</>, plain: (one) => one.kind, from: 'xs' },
    { key: 'url', title: t('baseUrl'), cell: (one) => <span className="mono">{one.baseUrl}</span>, plain: (one) => one.baseUrl, from: 'lg' },
    { key: 'place', title: t('place'), cell: (one) => (one.local ? t('local') : (one.region ?? t('remote'))), plain: (one) => (one.local ? t('local') : (one.region ?? t('remote'))), from: 'md' },
    { key: 'keys', title: t('keys'), right: true, cell: (one) => count(one.keys.length), plain: (one) => one.keys.length, from: 'sm' },
    ...(mayUsage
      ? [
          { key: 'calls', title: t('calls'), right: true, cell: (one: Upstream) => count(line(one)?.calls ?? 0), plain: (one: Upstream) => line(one)?.calls ?? 0, from: 'sm' as const },
          { key: 'failures', title: t('failures'), right: true, cell: (one: Upstream) => count(line(one)?.failures ?? 0), plain: (one: Upstream) => line(one)?.failures ?? 0, from: 'md' as const },
          {
            key: 'cost', title: t('cost'), right: true, cell: (one: Upstream) => money(line(one)?.cost ?? '0', currency), plain: (one: Upstream) => line(one)?.cost ?? '0',
            sort: (one: Upstream) => approximately(line(one)?.cost ?? '0'), from: 'md' as const,
          },
        ]
      : []),
    ...(mayChange ? [{ key: 'test', title: '', right: true, cell: (one: Upstream) => <Test of={one} /> }] : []),
  ];
  const button = mayChange && (
    <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
      {t('create')}
    </Button>
  );
  return (
    <Page title={t('title')} about={t('about')} actions={button}>
      <Shown of={upstreams}>
        {(all) => (
          <DataTable
            label={t('title')}
            file="upstreams"
            rows={all}
            columns={columns}
            id={(one) => one.id}
            href={(one) => `/upstreams/${one.id}`}
            actions={
              mayChange
                ? (one) => (
                    <RowMenu
                      name={one.name}
                      edit={(close) => <UpstreamForm of={one} close={close} />}
                      remove={() => api.DELETE('/api/v1/upstreams/{id}', { params: { path: { id: one.id }, header: { 'If-Match': tag(one.version) } } })}
                      removeWhat={t('removeWhat')}
                    />
                  )
                : undefined
            }
            empty={
              <Empty title={t('empty')} action={button}>
                {t('emptyWhat')}
              </Empty>
            }
          />
        )}
      </Shown>
      {creating && <UpstreamForm close={() => setCreating(null)} />}
    </Page>
  );
}
