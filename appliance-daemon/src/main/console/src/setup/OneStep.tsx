import { useQuery } from '@tanstack/react-query';
import type { ComponentType } from 'react';

import { Failure, Loading } from '@/parts/States';

import { getStep } from './api';
import { Administrator } from './steps/Administrator';
import { Certificate } from './steps/Certificate';
import { FirstKey } from './steps/FirstKey';
import { LocalModels } from './steps/LocalModels';
import { Machine } from './steps/Machine';
import { Organization } from './steps/Organization';
import { Providers } from './steps/Providers';
import { Safekeeping } from './steps/Safekeeping';
import { SignOn } from './steps/SignOn';
import type { StepProps } from './steps/stepProps';
import { Unknown } from './steps/Unknown';

const STEPS: Readonly<Record<string, ComponentType<StepProps>>> = {
  machine: Machine, certificate: Certificate, administrator: Administrator, 'sign-on': SignOn, providers: Providers, 'local-models': LocalModels,
  organization: Organization, safekeeping: Safekeeping, 'first-key': FirstKey,
};

/** A step with what the box knows. It is read anew when it is opened, and not under the hands of somebody who types. */
export function OneStep({ name, look, next }: { name: string; look: () => void; next: () => void }) {
  const step = useQuery({ queryKey: ['set-up', name], queryFn: () => getStep(name), refetchOnWindowFocus: false, gcTime: 0 });
  const Form = STEPS[name] ?? Unknown;
  if (step.data) {
    return (
      <Form
        step={step.data}
        look={() => {
          void step.refetch();
          look();
        }}
        next={next}
      />
    );
  }
  return step.error ? <Failure error={step.error} retry={() => void step.refetch()} /> : <Loading rows={6} />;
}
