import { Select } from '@mantine/core';

import { useEvery } from '@/api/lists';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';

import { text } from './text';

export type ScopeLevel = 'organisation' | 'department' | 'project' | 'user' | 'key';

export interface Scope {
  type: ScopeLevel;
  id: string | null;
}

interface ScopeInputProps {
  value: Scope;
  onChange: (scope: Scope) => void;
  levels: readonly ScopeLevel[];
  error?: string | undefined;
}

/** Chooses a node of the tenancy tree. */
export function ScopeInput({ value, onChange, levels, error }: ScopeInputProps) {
  const t = useText(text);
  const w = useWords();
  const departments = useEvery('departments', {}, { enabled: value.type === 'department' });
  const projects = useEvery('projects', {}, { enabled: value.type === 'project' });
  const users = useEvery('users', {}, { enabled: value.type === 'user' });
  const keys = useEvery('keys', {}, { enabled: value.type === 'key' });
  const nodes = {
    organisation: [],
    department: (departments.data ?? []).map((one) => ({ value: one.id, label: one.name })),
    project: (projects.data ?? []).map((one) => ({ value: one.id, label: `${one.department} / ${one.name}` })),
    user: (users.data ?? []).map((one) => ({ value: one.id, label: one.name })),
    key: (keys.data ?? []).filter((one) => one.state !== 'revoked').map((one) => ({ value: one.id, label: `${one.department} / ${one.project} / ${one.name}` })),
  }[value.type];
  return (
    <>
      <Select
        label={t('scopeLevel')}
        required
        allowDeselect={false}
        value={value.type}
        onChange={(type) => onChange({ type: (type ?? 'organisation') as ScopeLevel, id: null })}
        data={levels.map((level) => ({ value: level, label: w('scope', level) }))}
        error={value.type === 'organisation' ? error : undefined}
      />
      {value.type !== 'organisation' && (
        <Select label={t('scopeNode')} required searchable value={value.id} onChange={(id) => onChange({ ...value, id })} data={nodes} error={error} limit={200} />
      )}
    </>
  );
}
