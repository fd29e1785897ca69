import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';

import { refresh } from '@/api/client';
import { useText } from '@/i18n/messages';

import { Failure } from './States';
import { text } from './text';

interface ConfirmProps {
  title: string;
  /** What must be typed; nothing to type when left out. */
  name?: string;
  verb: string;
  /** Does it; whatever is shown is read again afterwards. */
  act: () => Promise<unknown>;
  close: () => void;
  children: ReactNode;
}

/** Asks before something that cannot be taken back: by its name. */
export function Confirm({ title, name, verb, act, close, children }: ConfirmProps) {
  const t = useText(text);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const ready = name === undefined || typed.trim() === name;
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      await refresh();
      close();
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void run();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" component="div">
            {children}
          </Text>
          {name !== undefined && (
            <TextInput label={t('typeName', { name })} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus autoComplete="off" spellCheck={false} />
          )}
          {error !== null && <Failure error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel')}
            </Button>
            <Button type="submit" color={name === undefined ? undefined : 'red'} disabled={!ready} loading={busy}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
