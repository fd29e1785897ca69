import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconBuilding, IconKey, IconLanguage, IconMoon, IconPlus, IconRoute, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { useEvery } from '@/api/lists';
import { useMay, useMe } from '@/api/session';
import { setLanguage, useLanguage } from '@/i18n/language';
import { useText } from '@/i18n/messages';

import { opensFor, screens } from './screens';
import { text } from './text';

/** Ctrl+K: every screen, every named thing, the common acts. */
export function Palette() {
  const t = useText(text);
  const me = useMe();
  const mayChange = useMay('manage_keys');
  const [, go] = useLocation();
  const language = useLanguage();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const [wanted, setWanted] = useState(false);
  const keys = useEvery('keys', {}, { enabled: wanted });
  const models = useEvery('models', {}, { enabled: wanted });
  const departments = useEvery('departments', {}, { enabled: wanted });

  const things: SpotlightActionData[] = [
    ...(models.data ?? []).map((model) => ({
      id: model.id, label: model.name, description: t('models'), leftSection: <IconRoute size={16} />, onClick: () => go(`/models/${model.id}`),
    })),
    ...(departments.data ?? []).map((one) => ({
      id: one.id, label: one.name, description: t('departments'), leftSection: <IconBuilding size={16} />, onClick: () => go(`/departments/${one.id}`),
    })),
    ...(keys.data ?? []).slice(0, 500).map((key) => ({
      id: key.id, label: key.name, description: `${key.department} / ${key.project} · ghk_${key.publicId}`, leftSection: <IconKey size={16} />, onClick: () => go(`/keys/${key.id}`),
    })),
  ];
  const groups: SpotlightActionGroupData[] = [
    {
      group: t('screens'),
      actions: screens
        .filter(opensFor(me))
        .map((screen) => ({ id: screen.path, label: t(screen.name), leftSection: <screen.icon size={16} />, onClick: () => go(screen.path) })),
    },
    {
      group: t('actions'),
      actions: [
        ...(mayChange ? [{ id: 'new-key', label: t('newKey'), leftSection: <IconPlus size={16} />, onClick: () => go('/keys?new=1') }] : []),
        { id: 'scheme', label: t('switchScheme'), leftSection: <IconMoon size={16} />, onClick: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark') },
        { id: 'language', label: t('switchLanguage'), leftSection: <IconLanguage size={16} />, onClick: () => setLanguage(language === 'en' ? 'zh' : 'en') },
      ],
    },
    { group: t('things'), actions: things },
  ];
  return (
    <Spotlight
      shortcut="mod + K"
      actions={groups}
      limit={12}
      highlightQuery
      scrollable
      maxHeight={420}
      onSpotlightOpen={() => setWanted(true)}
      nothingFound={t('noMatch')}
      searchProps={{ placeholder: t('search'), 'aria-label': t('search'), leftSection: <IconSearch size={16} aria-hidden /> }}
    />
  );
}
