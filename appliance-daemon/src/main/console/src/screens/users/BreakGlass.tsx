import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { api, given, refresh, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Authenticator } from '@/parts/Authenticator';
import { NewPassword } from '@/parts/NewPassword';
import { Failure } from '@/parts/States';
import { text as parts } from '@/parts/text';

import { text } from './text';

/** Gives somebody a password of the box's own and codes for their authenticator app, shown this once. */
export function BreakGlass({ of, close }: { of: Schemas['User']; close: () => void }) {
  const t = useText(text);
  const p = useText(parts);
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [codes, setCodes] = useState<Schemas['BreakGlassCodes'] | null>(null);
  const [stored, setStored] = useState(false);
  const found = error === null ? undefined : problemOf(error).errors.find((one) => one.field === 'password')?.message;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      setCodes(given(await api.POST('/api/v1/users/{id}/break-glass', { params: { path: { id: of.id } }, body: { password } })));
      await refresh();
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const may = codes === null || stored;
  return (
    <Modal
      opened
      onClose={() => may && close()}
      title={t('breakGlassOf', { name: of.name })}
      size="lg"
      withCloseButton={codes === null}
      closeOnEscape={may}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {codes ? (
        <Stack gap="sm">
          <Alert color="yellow" variant="light" c="inherit" title={t('codesOnce')}>
            <Text size="sm">{t('codesWhy')}</Text>
          </Alert>
          <Authenticator uri={codes.uri} secret={codes.secret} />
          <Group justify="flex-end">
            <Checkbox label={t('codesStored')} checked={stored} onChange={(event) => setStored(event.currentTarget.checked)} />
            <Button disabled={!stored} onClick={close}>
              {p('done')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack gap="sm">
            <Text size="sm">{t('breakGlassWhat')}</Text>
            <NewPassword label={t('password')} value={password} onChange={setPassword} error={found} />
            {error !== null && !found && <Failure error={error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {p('cancel')}
              </Button>
              <Button type="submit" loading={busy} disabled={password === ''}>
                {t('breakGlassGive')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
