import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { Panel } from '@/parts/Page';
import { Status } from '@/parts/values';

import { Bring } from './Bring';
import { text } from './layersText';

type State = Schemas['LayersState'];
type Layer = Schemas['LayerView'];
type Change = { verb: 'return' | 'remove'; layer: Layer };

/** Vendors' parts beside the operating system; nothing where that is not the appliance's. */
export function Layers({ may }: { may: boolean }) {
  const state = $api.useQuery('get', '/api/v1/system/layers', {}, { refetchInterval: (query) => (query.state.data?.work ? 2_000 : 30_000) });
  if (!state.data?.supported) return null;
  return <OnBox now={state.data} may={may} again={() => void state.refetch()} />;
}

function OnBox({ now, may, again }: { now: State; may: boolean; again: () => void }) {
  const t = useText(text);
  const [change, setChange] = useState<Change>();
  return (
    <Panel title={t('title')}>
      <Stack gap="sm">
        <Text size="sm">{t('what')}</Text>
        {now.layers.length === 0 ? (
          <Text size="sm">{t('none')}</Text>
        ) : (
          <Stack gap="sm" role="list" aria-label={t('onBox')}>
            {now.layers.map((one) => (
              <Row key={one.name} of={one} may={may && !now.work} change={setChange} />
            ))}
          </Stack>
        )}
        <Bring
          may={may}
          of={{
            t,
            ending: '.raw',
            put: '/api/v1/system/layers/file',
            now,
            media: async () => given(await api.GET('/api/v1/system/layers/media')),
            fetch: async (url, privateAllowed) => given(await api.POST('/api/v1/system/layers/download', { body: { url, privateAllowed } })),
            discard: () => api.DELETE('/api/v1/system/layers/file'),
            check: async (medium) => {
              const layer = given(await api.POST('/api/v1/system/layers/check', { body: { medium } }));
              return { version: `${layer.name} ${layer.version}` };
            },
            install: async (medium) => given(await api.POST('/api/v1/system/layers/install', { body: { medium, restart: true } })),
            ask: {},
            again,
          }}
        />
      </Stack>
      {change && <Ask of={change} close={() => setChange(undefined)} again={again} />}
    </Panel>
  );
}

function Row({ of, may, change }: { of: Layer; may: boolean; change: (wish: Change) => void }) {
  const t = useText(text);
  const standing = of.code
    ? (['bad', t('leftOut')] as const)
    : !of.version
      ? (['warn', t('removed')] as const)
      : of.mounted === of.version
        ? (['ok', t('inUse')] as const)
        : (['warn', of.mounted ? t('inUseOther', { version: of.mounted }) : t('fromRestart')] as const);
  return (
    <Group role="listitem" justify="space-between" align="flex-start" gap="xs">
      <Stack gap={2}>
        <Text size="sm" fw={600}>{`${of.name} ${of.version ?? of.mounted ?? ''}`}</Text>
        <Status tone={standing[0]}>{standing[1]}</Status>
        {of.message && <Text size="sm">{of.message}</Text>}
      </Stack>
      {may && of.version && (
        <Group gap="xs">
          {of.before && (
            <Button size="xs" variant="default" onClick={() => change({ verb: 'return', layer: of })}>
              {t('back', { version: of.before })}
            </Button>
          )}
          <Button size="xs" variant="default" onClick={() => change({ verb: 'remove', layer: of })}>
            {t('remove')}
          </Button>
        </Group>
      )}
    </Group>
  );
}

function Ask({ of, close, again }: { of: Change; close: () => void; again: () => void }) {
  const t = useText(text);
  const body = { name: of.layer.name, restart: true };
  const values = { name: of.layer.name, version: of.layer.before ?? '' };
  return (
    <Confirm
      title={t('title')}
      verb={of.verb === 'return' ? t('back', values) : t('remove')}
      close={close}
      act={async () => {
        if (of.verb === 'return') given(await api.POST('/api/v1/system/layers/return', { body }));
        else await api.POST('/api/v1/system/layers/remove', { body });
        again();
      }}
    >
      {t(of.verb === 'return' ? 'backAsk' : 'removeAsk', values)}
    </Confirm>
  );
}
