
import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { currencyOf, merged, useUsage } from '@/api/usage';
import { useText } from '@/i18n/messages';
import type { Column } from '@/parts/DataTable';
import { ThingPage } from '@/parts/Things';
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
  return (
    <ThingPage
      noun="upstreams"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={upstreams}
      columns={columns}
      name={(one) => one.name}
      may={mayChange}
      form={(one, close) => <UpstreamForm of={one} close={close} />}
      removeWhat={() => t('removeWhat')}
      href={(one) => `/upstreams/${one.id}`}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}
