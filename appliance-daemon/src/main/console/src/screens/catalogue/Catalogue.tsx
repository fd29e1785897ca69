import { Box, Button, Group, Modal, SimpleGrid, Stack, Tabs, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';

import type { Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { CodeBlock } from '@/parts/Copy';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { text as parts } from '@/parts/text';
import { useParam } from '@/parts/url';
import { Facts, Simulated, Words } from '@/parts/values';
import { snippets } from '@/screens/keys/snippets';
import { Ask } from '@/screens/requests/Ask';
import { count } from '@/text/figures';
import { money } from '@/text/money';

import { text } from './text';

type Model = Schemas['PublicModel'];
type Price = Schemas['PriceEntry'];
type Upstream = Schemas['UpstreamServer'];
const ABILITIES = ['tools', 'vision', 'schema', 'audio'] as const;

/** For those who call models: what there is. */
export default function Catalogue() {
  const t = useText(text);
  const p = useText(parts);
  const [q, setQ] = useParam('q');
  const models = useEvery('models');
  const prices = useEvery('prices');
  const upstreams = useEvery('upstreams', {}, { enabled: useMay('view_box') });
  return (
    <Page title={t('title')} about={t('about')}>
      <Shown of={models}>
        {(all) =>
          all.length === 0 ? (
            <Box className="panel">
              <Empty title={t('empty')}>{t('emptyWhat')}</Empty>
            </Box>
          ) : (
            <>
              <TextInput
                w={260}
                size="xs"
                type="search"
                data-search
                aria-label={p('search')}
                placeholder={p('search')}
                leftSection={<IconSearch size={14} aria-hidden />}
                value={q}
                onChange={(event) => setQ(event.currentTarget.value)}
              />
              <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="md">
                {all
                  .filter((model) => model.name.toLowerCase().includes(q.toLowerCase()))
                  .map((model) => (
                    <Card key={model.id} of={model} price={priceOf(model, prices.data ?? [])} upstreams={upstreams.data} />
                  ))}
              </SimpleGrid>
            </>
          )
        }
      </Shown>
    </Page>
  );
}

/** The price in force: the newest that holds for any upstream, or else for one. */
export function priceOf(model: Model, prices: readonly Price[], now = Date.now()): Price | undefined {
  const inForce = prices.filter((price) => price.modelId === model.id && Date.parse(price.validFrom) <= now);
  const newest = [...inForce].sort((a, b) => Date.parse(b.validFrom) - Date.parse(a.validFrom));
  return newest.find((price) => price.upstreamId === null) ?? newest[0];
}

function Card({ of, price, upstreams }: { of: Model; price: Price | undefined; upstreams: readonly Upstream[] | undefined }) {
  const t = useText(text);
  const p = useText(parts);
  const mayKeys = useMay('manage_keys');
  const [opened, setOpened] = useState(false);
  const behind = of.targets.map((target) => upstreams?.find((one) => one.id === target.upstreamId));
  const abilities = ABILITIES.filter((ability) => of.targets.some((target) => target.abilities?.[ability]));
  return (
    <Box className="panel" p="md" component="section" aria-label={of.name}>
      <Stack gap="sm" h="100%" justify="space-between">
        <div>
          <Group gap="xs" mb="xs">
            <Title order={2}>{of.name}</Title>
            {behind.some((one) => one?.simulated) && <Simulated />}
          </Group>
          <Facts
            of={[
              [t('price'), price ? t('perMillion', { input: money(price.inputPerMillion ?? '0', price.currency), output: money(price.outputPerMillion ?? '0', price.currency) }) : t('noPrice')],
              [t('where'), where(of, behind, t)],
              [t('context'), t('tokens', { count: count(of.contextTokens) })],
              [t('output'), t('tokens', { count: count(of.maxOutputTokens) })],
              [t('abilities'), abilities.length ? abilities.map((ability) => t(ability)).join(', ') : t('notSaid')],
              [t('surfaces'), <Words of={of.surfaces} />],
            ]}
          />
        </div>
        <Group gap="xs">
          <Ask model={of.name} />
          <Button size="compact-sm" variant="default" component={Link} href={`/playground?model=${encodeURIComponent(of.name)}`} aria-label={`${t('tryIt')}: ${of.name}`}>
            {t('tryIt')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setOpened(true)} aria-label={`${t('use')}: ${of.name}`}>
            {t('use')}
          </Button>
          {mayKeys && (
            <Button size="compact-sm" variant="default" component={Link} href="/keys?new=1" aria-label={`${t('key')}: ${of.name}`}>
              {t('key')}
            </Button>
          )}
        </Group>
      </Stack>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`${t('use')}: ${of.name}`} size="lg" closeButtonProps={{ 'aria-label': p('close') }}>
        <Tabs defaultValue="curl" keepMounted={false}>
          <Tabs.List>
            {snippets('$GATEHOUSE_KEY', of.name).map((one) => (
              <Tabs.Tab key={one.name} value={one.name}>
                {one.name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {snippets('$GATEHOUSE_KEY', of.name).map((one) => (
            <Tabs.Panel key={one.name} value={one.name} pt="xs">
              <CodeBlock code={one.code} label={one.name} />
            </Tabs.Panel>
          ))}
        </Tabs>
      </Modal>
    </Box>
  );
}

/** What is known of where calls go; people who may not see upstreams hear the rules and regions alone. */
function where(of: Model, behind: readonly (Upstream | undefined)[], t: (key: keyof typeof text) => string): string {
  if (of.route?.residency?.localOnly) return t('mayNotLeave');
  const regions = [...new Set([...of.targets.map((target) => target.region), ...behind.map((one) => one?.region ?? null)].filter((region) => region !== null))];
  const suffix = regions.length ? ` (${regions.join(', ')})` : '';
  if (behind.some((one) => one === undefined)) return regions.join(', ') || t('notSaid');
  if (behind.every((one) => one?.local)) return t('onBox');
  return (behind.some((one) => one?.local) ? t('both') : t('outside')) + suffix;
}
