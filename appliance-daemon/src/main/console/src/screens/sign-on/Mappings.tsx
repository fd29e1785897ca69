import { ActionIcon, Autocomplete, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';

import { useEvery } from '@/api/lists';
import { ROLES } from '@/api/words';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';

import type { ProviderFields } from './fields';
import { text } from './text';

/** What groups make of people, a line each. */
export function Mappings({ form }: { form: UseFormReturnType<ProviderFields> }) {
  const t = useText(text);
  const w = useWords();
  const departments = useEvery('departments');
  const projects = useEvery('projects');
  const { mappings } = form.getValues();
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {t('mappingsHelp')}
      </Text>
      {mappings.length > 0 && (
        <Table.ScrollContainer minWidth={680} type="native" tabIndex={0} role="region" aria-label={t('mappings')}>
          <Table className="table" aria-label={t('mappings')} horizontalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('group')}</Table.Th>
                <Table.Th w={210}>{t('role')}</Table.Th>
                <Table.Th>{t('department')}</Table.Th>
                <Table.Th>{t('project')}</Table.Th>
                <Table.Th w={40} aria-hidden />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {mappings.map((_, place) => (
                <Table.Tr key={place}>
                  <Table.Td>
                    <TextInput aria-label={`${t('group')} ${place + 1}`} {...form.getInputProps(`mappings.${place}.group`)} error={form.errors[`mappings.${place}.group`] ?? form.errors[`mappings.${place}`]} />
                  </Table.Td>
                  <Table.Td>
                    <Select aria-label={`${t('role')} ${place + 1}`} clearable placeholder="–" data={ROLES.map((value) => ({ value, label: w('role', value) }))} {...form.getInputProps(`mappings.${place}.role`)} />
                  </Table.Td>
                  <Table.Td>
                    <Autocomplete aria-label={`${t('department')} ${place + 1}`} placeholder="–" data={(departments.data ?? []).map((one) => one.name)} {...form.getInputProps(`mappings.${place}.department`)} />
                  </Table.Td>
                  <Table.Td>
                    <Autocomplete aria-label={`${t('project')} ${place + 1}`} placeholder="–" data={(projects.data ?? []).map((one) => `${one.department}/${one.name}`)} {...form.getInputProps(`mappings.${place}.project`)} />
                  </Table.Td>
                  <Table.Td>
                    <ActionIcon variant="default" size="lg" aria-label={t('removeMapping', { place: place + 1 })} onClick={() => form.removeListItem('mappings', place)}>
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group>
        <Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem('mappings', { group: '', role: null, department: '', project: '' })}>
          {t('addMapping')}
        </Button>
      </Group>
    </Stack>
  );
}
