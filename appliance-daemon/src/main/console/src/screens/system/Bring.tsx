import { Button, Checkbox, FileButton, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import type { Values } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { bytes } from '@/text/figures';

import { useSending } from './sending';

/** A file on something that was plugged in. */
export interface OnStick {
  device: string;
  file: string;
}

/** What is plugged in. */
interface Plugged {
  files: (OnStick & { bytes: number })[];
  unreadable: { device: string; reason: string }[];
}

type Word = 'title' | 'choose' | 'chooseHelp' | 'sending' | 'fetch' | 'url' | 'privateAllowed' | 'download' | 'media' | 'noMedia' | 'received' | 'throwAway' | 'check' | 'checked' | 'install' | 'installAsk';

/** What is brought, and how the box is asked about it. */
export interface Bringing {
  /** Its screen's words. */
  t: (word: Word, values?: Values) => string;
  ending: string;
  /** Where its parts are sent. */
  put: string;
  /** How it stands: what was received, what is under way, and what went wrong last. */
  now: {
    receivedBytes?: number | null;
    work?: { step: string; percent: number } | null;
    trouble?: { message: string } | null;
  };
  media: () => Promise<Plugged>;
  fetch: (url: string, privateAllowed: boolean) => Promise<unknown>;
  discard: () => Promise<unknown>;
  /** How the one that was checked is called, and what is to be said of it beside. */
  check: (medium: OnStick | null) => Promise<{ version: string; warning?: string }>;
  install: (medium: OnStick | null) => Promise<unknown>;
  /** What the question before it is installed says. */
  ask: Values;
  again: () => void;
}

/** What is done with a large signed file right now, or how the next one comes to the box. */
export function Bring({ may, of }: { may: boolean; of: Bringing }) {
  const { work, trouble } = of.now;
  return (
    <>
      {work && (
        <Stack gap={4}>
          <Text size="sm">{work.step}</Text>
          <Progress value={work.percent} aria-label={work.step} animated />
        </Stack>
      )}
      {trouble && (
        <Text size="sm" c="red">
          {trouble.message}
        </Text>
      )}
      {may && !work && <Ways of={of} />}
    </>
  );
}

/** The ways in which it comes, and what may be done with it then. */
function Ways({ of }: { of: Bringing }) {
  const { t } = of;
  const [url, setUrl] = useState('');
  const [own, setOwn] = useState(false);
  const [media, setMedia] = useState<Plugged>();
  const [checked, setChecked] = useState<{ version: string; warning?: string; medium: OnStick | null }>();
  const [asking, setAsking] = useState(false);

  const { sent, busy, doing, send } = useSending(of.again);
  const check = (medium: OnStick | null) =>
    doing(async () => {
      setChecked({ ...(await of.check(medium)), medium });
    });
  const upload = (file: File | null) =>
    file &&
    doing(async () => {
      await send(of.put, file);
    });
  return (
    <Stack gap="sm" align="flex-start">
      <Group>
        <FileButton onChange={(file) => void upload(file)} accept={of.ending}>
          {(props) => (
            <Button {...props} loading={busy && sent !== undefined} title={t('chooseHelp')}>
              {t('choose')}
            </Button>
          )}
        </FileButton>
        <Button
          variant="default"
          disabled={busy}
          onClick={() => void doing(async () => setMedia(await of.media()))}
        >
          {t('media')}
        </Button>
      </Group>
      {sent !== undefined && <Text size="sm">{t('sending', { percent: Math.round(sent) })}</Text>}
      <Group align="flex-end">
        <TextInput label={t('fetch')} placeholder="https://" aria-label={t('url')} value={url} onChange={(e) => setUrl(e.currentTarget.value)} />
        <Checkbox label={t('privateAllowed')} checked={own} onChange={(e) => setOwn(e.currentTarget.checked)} />
        <Button variant="default" disabled={busy || !url} onClick={() => void doing(async () => void (await of.fetch(url, own)))}>
          {t('download')}
        </Button>
      </Group>
      {media?.files.length === 0 && <Text size="sm">{t('noMedia')}</Text>}
      {media?.unreadable.map((one) => (
        <Text size="sm" c="red" key={one.device}>
          {one.reason}
        </Text>
      ))}
      {media?.files.map((one) => (
        <Group key={`${one.device}/${one.file}`}>
          <Text size="sm" className="mono">{`${one.device}: ${one.file} (${bytes(one.bytes)})`}</Text>
          <Button size="xs" variant="default" disabled={busy} onClick={() => void check({ device: one.device, file: one.file })}>
            {t('check')}
          </Button>
        </Group>
      ))}
      {of.now.receivedBytes != null && (
        <Group>
          <Text size="sm">{t('received', { size: bytes(of.now.receivedBytes) })}</Text>
          <Button size="xs" variant="default" disabled={busy} onClick={() => void check(null)}>
            {t('check')}
          </Button>
          <Button size="xs" variant="subtle" disabled={busy} onClick={() => void doing(async () => void (await of.discard()))}>
            {t('throwAway')}
          </Button>
        </Group>
      )}
      {checked && (
        <Group>
          <Text size="sm">{t('checked', { version: checked.version })}</Text>
          {checked.warning && (
            <Text size="sm" c="red">
              {checked.warning}
            </Text>
          )}
          <Button onClick={() => setAsking(true)}>{t('install', { version: checked.version })}</Button>
        </Group>
      )}
      {checked && asking && (
        <Confirm
          title={t('title')}
          verb={t('install', { version: checked.version })}
          close={() => setAsking(false)}
          act={async () => {
            await of.install(checked.medium);
            setChecked(undefined);
            of.again();
          }}
        >
          {t('installAsk', of.ask)}
        </Confirm>
      )}
    </Stack>
  );
}
