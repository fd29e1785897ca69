import { Alert, Button, Group, Loader, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';

import { api, given, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useText } from '@/i18n/messages';
import { Failure } from '@/parts/States';
import { text as parts } from '@/parts/text';
import { Words } from '@/parts/values';
import { count, millis } from '@/text/figures';

import { text } from './text';

/** Asks an upstream for its models, live, and calls one if wanted. */
export function Test({ of, size = 'compact-xs' }: { of: Schemas['UpstreamServer']; size?: string }) {
  const t = useText(text);
  const p = useText(parts);
  const models = useEvery('models');
  const [opened, setOpened] = useState(false);
  const [model, setModel] = useState<string | null>(null);
  const [report, setReport] = useState<Schemas['Report'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const known = [...new Set([...(models.data ?? []).flatMap((one) => one.targets.filter((target) => target.upstreamId === of.id).map((target) => target.upstreamModel)), ...(report?.models ?? [])])];
  const run = async () => {
    setOpened(true);
    setReport(null);
    setError(null);
    try {
      setReport(given(await api.POST('/api/v1/upstreams/{id}/test', { params: { path: { id: of.id } }, body: { model } })));
    } catch (e) {
      setError(e);
    }
  };
  return (
    <>
      <Button size={size} variant="default" onClick={() => void run()} aria-label={`${t('test')}: ${of.name}`}>
        {t('test')}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={`${t('test')}: ${of.name}`} closeButtonProps={{ 'aria-label': p('close') }}>
        <Stack gap="sm">
          <div aria-live="polite">
            {!report && error === null && (
              <Group gap="xs">
                <Loader size="xs" />
                <Text size="sm">{t('testing')}</Text>
              </Group>
            )}
            {error !== null && <Failure error={error} />}
            {report && (
              <Alert color={report.works ? 'green' : 'red'} variant="light" title={t(report.works ? 'works' : 'broken')}>
                <Text size="sm">{report.message}</Text>
                {report.works && <Text size="sm">{t('answered', { time: millis(report.millis) })}</Text>}
              </Alert>
            )}
          </div>
          {report && report.models.length > 0 && (
            <div>
              <Text size="sm" mb={4}>
                {t('hasModels', { count: count(report.models.length) })}
              </Text>
              <Words of={report.models} most={30} />
            </div>
          )}
          <Group align="flex-end">
            <Select flex={1} label={t('testModel')} clearable searchable value={model} onChange={setModel} data={known} />
            <Button onClick={() => void run()} disabled={!report && error === null}>
              {t('runTest')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
