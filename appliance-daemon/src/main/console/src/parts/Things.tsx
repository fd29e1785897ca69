import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import type { Nouns } from '@/api/lists';
import { remove, type Noun } from '@/api/things';

import { DataTable, type Column } from './DataTable';
import { Page } from './Page';
import { RowMenu, type Act } from './RowMenu';
import { Empty, Shown } from './States';
import { useParam } from './url';

/** Whether the form for a new thing is open stands in the address: `?new=1` leads straight there. */
export function useAdding(verb: string, may: boolean): { button: ReactNode; open: boolean; close: () => void } {
  const [creating, setCreating] = useParam('new');
  return {
    button: may && (
      <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={() => setCreating('1')}>
        {verb}
      </Button>
    ),
    open: may && creating !== '',
    close: () => setCreating(null),
  };
}

interface TableProps<N extends Noun> {
  noun: N;
  of: UseQueryResult<Nouns[N][]>;
  label: string;
  columns: readonly Column<Nouns[N]>[] | ((rows: readonly Nouns[N][]) => readonly Column<Nouns[N]>[]);
  /** What a thing is called: in its menu, and to confirm that it goes. */
  name: (row: Nouns[N]) => string;
  /** Whether things can be changed at all. */
  may: boolean;
  form?: (row: Nouns[N], close: () => void) => ReactNode;
  /** What deleting means; nothing can be deleted when left out. */
  removeWhat?: ((row: Nouns[N]) => string) | undefined;
  acts?: (row: Nouns[N]) => readonly Act[];
  empty: string;
  emptyWhat: string;
  add?: ReactNode;
  href?: (row: Nouns[N]) => string;
  file?: string;
  filters?: ReactNode;
  shows?: (row: Nouns[N]) => boolean;
  searchable?: (rows: readonly Nouns[N][]) => boolean;
}

/** The things of a noun as a table: searched, sorted, saved, each with a menu to change or delete it. */
export function ThingTable<N extends Noun>(props: TableProps<N>) {
  const { noun, of, label, columns, name, may, form, removeWhat, acts, empty, emptyWhat, add, href, file = noun, filters, shows, searchable } = props;
  return (
    <Shown of={of}>
      {(all) => (
        <DataTable<Nouns[N]>
          label={label}
          file={file}
          rows={shows ? all.filter(shows) : all}
          columns={typeof columns === 'function' ? columns(all) : columns}
          id={(row) => row.id}
          {...(href ? { href } : {})}
          filters={filters}
          searchable={searchable ? searchable(all) : true}
          {...(may
            ? {
                actions: (row) => (
                  <RowMenu
                    name={name(row)}
                    {...(form ? { edit: (close) => form(row, close) } : {})}
                    {...(acts ? { acts: acts(row) } : {})}
                    {...(removeWhat ? { remove: () => remove(noun, row), removeWhat: removeWhat(row) } : {})}
                  />
                ),
              }
            : {})}
          empty={
            <Empty title={empty} action={add}>
              {emptyWhat}
            </Empty>
          }
        />
      )}
    </Shown>
  );
}

interface PageProps<N extends Noun> extends Omit<TableProps<N>, 'label' | 'add' | 'form'> {
  title: string;
  about: string;
  /** On the button that opens the form for a new thing. */
  verb: string;
  form: (row: Nouns[N] | undefined, close: () => void) => ReactNode;
  /** In the place of that button where there is nothing yet, when something else must come first. */
  first?: ReactNode;
  actions?: ReactNode;
}

/** A screen that is a list of things and the form for a new one. */
export function ThingPage<N extends Noun>({ title, about, verb, form, first, actions, ...table }: PageProps<N>) {
  const adding = useAdding(verb, table.may);
  return (
    <Page
      title={title}
      about={about}
      actions={
        <>
          {actions}
          {adding.button}
        </>
      }
    >
      <ThingTable {...(table as unknown as TableProps<N>)} label={title} form={form} add={first ?? adding.button} />
      {adding.open && form(undefined, adding.close)}
    </Page>
  );
}
