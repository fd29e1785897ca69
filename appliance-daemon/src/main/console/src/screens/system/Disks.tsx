import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, given, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Panel } from '@/parts/Page';
import { Ago, Facts, Status } from '@/parts/values';
import { bytes, count } from '@/text/figures';

import { text } from './disksText';

type Disk = Schemas['DiskHealth'];

const TONE = { passed: 'ok', failed: 'bad', gone: 'bad', unknown: 'idle' } as const;

/** How the disks inside the box are; nothing where the operating system is not the appliance's. */
export function Disks({ may }: { may: boolean }) {
  const t = useText(text);
  const state = $api.useQuery('get', '/api/v1/system/disks', {}, { refetchInterval: 60_000 });
  const [busy, setBusy] = useState(false);
  const now = state.data;
  if (!now?.supported) return null;
  const look = async () => {
    setBusy(true);
    try {
      given(await api.POST('/api/v1/system/disks/look'));
    } catch (e) {
      notifications.show({ color: 'red', message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
      await state.refetch();
    }
  };
  return (
    <Panel
      title={t('title')}
      actions={
        may && (
          <Button size="compact-sm" variant="default" loading={busy} onClick={() => void look()}>
            {t('look')}
          </Button>
        )
      }
    >
      <Stack gap="md">
        {now.disks.map((disk) => (
          <OneDisk key={`${disk.device} ${disk.serial}`} disk={disk} />
        ))}
        {now.trouble && (
          <Text size="sm" c="red">
            {now.trouble}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          {now.lookedAt ? (
            <>
              {t('looked')} <Ago time={now.lookedAt} />
            </>
          ) : (
            t('notYet')
          )}
        </Text>
      </Stack>
    </Panel>
  );
}

function OneDisk({ disk }: { disk: Disk }) {
  const t = useText(text);
  return (
    <Stack gap="xs">
      <Facts
        of={[
          [t('disk'), <span className="mono">{[disk.device, disk.model, disk.serial].filter(Boolean).join(' · ')}</span>],
          [t('health'), <Status tone={TONE[disk.health]}>{t(`health.${disk.health}`)}</Status>],
          ...(disk.bytes > 0 ? ([[t('size'), bytes(disk.bytes)]] as const) : []),
          ...shown(t('used'), disk.percentageUsed, '%'),
          ...shown(t('spare'), disk.availableSpare, '%'),
          ...shown(t('errors'), disk.mediaErrors),
          ...shown(t('reallocated'), disk.reallocatedSectors),
          ...shown(t('pending'), disk.pendingSectors),
          ...shown(t('temperature'), disk.temperature, '°C'),
        ]}
      />
      {disk.health !== 'passed' || disk.message.includes('wears out') ? <Text size="sm">{disk.message}</Text> : null}
    </Stack>
  );
}

/** A figure that the disk tells; nothing where it tells none. */
const shown = (name: string, figure: number | null | undefined, unit?: string): (readonly [string, string])[] => (figure == null ? [] : [[name, unit ? `${count(figure)} ${unit}` : count(figure)]]);
