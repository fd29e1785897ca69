import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import type { Column } from '@/parts/DataTable';
import { ThingPage } from '@/parts/Things';
import { Ago, Status } from '@/parts/values';
import { count } from '@/text/figures';

import type { Provider } from './fields';
import { ProviderForm } from './ProviderForm';
import { text } from './text';

/** Where an OpenID Connect provider or a directory is found. */
export function addressOf(one: Provider): string {
  return one.oidc?.issuer ?? one.ldap?.servers.join(', ') ?? one.saml?.ssoUrl ?? '';
}

export default function SignOn() {
  const t = useText(text);
  const mayChange = useMay('manage_people');
  const providers = useEvery('sign-on');
  const columns: Column<Provider>[] = [
    { key: 'name', title: t('name'), cell: (one) => one.title ?? one.name, plain: (one) => one.title ?? one.name },
    { key: 'preset', title: t('preset'), cell: (one) => t(`preset.${one.preset}`), plain: (one) => t(`preset.${one.preset}`), from: 'xs' },
    { key: 'kind', title: t('kind'), cell: (one) => t(`kind.${one.kind}`), plain: (one) => t(`kind.${one.kind}`), from: 'md' },
    { key: 'address', title: t('address'), cell: (one) => <span className="mono">{addressOf(one)}</span>, plain: addressOf, from: 'lg' },
    { key: 'enabled', title: t('state'), cell: (one) => <Status tone={one.enabled ? 'ok' : 'idle'}>{t(one.enabled ? 'offered' : 'notOffered')}</Status>, plain: (one) => t(one.enabled ? 'offered' : 'notOffered') },
    { key: 'mappings', title: t('mappings'), right: true, cell: (one) => count(one.mappings.length), plain: (one) => one.mappings.length, from: 'sm' },
    { key: 'updatedAt', title: t('changedAt'), cell: (one) => <Ago time={one.updatedAt} />, plain: (one) => one.updatedAt, from: 'md' },
  ];
  return (
    <ThingPage
      noun="sign-on"
      title={t('title')}
      about={t('about')}
      verb={t('create')}
      of={providers}
      columns={columns}
      name={(one) => one.title ?? one.name}
      href={(one) => `/sign-on/${one.id}`}
      may={mayChange}
      form={(one, close) => <ProviderForm of={one} close={close} />}
      removeWhat={() => t('removeWhat')}
      empty={t('empty')}
      emptyWhat={t('emptyWhat')}
    />
  );
}
