import { ActionIcon, Anchor, Box, Button, Group, Pagination, Table, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconDownload, IconSearch, IconX } from '@tabler/icons-react';
import { useMemo, type MouseEvent, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';

import { locale } from '@/i18n/language';
import { useText } from '@/i18n/messages';
import { csv, saveAs } from '@/text/csv';
import { count } from '@/text/figures';

import { text } from './text';
import { useParam } from './url';

export interface Column<T> {
  key: string;
  title: string;
  cell: (row: T) => ReactNode;
  /** What the column is in a CSV file, in a search, and in a sort when there is no better. */
  plain?: (row: T) => string | number | null | undefined;
  sort?: (row: T) => string | number | null | undefined;
  right?: boolean;
  /** Found by searches and saved in files, but not shown. */
  hidden?: boolean;
  /** From which width on it is shown; narrow screens show what matters most. */
  from?: 'xs' | 'sm' | 'md' | 'lg';
}

interface DataTableProps<T> {
  rows: readonly T[];
  columns: readonly Column<T>[];
  id: (row: T) => string;
  label: string;
  /** Where the first column leads. */
  href?: (row: T) => string;
  file?: string;
  filters?: ReactNode;
  actions?: (row: T) => ReactNode;
  foot?: ReactNode;
  empty: ReactNode;
  searchable?: boolean;
  page?: number;
}

const ROWS = 50;

/** A table that is searched, sorted, paged and saved in the browser; its state stands in the address. */
export function DataTable<T>({ rows, columns, id, label, href, file, filters, actions, foot, empty, searchable = true, page: size = ROWS }: DataTableProps<T>) {
  const t = useText(text);
  const [, go] = useLocation();
  const [q, setQ] = useParam('q');
  const [order, setOrder] = useParam('sort');
  const [page, setPage] = useParam('page', '1');

  const found = useMemo(() => {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = words.length
      ? rows.filter((row) => {
          const all = columns.map((column) => column.plain?.(row) ?? '').join(' ').toLowerCase();
          return words.every((word) => all.includes(word));
        })
      : [...rows];
    const column = columns.find((one) => one.key === order.replace(/^-/, ''));
    const value = column && (column.sort ?? column.plain);
    return value ? matching.sort((a, b) => compare(value(a), value(b)) * (order.startsWith('-') ? -1 : 1)) : matching;
  }, [rows, columns, q, order]);

  if (rows.length === 0 && !q) {
    return (
      <Box className="panel">
        {filters && (
          <Group p="sm" gap="xs" style={{ borderBottom: '1px solid var(--hairline)' }}>
            {filters}
          </Group>
        )}
        {empty}
      </Box>
    );
  }
  const visible = columns.filter((column) => !column.hidden);
  const pages = Math.max(1, Math.ceil(found.length / size));
  const at = Math.min(pages, Math.max(1, Number(page) || 1));
  const shown = found.slice((at - 1) * size, at * size);
  const open = (event: MouseEvent, row: T) => {
    if (href && !(event.target as HTMLElement).closest('a,button,input,label,[role=menu]')) go(href(row));
  };
  const save = () =>
    saveAs(
      `${file}.csv`,
      'text/csv;charset=utf-8',
      csv(
        columns.filter((column) => column.plain).map((column) => column.title),
        found.map((row) => columns.filter((column) => column.plain).map((column) => column.plain?.(row))),
      ),
    );
  return (
    <Box className="panel">
      <Group p="sm" gap="xs" justify="space-between" style={{ borderBottom: '1px solid var(--hairline)' }}>
        <Group gap="xs">
          {searchable && (
            <TextInput
              size="xs"
              w={220}
              type="search"
              data-search
              value={q}
              onChange={(event) => setQ(event.currentTarget.value)}
              placeholder={t('search')}
              aria-label={t('searchIn')}
              leftSection={<IconSearch size={14} aria-hidden />}
              rightSection={
                q && (
                  <ActionIcon size="sm" variant="subtle" color="gray" aria-label={t('cancel')} onClick={() => setQ(null)}>
                    <IconX size={14} />
                  </ActionIcon>
                )
              }
            />
          )}
          {filters}
        </Group>
        <Group gap="sm">
          <Text size="xs" c="dimmed" aria-live="polite">
            {found.length < rows.length ? t('rowsOf', { count: count(found.length), all: count(rows.length) }) : rows.length === 1 ? t('row') : t('rows', { count: count(rows.length) })}
          </Text>
          {file && (
            <Button size="compact-xs" variant="default" leftSection={<IconDownload size={13} aria-hidden />} onClick={save} aria-label={t('csvSave')}>
              {t('csv')}
            </Button>
          )}
        </Group>
      </Group>
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={label}>
        <Table className="table" highlightOnHover aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {visible.map((column) => (
                <Head key={column.key} column={column} order={order} sort={setOrder} />
              ))}
              {actions && <Table.Th w={44} className="acts" aria-hidden />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((row) => (
              <Table.Tr key={id(row)} data-opens={href ? true : undefined} onClick={(event) => open(event, row)}>
                {visible.map((column, place) => (
                  <Table.Td key={column.key} className={column.right ? 'number' : undefined} visibleFrom={column.from}>
                    {place === 0 && href ? (
                      <Anchor component={Link} href={href(row)} fw={500} fz="inherit" data-row>
                        {column.cell(row)}
                      </Anchor>
                    ) : (
                      column.cell(row)
                    )}
                  </Table.Td>
                ))}
                {actions && <Table.Td ta="right" className="acts">{actions(row)}</Table.Td>}
              </Table.Tr>
            ))}
            {shown.length === 0 && (
              <Table.Tr>
                <Table.Td colSpan={visible.length + (actions ? 1 : 0)}>
                  <Text size="sm" c="dimmed" py="md" ta="center">
                    {t('noMatch')}
                  </Text>
                </Table.Td>
              </Table.Tr>
            )}
          </Table.Tbody>
          {foot && <Table.Tfoot>{foot}</Table.Tfoot>}
        </Table>
      </Table.ScrollContainer>
      {pages > 1 && (
        <Group p="sm" justify="center">
          <Pagination size="sm" total={pages} value={at} onChange={(next) => setPage(String(next))} aria-label={t('pages')} getControlProps={(control) => ({ 'aria-label': control })} />
        </Group>
      )}
    </Box>
  );
}

function Head<T>({ column, order, sort }: { column: Column<T>; order: string; sort: (order: string | null) => void }) {
  const t = useText(text);
  const sortable = column.sort ?? column.plain;
  const up = order === column.key;
  const down = order === `-${column.key}`;
  return (
    <Table.Th className={column.right ? 'number' : undefined} visibleFrom={column.from} aria-sort={up ? 'ascending' : down ? 'descending' : undefined}>
      {sortable ? (
        <UnstyledButton className="sort" onClick={() => sort(up ? `-${column.key}` : down ? null : column.key)} title={t('sortBy', { name: column.title })}>
          {column.title}
          {up && <IconArrowUp size={12} aria-hidden />}
          {down && <IconArrowDown size={12} aria-hidden />}
        </UnstyledButton>
      ) : (
        column.title
      )}
    </Table.Th>
  );
}

function compare(a: string | number | null | undefined, b: string | number | null | undefined): number {
  if (a === b) return 0;
  if (a === null || a === undefined || a === '') return 1;
  if (b === null || b === undefined || b === '') return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), locale(), { numeric: true });
}
