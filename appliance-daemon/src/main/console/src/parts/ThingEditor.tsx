import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';

import type { Nouns } from '@/api/lists';
import { change, make, read, type Drafts, type Noun } from '@/api/things';

import { Editor } from './Editor';

interface ThingEditorProps<N extends Noun, F extends Record<string, unknown>> {
  noun: N;
  /** The thing to change; a new one is made when left out. */
  of: Nouns[N] | undefined;
  title: string;
  form: UseFormReturnType<F>;
  labels: Readonly<Record<string, string>>;
  /** A thing as fields of the form, and back. */
  fields: (of: Nouns[N]) => F;
  draft: (fields: F) => Drafts[N];
  /** What a change sends, where that is not the whole draft. */
  patch?: (fields: F) => object;
  size?: string;
  close: () => void;
  children: ReactNode;
}

/** The form of a noun's thing: makes or changes it, and shows who else changed it meanwhile. */
export function ThingEditor<N extends Noun, F extends Record<string, unknown>>(props: ThingEditorProps<N, F>) {
  const { noun, of, fields, draft, patch = draft, size = 'lg', children, ...rest } = props;
  return (
    <Editor
      {...rest}
      size={size}
      version={of?.version}
      save={(values, version) => (of ? change(noun, of.id, version, patch(values)) : make(noun, draft(values)))}
      latest={async () => {
        const now = await read(noun, of?.id ?? '');
        return { version: now.version, values: fields(now) };
      }}
    >
      {children}
    </Editor>
  );
}
