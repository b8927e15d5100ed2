// Everything that is known, waits or failed, page by page: searched, filtered, learnt again, left out and let in.
import { Button, Notice, SearchControl, SelectControl, Spinner } from '@wordpress/components';
import { useEffect, useState } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { useAnswer } from '../use-answer';
import type { ItemState, Knowledge, KnowledgeState } from './state';

type Item = {
  id: number;
  title: string;
  type: string;
  state: ItemState;
  error: string;
  updated: string | null;
  due: string | null;
  url: string;
  edit: string;
};
type Items = { items: Item[]; total: number };
type Change = (ids: number[], action: 'learn' | 'exclude' | 'include') => void;
type Props = { knowledge: Knowledge; state: KnowledgeState };

const perPage = 50;
const quietMs = 300;

export function ItemList({ knowledge, state }: Props) {
  const [filter, setFilter] = useState('');
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(1);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(typed.trim().slice(0, 200));
      setPage(1);
    }, quietMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const { answered, again } = useAnswer<Items>(`knowledge/items?${new URLSearchParams({ state: filter, search, page: String(page) })}`);
  const shown = useLast(answered.state === 'ready' ? answered.answer : undefined);
  // What has come to be known meanwhile, here or elsewhere.
  const { known, queued, forgetting, failed, empty, excluded } = state.counts;
  const isFirst = useIsFirst();
  useEffect(() => {
    if (!isFirst) again();
  }, [known, queued, forgetting, failed, empty, excluded, again]);
  const change: Change = (ids, action) => void knowledge.wish('items', { ids, action }).then(again);

  return (
    <section aria-labelledby="aiguy-knowledge-items">
      <h2 id="aiguy-knowledge-items">{__('Pages', 'aiguy')}</h2>
      <div className="aiguy-knowledge-filters">
        <SelectControl
          __next40pxDefaultSize
          __nextHasNoMarginBottom
          label={__('Show', 'aiguy')}
          value={filter}
          options={filterOptions(state)}
          onChange={(value: string) => {
            setFilter(value);
            setPage(1);
          }}
        />
        <SearchControl
          __nextHasNoMarginBottom
          label={__('Search by title', 'aiguy')}
          placeholder={__('Search by title', 'aiguy')}
          value={typed}
          onChange={setTyped}
        />
        {failed > 0 && filter === 'failed' && shown && (
          <Button
            variant="secondary"
            onClick={() =>
              change(
                shown.items.slice(0, 100).map(({ id }) => id),
                'learn',
              )
            }
          >
            {__('Try these again', 'aiguy')}
          </Button>
        )}
      </div>
      {answered.state === 'error' && (
        <Notice status="error" isDismissible={false} actions={[{ label: __('Try again', 'aiguy'), onClick: again }]}>
          {answered.message}
        </Notice>
      )}
      {shown ? <Table items={shown} change={change} isFiltered={filter !== '' || search !== ''} /> : answered.state === 'loading' && <Spinner />}
      {shown && shown.total > perPage && <Pages page={page} total={shown.total} go={setPage} />}
    </section>
  );
}

/** The former list stays while the next one is on its way. */
function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value);
  useEffect(() => {
    if (value !== undefined) setLast(value);
  }, [value]);
  return value ?? last;
}

function useIsFirst(): boolean {
  const [isFirst, setIsFirst] = useState(true);
  useEffect(() => setIsFirst(false), []);
  return isFirst;
}

function filterOptions({ counts }: KnowledgeState) {
  // translators: 1: a state such as Known, 2: how many items are in it.
  const withCount = (label: string, count: number) => sprintf(__('%1$s (%2$d)', 'aiguy'), label, count);
  return [
    { value: '', label: __('All that it knows or will know', 'aiguy') },
    { value: 'known', label: withCount(__('Known', 'aiguy'), counts.known) },
    { value: 'queued', label: withCount(__('Waiting', 'aiguy'), counts.queued) },
    { value: 'forgetting', label: withCount(__('Being forgotten', 'aiguy'), counts.forgetting) },
    { value: 'failed', label: withCount(__('Could not be learnt', 'aiguy'), counts.failed) },
    { value: 'empty', label: withCount(__('No text to learn', 'aiguy'), counts.empty) },
    { value: 'excluded', label: withCount(__('Left out by you', 'aiguy'), counts.excluded) },
  ];
}

function Table({ items: { items }, change, isFiltered }: { items: Items; change: Change; isFiltered: boolean }) {
  if (items.length === 0) {
    return (
      <p>
        {isFiltered ? __('Nothing fits this search.', 'aiguy') : __('Nothing yet. «Learn now» above begins with what you have published.', 'aiguy')}
      </p>
    );
  }
  return (
    <table className="wp-list-table widefat striped aiguy-knowledge-table">
      <thead>
        <tr>
          <th scope="col">{__('Title', 'aiguy')}</th>
          <th scope="col">{__('Kind', 'aiguy')}</th>
          <th scope="col">{__('State', 'aiguy')}</th>
          <th scope="col">{__('Learnt', 'aiguy')}</th>
          <th scope="col">
            <span className="screen-reader-text">{__('Actions', 'aiguy')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <Line key={item.id} item={item} change={change} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ item, change }: { item: Item; change: Change }) {
  const { id, state, error, updated, url, edit, type } = item;
  const title = item.title || __('(no title)', 'aiguy');
  const isOut = state === 'excluded';
  return (
    <tr>
      <td data-label={__('Title', 'aiguy')}>{edit ? <a href={edit}>{title}</a> : title}</td>
      <td data-label={__('Kind', 'aiguy')}>{type}</td>
      <td data-label={__('State', 'aiguy')}>
        <span className={`aiguy-knowledge-state is-${state}`}>{stateWords(state)}</span>
        {error !== '' && <span className="aiguy-knowledge-error">{error}</span>}
      </td>
      <td data-label={__('Learnt', 'aiguy')}>{updated === null ? '—' : <time dateTime={updated}>{dateWords(updated)}</time>}</td>
      <td>
        <div className="aiguy-knowledge-actions">
          {(state === 'failed' || state === 'known') && (
            // translators: %s: title of a page.
            <Button variant="link" onClick={() => change([id], 'learn')} aria-label={sprintf(__('Learn again: %s', 'aiguy'), title)}>
              {__('Learn again', 'aiguy')}
            </Button>
          )}
          {isOut ? (
            // translators: %s: title of a page.
            <Button variant="link" onClick={() => change([id], 'include')} aria-label={sprintf(__('Let it in: %s', 'aiguy'), title)}>
              {__('Let it in', 'aiguy')}
            </Button>
          ) : (
            // translators: %s: title of a page.
            <Button variant="link" isDestructive onClick={() => change([id], 'exclude')} aria-label={sprintf(__('Leave out: %s', 'aiguy'), title)}>
              {__('Leave out', 'aiguy')}
            </Button>
          )}
          {url !== '' && (
            // translators: %s: title of a page.
            <a href={url} aria-label={sprintf(__('View: %s', 'aiguy'), title)}>
              {__('View', 'aiguy')}
            </a>
          )}
        </div>
      </td>
    </tr>
  );
}

function stateWords(state: ItemState): string {
  return {
    known: __('Known', 'aiguy'),
    queued: __('Waiting', 'aiguy'),
    forgetting: __('Being forgotten', 'aiguy'),
    failed: __('Could not be learnt', 'aiguy'),
    empty: __('No text to learn', 'aiguy'),
    excluded: __('Left out', 'aiguy'),
  }[state];
}

function dateWords(time: string): string {
  return new Date(time).toLocaleString(window.aiguyAdmin.locale, { dateStyle: 'medium', timeStyle: 'short' });
}

function Pages({ page, total, go }: { page: number; total: number; go: (page: number) => void }) {
  const last = Math.ceil(total / perPage);
  return (
    <nav className="aiguy-knowledge-pages" aria-label={__('Pages of the list', 'aiguy')}>
      <Button variant="secondary" disabled={page === 1} onClick={() => go(page - 1)}>
        {__('Back', 'aiguy')}
      </Button>
      {/* translators: 1: number of this page of a list, 2: number of the last one. */}
      <span>{sprintf(__('%1$d of %2$d', 'aiguy'), page, last)}</span>
      <Button variant="secondary" disabled={page >= last} onClick={() => go(page + 1)}>
        {__('Next', 'aiguy')}
      </Button>
    </nav>
  );
}
