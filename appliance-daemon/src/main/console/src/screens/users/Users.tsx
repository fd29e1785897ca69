import { Select, Text } from '@mantine/core';
import { useLocation } from 'wouter';

import { api, type Schemas } from '@/api/client';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { change } from '@/api/things';
import { ROLES } from '@/api/words';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Confirm } from '@/parts/Confirm';
import type { Column } from '@/parts/DataTable';
import type { Act } from '@/parts/RowMenu';
import { ThingPage } from '@/parts/Things';
import { useParams } from '@/parts/url';
import { Ago, Status } from '@/parts/values';
import { count } from '@/text/figures';

import { BreakGlass } from './BreakGlass';
import { text } from './text';
import { UserForm } from './UserForm';

type User = Schemas['User'];

export default function Users() {
  const t = useText(text);
  const w = useWords();
  const [, go] = useLocation();
  const mayChange = useMay('manage_people');
  const users = useEvery('users');
  const keys = useEvery('keys');
  const departments = useEvery('departments');
  const projects = useEvery('projects');
  const [filter, setFilter] = useParams();
  const role = filter.get('role');
  const state = filter.get('state');
  const keysOf = (user: User) => (keys.data ?? []).filter((key) => key.ownerId === user.id && key.state !== 'revoked').length;
  const reach = (user: User) =>
    [
      ...(departments.data ?? []).filter((one) => user.departments.includes(one.id)).map((one) => one.name),
      ...(projects.data ?? []).filter((one) => user.projects.includes(one.id)).map((one) => `${one.department} / ${one.name}`),
    ].join(', ');
  const roles = (user: User) => user.roles.map((one) => w('role', one)).join(', ');
  const standing = (user: User) => (user.active ? (user.roles.length === 0 ? 'noRole' : 'active') : 'inactive');
  const columns: Column<User>[] = [
    {
      key: 'name', title: t('name'), plain: (user) => user.name,
      cell: (user) => (
        <>
          {user.name}
          {user.email && (
            <Text size="xs" c="dimmed">
              {user.email}
            </Text>
          )}
        </>
      ),
    },
    { key: 'email', title: t('email'), hidden: true, cell: () => null, plain: (user) => user.email },
    {
      key: 'roles', title: t('roles'), plain: roles,
      cell: (user) => (
        <>
          {roles(user) || '–'}
          {reach(user) && (
            <Text size="xs" c="dimmed" maw={360} lineClamp={2} title={reach(user)}>
              {t('in', { where: reach(user) })}
            </Text>
          )}
        </>
      ),
    },
    { key: 'reach', title: t('reach'), hidden: true, cell: () => null, plain: reach },
    { key: 'state', title: t('state'), cell: (user) => <Status tone={standing(user) === 'active' ? 'ok' : 'idle'}>{t(standing(user))}</Status>, plain: (user) => t(standing(user)), from: 'sm' },
    { key: 'breakGlass', title: t('breakGlass'), cell: (user) => t(user.breakGlass ? 'has' : 'hasNot'), plain: (user) => t(user.breakGlass ? 'has' : 'hasNot'), from: 'md' },
    { key: 'keys', title: t('keys'), right: true, cell: (user) => count(keysOf(user)), plain: keysOf, from: 'sm' },
    { key: 'createdAt', title: t('createdAt'), cell: (user) => <Ago time={user.createdAt} />, plain: (user) => user.createdAt, from: 'lg' },
  ];
  const acts = (user: User): Act[] => [
    { label: t(user.breakGlass ? 'breakGlassAnew' : 'breakGlassGive'), dialog: (close) => <BreakGlass of={user} close={close} /> },
    ...(user.breakGlass
      ? [
          {
            label: t('breakGlassTake'),
            dialog: (close: () => void) => (
              <Confirm title={`${t('breakGlassTake')}: ${user.name}`} verb={t('breakGlassTake')} close={close} act={() => api.DELETE('/api/v1/users/{id}/break-glass', { params: { path: { id: user.id } } })}>
                {t('breakGlassTakeWhat')}
              </Confirm>
            ),
          },
        ]
      : []),
    { label: t('sessions'), run: async () => go(`/sessions?user=${user.id}`) },
    user.active
      ? {
          label: t('deactivate'),
          dialog: (close: () => void) => (
            <Confirm title={`${t('deactivate')}: ${user.name}`} verb={t('deactivate')} close={close} act={() => change('users', user.id, user.version, { active: false })}>
              {t('deactivateWhat')}
            </Confirm>
          ),
        }
      : { label: t('activate'), run: () => change('users', user.id, user.version, { active: true }) },
  ];
  return (
    <ThingPage
      noun="users"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={users}
      columns={columns}
      name={(user) => user.name}
      may={mayChange}
      form={(user, close) => <UserForm of={user} close={close} />}
      acts={acts}
      removeWhat={() => t('removeWhat')}
      shows={(user) => (!role || user.roles.some((one) => one === role)) && (!state || standing(user) === state)}
      filters={
        <>
          <Select size="xs" w={170} aria-label={t('roles')} placeholder={t('anyRole')} clearable value={role} onChange={(value) => setFilter({ role: value })} data={ROLES.map((value) => ({ value, label: w('role', value) }))} />
          <Select
            size="xs"
            w={150}
            aria-label={t('state')}
            placeholder={t('anyState')}
            clearable
            value={state}
            onChange={(value) => setFilter({ state: value })}
            data={(['active', 'noRole', 'inactive'] as const).map((value) => ({ value, label: t(value) }))}
          />
        </>
      }
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}
