import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';

import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import type { Column } from '@/parts/DataTable';
import { ThingPage } from '@/parts/Things';
import { Status, Words } from '@/parts/values';
import { count } from '@/text/figures';

import { ModelForm } from './ModelForm';
import { text } from './text';
import { Weights } from './Weights';

type Model = Schemas['PublicModel'];

export default function Models() {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  const models = useEvery('models');
  const upstreams = useEvery('upstreams', {}, { enabled: useMay('view_box') });
  const columns: Column<Model>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.name, plain: (one) => one.name },
    {
      key: 'targets', title: t('targets'), plain: (one) => one.targets.map((target) => target.upstream).join(' '), from: 'xs',
      cell: (one) => (
        <>
          <Weights targets={one.targets} small />
          <Text size="xs" c="dimmed">
            {one.targets.map((target) => target.upstream).join(', ')}
          </Text>
        </>
      ),
    },
    { key: 'strategy', title: t('strategy'), cell: (one) => w('strategy', one.route?.strategy ?? 'weighted'), plain: (one) => w('strategy', one.route?.strategy ?? 'weighted'), from: 'md' },
    { key: 'split', title: t('split'), cell: (one) => (one.route?.split ? `${one.route.split.name} (${one.route.split.arms.map((arm) => arm.share).join(' : ')})` : '–'), plain: (one) => one.route?.split?.name, from: 'lg' },
    { key: 'context', title: t('context'), right: true, cell: (one) => count(one.contextTokens), plain: (one) => one.contextTokens, from: 'sm' },
    { key: 'surfaces', title: t('surfaces'), cell: (one) => <Words of={one.surfaces} most={2} />, plain: (one) => one.surfaces.join(' '), from: 'lg' },
    { key: 'cache', title: t('cache'), cell: (one) => (one.cache ? t('cacheFor', { seconds: count(one.cache.ttlSeconds) }) : t('noCache')), plain: (one) => one.cache?.ttlSeconds, from: 'md' },
    { key: 'warnings', title: '', cell: (one) => one.warnings.length > 0 && <Status tone="warn">{t('warnings')}</Status>, from: 'md' },
  ];
  return (
    <ThingPage
      noun="models"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={models}
      columns={(all) => (all.some((one) => one.warnings.length > 0) ? columns : columns.slice(0, -1))}
      name={(one) => one.name}
      may={mayChange}
      form={(one, close) => <ModelForm of={one} close={close} />}
      removeWhat={(one) => t('removeWhat', { name: one.name })}
      href={(one) => `/models/${one.id}`}
      first={upstreams.data?.length === 0 && <Button component={Link} href="/upstreams?new=1">{t('addUpstream')}</Button>}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}
