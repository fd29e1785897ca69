import { Alert, Anchor, Button, SimpleGrid, Text } from '@mantine/core';
import { Link, useParams } from 'wouter';

import { $api } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { LiveStamp, useLive } from '@/parts/Live';
import { Page, Panel } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Shown } from '@/parts/States';
import { Facts, Words } from '@/parts/values';
import { Changes } from '@/screens/audit/Changes';
import { UsagePanel } from '@/screens/usage/UsagePanel';
import { count } from '@/text/figures';

import { Arms } from './Arms';
import { ModelForm } from './ModelForm';
import { Targets } from './Targets';
import { text } from './text';
import { Weights } from './Weights';

export default function ModelDetail() {
  const t = useText(text);
  const w = useWords();
  const { id = '' } = useParams<{ id: string }>();
  const live = useLive(3);
  const mayBox = useMay('view_box');
  const mayChange = useMay('change');
  const mayUsage = useMay('view_usage');
  const mayAudit = useMay('view_audit');
  const model = $api.useQuery('get', '/api/v1/models/{id}', { params: { path: { id } } });
  const route = $api.useQuery('get', '/api/v1/models/{id}/route', { params: { path: { id } } }, { refetchInterval: live.interval, enabled: mayBox });
  return (
    <Shown of={model} rows={8}>
      {(one) => (
        <Page
          title={one.name}
          back={
            <Anchor component={Link} href="/models" size="xs">
              ← {t('all')}
            </Anchor>
          }
          actions={
            <>
              <Button component={Link} href={`/playground?model=${encodeURIComponent(one.name)}`} variant="default">
                {t('tryIt')}
              </Button>
              {mayChange && <RowMenu name={one.name} edit={(close) => <ModelForm of={one} close={close} />} />}
            </>
          }
        >
          {one.warnings.map((warning) => (
            <Alert key={warning} color="yellow" c="inherit" variant="light" title={t('warnings')}>
              {warning}
            </Alert>
          ))}
          <Panel title={t('route')} actions={mayBox && <LiveStamp at={route.dataUpdatedAt} of={live} failing={route.isRefetchError} />}>
            <Weights targets={one.targets} />
            {route.data && (
              <Text size="xs" c="dimmed">
                {t('live', { calls: count(route.data.calls), further: count(route.data.furtherAttempts) })}
                {one.route?.dryRun && ` ${t('differed', { count: count(route.data.dryRunDiffered) })}`}
              </Text>
            )}
          </Panel>
          {mayBox && (
            <Shown of={route} rows={3}>
              {(now) => <Targets of={one} now={now} />}
            </Shown>
          )}
          {one.route?.split && route.data && <Arms of={one} now={route.data} />}
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Panel title={t('facts')}>
              <Facts
                of={[
                  [t('strategy'), w('strategy', one.route?.strategy ?? 'weighted')],
                  one.route?.dryRun !== undefined && one.route.dryRun !== null && [t('dryRun'), w('strategy', one.route.dryRun)],
                  [t('contextTokens'), count(one.contextTokens)],
                  [t('maxOutput'), count(one.maxOutputTokens)],
                  [t('tokenizer'), w('tokenizer', one.tokenizer)],
                  [t('surfaces'), <Words of={one.surfaces} most={8} />],
                  one.route?.residency !== undefined && one.route.residency !== null && [
                    t('regions'), one.route.residency.localOnly ? t('localOnly') : one.route.residency.regions.join(', '),
                  ],
                  [t('cache'), one.cache ? `${t('cacheFor', { seconds: count(one.cache.ttlSeconds) })} · ${w('sharing', one.cache.sharing)}` : t('noCache')],
                ]}
              />
            </Panel>
            {mayAudit && (
              <Panel title={t('history')}>
                <Changes objectId={id} empty={t('noHistory')} />
              </Panel>
            )}
          </SimpleGrid>
          {mayUsage && <UsagePanel title={t('usage')} empty={t('noUsage')} filter={{ model: one.name }} by="department" />}
        </Page>
      )}
    </Shown>
  );
}
