import { useForm } from '@mantine/form';

import { useText } from '@/i18n/messages';
import { ThingEditor } from '@/parts/ThingEditor';

import { draftOf, fieldsOf, type Provider, type ProviderFields } from './fields';
import { ProviderInputs } from './ProviderInputs';
import { text } from './text';

export function ProviderForm({ of, close }: { of: Provider | undefined; close: () => void }) {
  const t = useText(text);
  const form = useForm<ProviderFields>({ initialValues: fieldsOf(of) });
  return (
    <ThingEditor
      noun="sign-on"
      of={of}
      title={of ? t('edit', { name: of.title ?? of.name }) : t('create')}
      size="xl"
      form={form}
      labels={{
        name: t('name'), title: t('titleLabel'), kind: t('kind'), preset: t('preset'), 'oidc.issuer': t('issuer'), 'oidc.clientId': t('clientId'), secret: t('secret'),
        'ldap.servers': t('servers'), 'ldap.baseDn': t('baseDn'), publicUrl: t('publicUrl'), trustedCertificates: t('certificates'), mappings: t('mappings'), defaultRoles: t('defaultRoles'),
      }}
      fields={fieldsOf}
      draft={(fields) => draftOf(fields, of)}
      close={close}
    >
      <ProviderInputs form={form} secretSet={of?.secretSet ?? false} />
    </ThingEditor>
  );
}
