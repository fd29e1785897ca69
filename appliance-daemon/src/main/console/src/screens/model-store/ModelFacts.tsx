import { Alert, Drawer, List, Stack, Table, Text } from '@mantine/core';

import { $api } from '@/api/client';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Shown } from '@/parts/States';
import { text as parts } from '@/parts/text';
import { Facts } from '@/parts/values';
import { bytes, count, short } from '@/text/figures';
import { dateTime } from '@/text/times';

import { text } from './text';

/** One model of the store with its files and what its last check found. */
export function ModelFacts({ id, name, close }: { id: string; name: string; close: () => void }) {
  const t = useText(text);
  const p = useText(parts);
  const w = useWords();
  const model = $api.useQuery('get', '/api/v1/model-store/models/{model}', { params: { path: { model: id } } });
  return (
    <Drawer opened onClose={close} title={name} size="xl" closeButtonProps={{ 'aria-label': p('close') }}>
      <Shown of={model}>
        {(one) => (
          <Stack gap="md">
            {one.check && one.check.findings.length > 0 && (
              <Alert color="red" variant="light" c="inherit" title={w('check', one.check.state)}>
                <List size="sm">
                  {one.check.findings.map((finding) => (
                    <List.Item key={finding}>{finding}</List.Item>
                  ))}
                </List>
              </Alert>
            )}
            <Facts
              of={[
                [t('digest'), <span className="mono">{one.digest}</span>],
                [t('source'), one.source],
                one.revision !== '' && [t('revision'), <span className="mono">{one.revision}</span>],
                [t('directory'), <span className="mono">{one.directory}</span>],
                [t('importedAt'), `${dateTime(one.importedAt)} · ${one.importedBy}`],
                [t('size'), bytes(one.bytes)],
                one.shape && [t('format'), one.shape.format],
                one.shape && [t('architecture'), one.shape.architecture],
                one.shape && [t('parameters'), short(one.shape.parameters)],
                one.shape && [t('quantisation'), one.shape.quantisation],
                one.shape && [t('context'), count(one.shape.context)],
                one.shapeProblem !== null && [t('shape'), one.shapeProblem],
                [t('usedBy'), one.usedBy ?? '–'],
              ]}
            />
            <Table className="table" aria-label={t('files')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('file')}</Table.Th>
                  <Table.Th className="number">{t('size')}</Table.Th>
                  <Table.Th visibleFrom="sm">SHA-256</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {(one.files ?? []).map((file) => (
                  <Table.Tr key={file.path}>
                    <Table.Td className="mono">{file.path}</Table.Td>
                    <Table.Td className="number">{bytes(file.size)}</Table.Td>
                    <Table.Td className="mono" visibleFrom="sm" title={file.sha256}>
                      {file.sha256.slice(0, 16)}…
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            {(one.leftOut ?? []).length > 0 && (
              <Text size="sm" c="dimmed">
                {t('leftOut', { files: (one.leftOut ?? []).join(', ') })}
              </Text>
            )}
          </Stack>
        )}
      </Shown>
    </Drawer>
  );
}
