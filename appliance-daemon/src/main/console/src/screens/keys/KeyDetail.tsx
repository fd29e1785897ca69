import { Anchor, Button, SimpleGrid, Stack, Tabs, Text } from '@mantine/core';
import { Link, useParams } from 'wouter';

import { $api } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { CodeBlock } from '@/parts/Copy';
import { Page, Panel } from '@/parts/Page';
import { Shown } from '@/parts/States';
import { Ago, Facts, Words } from '@/parts/values';
import { Changes } from '@/screens/audit/Changes';
import { RecentTroubles } from '@/screens/audit/RecentTroubles';
import { UsagePanel } from '@/screens/usage/UsagePanel';
import { dateTime } from '@/text/times';

import { Bounds } from './Bounds';
import { KeyMenu } from './KeyMenu';
import { snippets } from './snippets';
import { KeyState, type Key } from './state';
import { text } from './text';

export default function KeyDetail() {
  const t = useText(text);
  const { id = '' } = useParams<{ id: string }>();
  const key = $api.useQuery('get', '/api/v1/keys/{id}', { params: { path: { id } } });
  return (
    <Shown of={key} rows={8}>
      {(one) => (
        <Page
          title={one.name}
          back={
            <Anchor component={Link} href="/keys" size="xs">
              ← {t('all')}
            </Anchor>
          }
          about={<KeyState of={one} />}
          actions={<Actions of={one} />}
        >
          <Body of={one} />
        </Page>
      )}
    </Shown>
  );
}

function Actions({ of }: { of: Key }) {
  const t = useText(text);
  const mayChange = useMay('manage_keys');
  return (
    <>
      <Button component={Link} href={`/playground?model=${encodeURIComponent(of.models[0] === '*' ? '' : (of.models[0] ?? ''))}`} variant="default">
        {t('playground')}
      </Button>
      {mayChange && <KeyMenu of={of} />}
    </>
  );
}

function Body({ of }: { of: Key }) {
  const t = useText(text);
  const mayUsage = useMay('view_usage');
  const mayAudit = useMay('view_audit');
  const models = useEvery('models');
  const model = of.models.find((name) => name !== '*') ?? models.data?.[0]?.name ?? 'MODEL';
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Panel title={t('facts')}>
          <Facts
            of={[
              [t('publicId'), <span className="mono">ghk_{of.publicId}_…</span>],
              of.previousPublicId !== null && of.previousValidUntil !== null && [
                t('previous'), t('previousUntil', { id: of.previousPublicId, time: dateTime(of.previousValidUntil) }),
              ],
              [t('department'), <Anchor component={Link} href={`/departments/${of.departmentId}`} size="sm">{of.department}</Anchor>],
              [t('project'), of.project],
              [t('owner'), of.owner ?? t('noOwner')],
              [t('models'), <Words of={of.models} most={6} />],
              [t('surfaces'), <Words of={of.surfaces} most={6} />],
              [t('addresses'), of.addresses.length ? <span className="mono">{of.addresses.join(', ')}</span> : t('anywhere')],
              [t('expires'), <Ago time={of.expiresAt} never={t('neverExpires')} />],
              [t('lastUsed'), <><Ago time={of.lastUsedAt} never={t('neverUsed')} />{of.lastUsedFrom && ` ${t('usedFrom', { address: of.lastUsedFrom })}`}</>],
              [t('createdAt'), dateTime(of.createdAt)],
            ]}
          />
        </Panel>
        <Panel title={t('limits')}>
          <Bounds of={of} />
        </Panel>
      </SimpleGrid>
      {mayUsage && <UsagePanel title={t('usage')} empty={t('noUsage')} filter={{ key: of.id }} by="model" />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Panel title={t('snippets')}>
          <Stack gap="xs">
            <Text size="sm" c="dimmed">
              {t('snippetsWhat')}
            </Text>
            <Tabs defaultValue="curl" keepMounted={false}>
              <Tabs.List>
                {snippets('$GATEHOUSE_KEY', model).map((one) => (
                  <Tabs.Tab key={one.name} value={one.name}>
                    {one.name}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              {snippets('$GATEHOUSE_KEY', model).map((one) => (
                <Tabs.Panel key={one.name} value={one.name} pt="xs">
                  <CodeBlock code={one.code} label={one.name} />
                </Tabs.Panel>
              ))}
            </Tabs>
          </Stack>
        </Panel>
        {mayAudit && (
          <Stack gap="md">
            <Panel title={t('errors')}>
              <RecentTroubles filter={{ key: of.id }} empty={t('noErrors')} />
            </Panel>
            <Panel title={t('history')}>
              <Changes objectId={of.id} empty={t('noHistory')} />
            </Panel>
          </Stack>
        )}
      </SimpleGrid>
    </>
  );
}
