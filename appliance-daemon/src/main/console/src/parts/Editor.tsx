import { Alert, Button, Drawer, Group, List, Modal, Stack, Table, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useState, type ReactNode } from 'react';

import { refresh } from '@/api/client';
import { problemOf, type Problem } from '@/api/problem';
import { useText } from '@/i18n/messages';

import { Failure } from './States';
import { text } from './text';

interface Latest<F> {
  version: number;
  values: F;
}

interface EditorProps<F extends Record<string, unknown>, R> {
  title: string;
  form: UseFormReturnType<F>;
  /** Writes; with the version that was read, when a thing is changed. */
  save: (values: F, version: number | undefined) => Promise<R>;
  saved?: (result: R) => void;
  version?: number | undefined;
  /** Reads the thing again, for the dialog that shows a conflict. */
  latest?: () => Promise<Latest<F>>;
  labels?: Readonly<Record<string, string>>;
  verb?: string;
  size?: string;
  close: () => void;
  children: ReactNode;
}

/** A form at the side: sends, shows the daemon's findings at their fields, and lets nobody overwrite another unseen. */
export function Editor<F extends Record<string, unknown>, R>(props: EditorProps<F, R>) {
  const { title, form, save, saved, version, latest, labels = {}, verb, size = 'lg', close, children } = props;
  const t = useText(text);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [rival, setRival] = useState<Latest<F> | null>(null);

  const run = async (values: F, against: number | undefined) => {
    setBusy(true);
    setProblem(null);
    try {
      const result = await save(values, against);
      await refresh();
      if (saved) saved(result);
      else notifications.show({ message: t('saved') });
      close();
    } catch (e) {
      const found = problemOf(e);
      if (found.stale && latest) setRival(await latest().catch(() => null));
      else {
        form.setErrors(Object.fromEntries(found.errors.filter((error) => error.field).map((error) => [pathOf(error.field), error.message])));
        setProblem(found);
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <Drawer opened onClose={close} title={title} size={size} closeButtonProps={{ 'aria-label': t('close') }}>
      <form noValidate onSubmit={form.onSubmit((values) => void run(values, version))}>
        <Stack gap="sm">
          {children}
          {problem && problem.errors.length === 0 && <Failure error={problem} />}
          {problem && problem.errors.length > 0 && (
            <Alert color="red" variant="light" role="alert" title={t('formWrong')}>
              <List size="sm">
                {problem.errors.map((error) => (
                  <List.Item key={error.field + error.message}>
                    {error.field ? `${labels[pathOf(error.field)] ?? error.field}: ` : ''}
                    {error.message}
                  </List.Item>
                ))}
              </List>
            </Alert>
          )}
          <Group justify="flex-end" mt="sm">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={busy}>
              {verb ?? (version === undefined ? t('create') : t('save'))}
            </Button>
          </Group>
        </Stack>
      </form>
      {rival && (
        <Conflict
          name={title}
          mine={form.getValues()}
          theirs={rival.values}
          labels={labels}
          takeTheirs={() => {
            form.setValues(rival.values);
            setRival(null);
            void refresh().then(close);
          }}
          takeMine={() => {
            setRival(null);
            void run(form.getValues(), rival.version);
          }}
          close={() => setRival(null)}
        />
      )}
    </Drawer>
  );
}

/** `targets[0].weight` is `targets.0.weight` in the form. */
function pathOf(field: string): string {
  return field.replace(/\[(\d+)\]/g, '.$1');
}

export interface ConflictProps {
  name: string;
  mine: Record<string, unknown>;
  theirs: Record<string, unknown>;
  labels: Readonly<Record<string, string>>;
  takeTheirs: () => void;
  takeMine: () => void;
  close: () => void;
}

/** Two versions of one thing side by side; nothing is lost before somebody chooses. */
export function Conflict({ name, mine, theirs, labels, takeTheirs, takeMine, close }: ConflictProps) {
  const t = useText(text);
  const different = Object.keys(mine).filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key]));
  return (
    <Modal opened onClose={close} title={t('conflict')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="sm">
        <Text size="sm">{t('conflictWhat', { name })}</Text>
        {different.length === 0 ? (
          <Text size="sm">{t('conflictSame')}</Text>
        ) : (
          <Table className="table">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('conflictField')}</Table.Th>
                <Table.Th>{t('conflictTheirs')}</Table.Th>
                <Table.Th>{t('conflictMine')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {different.map((key) => (
                <Table.Tr key={key}>
                  <Table.Td>{labels[key] ?? key}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{plain(theirs[key])}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{plain(mine[key])}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('keepEditing')}
          </Button>
          <Button variant="default" onClick={takeTheirs}>
            {t('takeTheirs')}
          </Button>
          <Button onClick={takeMine}>{t('takeMine')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** A value as people read it, without what is empty. */
function plain(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(plain).join('; ');
  if (typeof value === 'object') {
    const said = Object.entries(value).filter(([, one]) => plain(one) !== '–');
    return said.length === 0 ? '–' : said.map(([name, one]) => `${name}: ${plain(one)}`).join(', ');
  }
  return String(value);
}
